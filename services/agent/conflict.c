// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Address conflicts (RFC 5227): whether another machine has, or is about to take, a floating
 * address, told by its frames on the ports.
 *
 * A node that is alone of two cannot know whether the other one is gone or only not heard by
 * corosync. So it probes before it claims, and from its first probe until it serves nothing may be
 * heard of another: neither that it has the address nor that it probes for it. Of two nodes that
 * serve, the one that began to probe later would either have been answered, or have been heard
 * probing by the other one.
 *
 * Who serves and hears that another machine claims an address announces it again, no more often
 * than every DEFEND_INTERVAL (RFC 5227, 2.4 (c)), and never gives it up for that: the lease
 * decides.
 */
#include "agent/decide_internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define DEFEND_NS (10 * NSEC_PER_SEC)  /* DEFEND_INTERVAL of RFC 5227 */
#define PAUSE_NS (500 * NSEC_PER_MSEC) /* after the first answer; doubled up to PAUSE_MAX */
#define PAUSE_DOUBLED_MAX 3
#define ALERT_NS (60 * NSEC_PER_SEC) /* an owner that goes on living is not news more often */

/* So that of two nodes that stood back from one another one is served before the other probes. */
#define STAGGER_NS (PROBE_TOTAL_NS + PROBE_SPACING_NS)

static void stop(struct decide_state *s, size_t group)
{
	struct decide_conflict *c = &s->groups[group].conflict;

	if (c->probe == DECIDE_PROBE_RUNNING)
		decide_emit(s, DECIDE_PROBE_STOP, group);
	c->probe = DECIDE_PROBE_NONE;
}

void conflict_forget(struct decide_state *s, size_t group)
{
	struct decide_conflict *c = &s->groups[group].conflict;

	stop(s, group);
	c->answers = 0;
	c->again = 0;
}

void conflict_served(struct decide_state *s, size_t group)
{
	struct decide_conflict *c = &s->groups[group].conflict;

	conflict_forget(s, group);
	c->claims = 0;
	c->next_defence = 0;
}

static const char *address_text(const struct in6_addr *address, char buf[INET6_ADDRSTRLEN])
{
	if (IN6_IS_ADDR_V4MAPPED(address))
		return inet_ntop(AF_INET, &address->s6_addr32[3], buf, INET6_ADDRSTRLEN);
	return inet_ntop(AF_INET6, address, buf, INET6_ADDRSTRLEN);
}

const char *conflict_text(const struct probe_seen *seen, const char *how, char *buf, size_t size)
{
	const uint8_t *m = seen->mac;
	char address[INET6_ADDRSTRLEN];

	snprintf(buf, size, "%s is %s by %02x:%02x:%02x:%02x:%02x:%02x",
		 address_text(&seen->address, address), how, m[0], m[1], m[2], m[3], m[4], m[5]);
	return buf;
}

void conflict_probe(struct decide_state *s, size_t group)
{
	s->groups[group].conflict.probe = DECIDE_PROBE_RUNNING;
	decide_emit(s, DECIDE_PROBE_START, group);
}

/* Nobody's echo stands for another node that may live. */
static bool is_alone(const struct decide_state *s)
{
	return view_is_alone_of_two(s) || s->force == DECIDE_FORCE_YES;
}

bool conflict_must_probe(struct decide_state *s, size_t group)
{
	struct decide_conflict *c = &s->groups[group].conflict;

	if (!is_alone(s))
		return false;
	c->again = 0;
	if (c->probe == DECIDE_PROBE_SILENT) {
		c->probe = DECIDE_PROBE_CLAIMED;
		return false;
	}
	conflict_probe(s, group);
	return true;
}

uint64_t conflict_claim_time(const struct decide_group *g)
{
	return g->conflict.probe == DECIDE_PROBE_RUNNING ? UINT64_MAX : g->conflict.again;
}

bool conflict_voids_claim(const struct decide_state *s, const struct decide_group *g)
{
	return is_alone(s) && g->conflict.probe != DECIDE_PROBE_CLAIMED;
}

void conflict_probed(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_conflict *c = &s->groups[group].conflict;

	if (c->probe != DECIDE_PROBE_RUNNING)
		return;
	c->probe = DECIDE_PROBE_SILENT;
	c->answers = 0;
	transition_event(s, AGENT_CAUSE_SILENT, "nobody answers on the ports");
	if (s->force == DECIDE_FORCE_ASKING)
		force_begin(s, now);
}

static size_t own_place(const struct decide_state *s)
{
	size_t place = 0;

	while (place < s->settings.n_nodes && s->settings.nodes[place].id != s->settings.self)
		place++;
	return place;
}

static void alert(struct decide_state *s, size_t group, const char *what, uint64_t now)
{
	struct decide_conflict *c = &s->groups[group].conflict;

	if (c->answers > 1 && now < c->next_alert)
		return;
	c->next_alert = now + ALERT_NS;
	decide_log(s, LOG_ALERT,
		   "%s: not claimed, %s: the owner lives on a net that this router does not hear "
		   "otherwise",
		   s->settings.groups[group], what);
}

static void stand_back(struct decide_state *s, size_t group, const struct probe_seen *seen,
		       uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	struct decide_conflict *c = &g->conflict;
	uint64_t pause = PAUSE_NS;
	char what[DECIDE_LOG_MAX / 2];

	conflict_text(seen, seen->asks ? "probed for" : "answered", what, sizeof(what));
	if (s->force == DECIDE_FORCE_ASKING) {
		force_refuse(s, what);
		return;
	}
	stop(s, group);
	transition_event(s, AGENT_CAUSE_CONFLICT, "%s", what);
	if (seen->asks) {
		decide_log(s, LOG_NOTICE, "%s: not claimed yet, %s", s->settings.groups[group],
			   what);
	} else {
		pause <<= c->answers < PAUSE_DOUBLED_MAX ? c->answers : PAUSE_DOUBLED_MAX;
		c->answers++;
		c->last = *seen;
		alert(s, group, what, now);
	}
	c->again = now + pause + own_place(s) * STAGGER_NS;
	if (g->owning)
		group_release(s, group, 0, AGENT_CAUSE_CONFLICT, what);
}

static void defend(struct decide_state *s, size_t group, const struct probe_seen *seen,
		   uint64_t now)
{
	struct decide_conflict *c = &s->groups[group].conflict;
	char what[DECIDE_LOG_MAX / 2];

	c->claims++;
	c->claimed_at = now;
	c->last = *seen;
	if (now < c->next_defence)
		return;
	c->next_defence = now + DEFEND_NS;
	decide_log(s, LOG_WARNING,
		   "%s: %s, too: announced again (%u such frames since it is owned)",
		   s->settings.groups[group], conflict_text(seen, "claimed", what, sizeof(what)),
		   c->claims);
	decide_emit(s, DECIDE_ANNOUNCE_START, group);
}

void conflict_seen(struct decide_state *s, size_t group, const struct probe_seen *seen,
		   uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	if (g->addresses && !seen->asks) /* a probe is answered by the kernel */
		defend(s, group, seen, now);
	else if (!g->lease_until && g->conflict.probe != DECIDE_PROBE_NONE)
		stand_back(s, group, seen, now);
}
