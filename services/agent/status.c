// SPDX-License-Identifier: GPL-2.0-or-later
/* The whole status, as the local socket tells it. */
#include <stdio.h>

#include "agent/decide_internal.h"
#include "agent/explain.h"
#include "base/clock_io.h"

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

/* What is known of another node's role: whether it waits or releases, it alone knows. */
static enum agent_role node_role(const struct decide_state *s, const struct decide_node *n,
				 size_t group)
{
	const struct decide_peer *peer = decide_peer(s, n->id);

	if (n->id == s->settings.self)
		return decide_role(s, group);
	if (n->witness)
		return AGENT_ROLE_NONE;
	if (!s->view || !peer)
		return AGENT_ROLE_STARTING;
	if (decide_owner(s, group) == n->id)
		return AGENT_ROLE_OWNER;
	return choose_grade(peer->groups[group].health.code) == CHOOSE_UNFIT ? AGENT_ROLE_UNFIT
									     : AGENT_ROLE_STANDBY;
}

static void status_group(const struct decide_state *s, size_t group,
			 const struct explain_clock *clock, struct agent_status_group *to)
{
	const struct decide_group *g = &s->groups[group];

	snprintf(to->name, sizeof(to->name), "%s", s->settings.groups[group]);
	to->role = (uint8_t)decide_role(s, group);
	to->owner = decide_owner(s, group);
	to->epoch = g->epoch;
	to->lease_left_ms = g->lease_until > clock->now
				    ? (int64_t)((g->lease_until - clock->now) / NSEC_PER_MSEC)
				    : 0;
	for (size_t i = 0; i < s->settings.n_nodes; i++) {
		to->roles[i] = (uint8_t)node_role(s, &s->settings.nodes[i], group);
		explain_group(s, i, group, clock, to->reasons[i], sizeof(to->reasons[i]));
	}
}

/* Rounded up. */
static uint32_t milliseconds(uint64_t ns)
{
	return (uint32_t)((ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

void explain_status(const struct decide_state *s, const struct explain_clock *clock,
		    struct agent_status *ret_status)
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
		explain_node(s, i, clock, to->reason, sizeof(to->reason));
	}
	for (size_t i = 0; i < s->settings.n_groups; i++)
		status_group(s, i, clock, &ret_status->groups[i]);
}
