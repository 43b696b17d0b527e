// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/explain.h"

#include <stdio.h>
#include <string.h>

#include "agent/decide_internal.h"
#include "base/clock_io.h"

#define CLAIMS_SHOWN_NS (600 * NSEC_PER_SEC) /* after the last one */

/* "850 ms", "12 s", "4 min", "3 h". */
static const char *duration(uint64_t ns, char *buf, size_t size)
{
	unsigned long long ms = ns / NSEC_PER_MSEC;

	if (ms < 1000)
		snprintf(buf, size, "%llu ms", ms);
	else if (ms < 120000)
		snprintf(buf, size, "%llu s", ms / 1000);
	else if (ms < 7200000)
		snprintf(buf, size, "%llu min", ms / 60000);
	else
		snprintf(buf, size, "%llu h", ms / 3600000);
	return buf;
}

static uint64_t since(uint64_t then, uint64_t now)
{
	return now > then ? now - then : 0;
}

static void explain_vacant(const struct decide_state *s, const struct decide_node *node,
			   size_t group, uint64_t now, char *buf, size_t size)
{
	const struct decide_conflict *c = &s->groups[group].conflict;
	uint64_t end = decide_guard_end(&s->groups[group]);
	uint32_t first = decide_fittest(s, group, 0);
	char time[32], text[64];

	if (c->answers)
		snprintf(buf, size,
			 "standby: %s: the owner lives on a net that this router does not hear "
			 "otherwise",
			 conflict_text(&c->last, "answered", text, sizeof(text)));
	else if (c->probe == DECIDE_PROBE_RUNNING)
		snprintf(buf, size, "standby: it asks on its ports whether another one has it");
	else if (end > now)
		snprintf(buf, size,
			 "standby: for another %s an earlier owner may still hold its lease",
			 duration(end - now, time, sizeof(time)));
	else if (first == node->id)
		snprintf(buf, size, "standby: it is about to take over");
	else
		snprintf(buf, size, "standby: %s takes over first", decide_name(s, first));
}

static void explain_standby(const struct decide_state *s, const struct decide_node *node,
			    size_t group, uint64_t now, char *buf, size_t size)
{
	bool judged = s->quorum_known && s->quorum_ring.seq == s->ring.seq;

	if (decide_owner(s, group))
		snprintf(buf, size, "standby: %s is the owner",
			 decide_name(s, decide_owner(s, group)));
	else if (!judged)
		snprintf(buf, size, "standby: the quorum of the present members is not known yet");
	else if (!decide_view_quorate(s))
		snprintf(buf, size, "standby: no quorum, %zu of %u agents are here and %u needed",
			 s->n_peers, s->expected_votes, view_needed_votes(s));
	else
		explain_vacant(s, node, group, now, buf, size);
}

/* Another machine has claimed an address of what this node serves, not long ago. */
static void explain_claims(const struct decide_state *s, size_t group, uint64_t now, char *buf,
			   size_t size)
{
	const struct decide_conflict *c = &s->groups[group].conflict;
	char text[64], time[32];

	if (c->claims && now < c->claimed_at + CLAIMS_SHOWN_NS)
		snprintf(buf, size, "; %s, too (%u frames, the last %s ago)",
			 conflict_text(&c->last, "claimed", text, sizeof(text)), c->claims,
			 duration(since(c->claimed_at, now), time, sizeof(time)));
}

static void explain_owner(const struct decide_state *s, size_t group, bool self, uint64_t now,
			  char *buf, size_t size)
{
	const struct decide_group *g = &s->groups[group];
	char time[32], claims[AGENT_REASON_MAX] = "";

	explain_claims(s, group, now, claims, sizeof(claims));
	if (!self)
		snprintf(buf, size, "owner with epoch %llu", (unsigned long long)g->epoch);
	else if (g->lease_until > now)
		snprintf(buf, size, "owner with epoch %llu, its lease runs for another %s%s",
			 (unsigned long long)g->epoch,
			 duration(g->lease_until - now, time, sizeof(time)), claims);
	else
		snprintf(buf, size, "owner with epoch %llu, waits for a quorum to confirm it",
			 (unsigned long long)g->epoch);
}

static void explain_group(const struct decide_state *s, const struct decide_node *node,
			  size_t group, uint64_t now, char *buf, size_t size)
{
	const struct decide_group *g = &s->groups[group];
	const struct decide_peer *peer = decide_peer(s, node->id);
	const struct decide_health *health = peer ? &peer->groups[group].health : NULL;
	bool self = node->id == s->settings.self;
	char text[64], time[32];

	if (self)
		health = &g->health;
	if (decide_owner(s, group) == node->id)
		explain_owner(s, group, self, now, buf, size);
	else if (health && health->code == AGENT_HEALTH_STANDBY)
		snprintf(buf, size, "%s for %s%s", decide_health_text(health, text, sizeof(text)),
			 duration(since(health->since, now), time, sizeof(time)),
			 decide_owner(s, group) || decide_fittest(s, group, node->id)
				 ? ""
				 : ", though no other router is fit");
	else if (health && health->code != AGENT_HEALTH_FIT)
		snprintf(buf, size, "standby: %s for %s",
			 decide_health_text(health, text, sizeof(text)),
			 duration(since(health->since, now), time, sizeof(time)));
	else
		explain_standby(s, node, group, now, buf, size);
}

