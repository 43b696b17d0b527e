// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Quorum by an operator's word: of a node that is left alone after a full outage, its view counts
 * as quorate. The ports are asked first. It ends with the first real quorum, and with the agent.
 * lease.c says what the promise of one owner rests on meanwhile.
 */
#include "agent/decide_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define ASKING_NS (2 * NSEC_PER_SEC) /* for probes that could be sent at once */

static bool is_fit(const struct decide_state *s, size_t group)
{
	enum agent_wire_health code = s->groups[group].health.code;

	/* Without a quorum no configuration is known to be the newest. */
	return choose_grade(code) != CHOOSE_UNFIT || code == AGENT_HEALTH_STALE;
}

static bool any_fit(const struct decide_state *s)
{
	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (is_fit(s, i))
			return true;
	return false;
}

static int refuse(char *text, size_t size, int error, const char *why)
{
	snprintf(text, size, "refused: %s", why);
	return error;
}

/* 0, or -errno and why it cannot be. */
static int check(const struct decide_state *s, char *text, size_t size)
{
	const struct decide_node *self = decide_node(s, s->settings.self);
	char health[DECIDE_LOG_MAX / 2];

	if (!self || self->witness)
		return refuse(text, size, -EPERM, "a witness owns nothing");
	if (s->force != DECIDE_FORCE_NO)
		return refuse(text, size, -EALREADY, "it is forced already");
	if (decide_view_quorate(s))
		return refuse(text, size, -EALREADY, "there is a quorum");
	if (!s->view || !s->quorum_known || s->quorate)
		return refuse(text, size, -EAGAIN,
			      "the quorum of the members that are here is not known yet");
	if (s->n_peers != 1 || s->ring.n_nodes != 1)
		return refuse(text, size, -EBUSY,
			      "another node is here: only one that is alone can go on");
	if (any_fit(s))
		return 0;
	snprintf(text, size, "refused: this node can own nothing: %s",
		 s->settings.n_groups
			 ? decide_health_text(&s->groups[0].health, health, sizeof(health))
			 : "there is no alias group");
	return -EHOSTDOWN;
}

int force_ask(struct decide_state *s, uint64_t now, char *text, size_t size)
{
	int r = check(s, text, size);

	if (r < 0)
		return r;
	s->force = DECIDE_FORCE_ASKING;
	s->force_until = now + ASKING_NS;
	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (is_fit(s, i))
			conflict_probe(s, i);
	return 0;
}

void force_refuse(struct decide_state *s, const char *what)
{
	if (s->force != DECIDE_FORCE_ASKING)
		return;
	s->force = DECIDE_FORCE_NO;
	snprintf(s->force_refusal, sizeof(s->force_refusal), "%s", what);
	for (size_t i = 0; i < s->settings.n_groups; i++)
		conflict_forget(s, i);
}

void force_begin(struct decide_state *s, uint64_t now)
{
	uint64_t fresh = lease_guard(now, s->settings.times.lease);

	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (s->groups[i].conflict.probe == DECIDE_PROBE_RUNNING)
			return;
	s->force = DECIDE_FORCE_YES;
	/* Whoever was the last owner, this node need not have voted for its lease. */
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		struct decide_group *g = &s->groups[i];

		g->conflict.probe = DECIDE_PROBE_NONE;
		g->view_guard = fresh > g->view_guard ? fresh : g->view_guard;
	}
	transition_event(s, AGENT_CAUSE_COMMAND, "an operator has forced the quorum");
	decide_log(
		s, LOG_ALERT,
		"quorum forced by an operator, who vouches that all other nodes are off; it ends "
		"when there is a real one");
}

void force_step(struct decide_state *s, uint64_t now)
{
	if (s->force == DECIDE_FORCE_ASKING && now >= s->force_until)
		force_refuse(s, "the ports could not be asked in time");
}

uint64_t force_deadline(const struct decide_state *s)
{
	return s->force == DECIDE_FORCE_ASKING ? s->force_until : UINT64_MAX;
}

void force_end(struct decide_state *s)
{
	if (s->force != DECIDE_FORCE_YES)
		return;
	s->force = DECIDE_FORCE_NO;
	decide_log(s, LOG_NOTICE, "the forced quorum has ended: there is a real one");
}

int decide_force_result(const struct decide_state *s, char *text, size_t size)
{
	if (s->force == DECIDE_FORCE_ASKING)
		return -EINPROGRESS;
	if (s->force == DECIDE_FORCE_YES) {
		snprintf(text, size,
			 "forced: this node goes on alone, and takes the addresses when the last "
			 "lease has surely ended");
		return 0;
	}
	snprintf(text, size, "refused: %s", s->force_refusal);
	return -EADDRINUSE;
}
