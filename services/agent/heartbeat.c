// SPDX-License-Identifier: GPL-2.0-or-later
/* Heartbeats, their echoes, and the lease that a quorum of them grants the owner. */
#include "agent/decide_internal.h"

#include <string.h>

void heartbeat_send(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	if (!g->owning || !s->view || now < g->next_heartbeat)
		return;
	g->next_heartbeat = now + s->settings.times.heartbeat;
	/* The ring stands still: it is not filled up; an echo of the newest confirms them all. */
	if (g->n_outstanding == DECIDE_OUTSTANDING_MAX)
		return;
	g->outstanding[g->n_outstanding++] =
		(struct decide_heartbeat){.seq = g->next_seq, .sent = now};
	decide_send(s, AGENT_WIRE_HEARTBEAT, group, g->epoch, g->next_seq++, 0);
}

static uint32_t count_bits(uint32_t bits)
{
	uint32_t n = 0;

	for (; bits; bits &= bits - 1)
		n++;
	return n;
}

/* Whether voters that together with this node, the owner, are a quorum have echoed. */
static bool is_confirmed(const struct decide_state *s, const struct decide_heartbeat *h)
{
	uint32_t self = 1u << view_peer_index(s, s->settings.self);
	uint32_t others = h->echoes & ~self;

#ifdef DECIDE_BROKEN_SELF_RETURN
	if (h->echoes & self)
		return true;
#endif
	if (s->n_peers == 1)
		return h->echoes & self;
	return others && 1 + count_bits(others) + s->settings.device_votes >= view_needed_votes(s);
}

static void begin_service(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];

	g->addresses = true;
	conflict_served(s, group);
	g->next_refresh = now + DECIDE_REFRESH_NS;
	decide_emit(s, DECIDE_ADDRESSES_ADD, group);
	decide_emit(s, DECIDE_ANNOUNCE_START, group);
	transition_cause(s, group, AGENT_CAUSE_CONFIRMED,
			 "a quorum confirmed the claim after %llu ms",
			 (unsigned long long)((now - g->owner_since) / NSEC_PER_MSEC));
}

void heartbeat_grant(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	struct decide_action *a;
	size_t n = g->n_outstanding;
	uint64_t until;

	if (!g->owning || !decide_view_quorate(s))
		return;
	while (n > 0 && !is_confirmed(s, &g->outstanding[n - 1]))
		n--;
	if (n == 0)
		return;
	if (s->n_peers > 1)
		histogram_add(&s->echo, now - g->outstanding[n - 1].sent);
	until = g->outstanding[n - 1].sent + s->settings.times.lease;
	g->n_outstanding -= n;
	memmove(g->outstanding, g->outstanding + n, g->n_outstanding * sizeof(g->outstanding[0]));
	if (until <= now || until <= g->lease_until || !device_is_fresh(s, g, now))
		return;
	g->lease_until = until;
	a = decide_emit(s, DECIDE_LEASE_SET, group);
	a->epoch = g->epoch;
	a->deadline = until;
	if (!g->addresses)
		begin_service(s, group, now);
}

/*
 * What was voted for before has ended, since the owner waited for it when it claimed in this view,
 * or held its lease when it came.
 */
void heartbeat_vote(struct decide_group *g, uint64_t lease, uint64_t now)
{
	uint64_t until = lease_guard(now, lease);

	g->guard_until = until > g->guard_until ? until : g->guard_until;
	g->guard_owner = g->owner;
	g->guard_epoch = g->epoch;
	g->heard = now;
}

void heartbeat_receive(struct decide_state *s, size_t group, uint32_t sender,
		       const struct agent_message *m, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	uint64_t lease = m->group.lease;

	if (m->group.epoch != g->epoch || sender != g->owner || g->released ||
	    m->group.seq <= g->last_seq)
		return;
	g->last_seq = m->group.seq;
	/* The longer of the two leases, should the nodes' settings differ. */
	if (lease < s->settings.times.lease || lease > LEASE_MAX)
		lease = s->settings.times.lease;
	heartbeat_vote(g, lease, now);
	if (sender != s->settings.self) {
		decide_send(s, AGENT_WIRE_ECHO, group, g->epoch, m->group.seq, 0);
		return;
	}
	for (size_t i = 0; i < g->n_outstanding; i++) {
		if (g->outstanding[i].seq != m->group.seq)
			continue;
		g->outstanding[i].echoes |= 1u << view_peer_index(s, sender);
		device_returned(s, g->outstanding[i].sent, now);
	}
}

void heartbeat_echo(struct decide_state *s, size_t group, uint32_t sender,
		    const struct agent_message *m)
{
	struct decide_group *g = &s->groups[group];

	if (!g->owning || m->group.epoch != g->epoch || sender == s->settings.self)
		return;
	for (size_t i = 0; i < g->n_outstanding; i++)
		if (g->outstanding[i].seq == m->group.seq)
			g->outstanding[i].echoes |= 1u << view_peer_index(s, sender);
}