const char *explain_node(const struct decide_state *s, size_t node, uint64_t now, char *buf,
			 size_t size)
{
	const struct decide_node *n = &s->settings.nodes[node];
	bool self = n->id == s->settings.self;
	char text[AGENT_REASON_MAX], time[32];
	size_t at = 0;

	if (!self && !decide_peer(s, n->id)) {
		snprintf(buf, size, "not seen for %s",
			 duration(since(s->absent_since[node], now), time, sizeof(time)));
		return buf;
	}
	if (self && s->n_peers == 0) {
		snprintf(buf, size, "waits for corosync");
		return buf;
	}
	if (n->witness) {
		snprintf(buf, size, "witness: votes and never owns");
		return buf;
	}
	if (!s->view) {
		snprintf(buf, size, "the members are exchanging what they know");
		return buf;
	}
	buf[0] = '\0';
	if (self && s->force == DECIDE_FORCE_YES)
		at = (size_t)snprintf(buf, size, "forced quorum: ");
	for (size_t i = 0; i < s->settings.n_groups && at < size; i++) {
		explain_group(s, n, i, now, text, sizeof(text));
		if (s->settings.n_groups == 1)
			at += (size_t)snprintf(buf + at, size - at, "%s", text);
		else
			at += (size_t)snprintf(buf + at, size - at, "%s%s: %s", i ? "; " : "",
					       s->settings.groups[i], text);
	}
	return buf;
}

static bool node_fit(const struct decide_state *s, const struct decide_node *n)
{
	const struct decide_peer *peer = decide_peer(s, n->id);

	if (n->witness || !peer)
		return false;
	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (peer->groups[i].health.code != AGENT_HEALTH_FIT)
			return false;
	return true;
}

static bool node_standby(const struct decide_state *s, const struct decide_node *n)
{
	const struct decide_peer *peer = decide_peer(s, n->id);

	for (size_t i = 0; i < s->settings.n_groups && peer; i++)
		if (peer->groups[i].health.code == AGENT_HEALTH_STANDBY)
			return true;
	return false;
}

static void status_group(const struct decide_state *s, size_t group, uint64_t now,
			 struct agent_status_group *to)
{
	const struct decide_group *g = &s->groups[group];

	snprintf(to->name, sizeof(to->name), "%s", s->settings.groups[group]);
	to->role = (uint8_t)decide_role(s, group);
	to->owner = decide_owner(s, group);
	to->epoch = g->epoch;
	to->lease_left_ms =
		g->lease_until > now ? (int64_t)((g->lease_until - now) / NSEC_PER_MSEC) : 0;
}

/* Rounded up. */
static uint32_t milliseconds(uint64_t ns)
{
	return (uint32_t)((ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

void explain_status(const struct decide_state *s, uint64_t now, struct agent_status *ret_status)
{
	bool fresh = s->quorum_known && s->quorum_ring.seq == s->ring.seq;

	ret_status->version = AGENT_IPC_VERSION;
	ret_status->node_id = s->settings.self;
	ret_status->quorum = (uint8_t)(!fresh	    ? AGENT_QUORUM_UNKNOWN
				       : s->quorate ? AGENT_QUORUM_YES
						    : AGENT_QUORUM_NO);
	if (s->force == DECIDE_FORCE_YES)
		ret_status->quorum = AGENT_QUORUM_FORCED;
	ret_status->ring_seq = s->ring.seq;
	ret_status->lease_ms = milliseconds(s->settings.times.lease);
	ret_status->guard_ms = milliseconds(lease_guard(0, s->settings.times.lease));
	ret_status->n_nodes = (uint32_t)s->settings.n_nodes;
	ret_status->n_groups = (uint32_t)s->settings.n_groups;
	ret_status->echo = s->echo;
	ret_status->reform = s->reform;
	for (size_t i = 0; i < s->settings.n_nodes; i++) {
		const struct decide_node *n = &s->settings.nodes[i];
		struct agent_status_node *to = &ret_status->nodes[i];

		to->id = n->id;
		to->present = s->view && decide_peer(s, n->id);
		to->fit = node_fit(s, n);
		to->witness = n->witness;
		to->standby = node_standby(s, n);
		snprintf(to->name, sizeof(to->name), "%s", n->name);
		explain_node(s, i, now, to->reason, sizeof(to->reason));
	}
	for (size_t i = 0; i < s->settings.n_groups; i++)
		status_group(s, i, now, &ret_status->groups[i]);
}
