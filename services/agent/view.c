// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Views: a CPG configuration becomes a view at the delivery of the last member's STATE, which is
 * the same place in the order for every member.
 */
#include "agent/decide_internal.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

int view_peer_index(const struct decide_state *s, uint32_t id)
{
	for (size_t i = 0; i < s->n_peers; i++)
		if (s->peers[i].member.id == id)
			return (int)i;
	return -1;
}

const struct decide_peer *decide_peer(const struct decide_state *s, uint32_t id)
{
	int i = view_peer_index(s, id);

	return i < 0 ? NULL : &s->peers[i];
}

bool view_is_alone_of_two(const struct decide_state *s)
{
	return s->n_peers == 1 && s->expected_votes == 2;
}

uint32_t view_needed_votes(const struct decide_state *s)
{
	/* Whoever is here at all is asked; who is not is off by the operator's word. */
	if (s->force == DECIDE_FORCE_YES)
		return (uint32_t)s->n_peers;
	if (view_is_alone_of_two(s))
		return 1;
	return s->expected_votes / 2 + 1;
}

bool decide_view_quorate(const struct decide_state *s)
{
	if (s->force == DECIDE_FORCE_YES)
		return s->view;
	return s->view && s->quorum_known && s->quorate && s->quorum_ring.seq == s->ring.seq &&
	       s->quorum_ring.node == s->ring.node &&
	       s->n_peers + s->settings.device_votes >= view_needed_votes(s);
}

static uint8_t own_flags(const struct decide_state *s, const struct decide_group *g, uint64_t now)
{
	uint8_t flags = 0;

	if (g->lease_until > now)
		flags |= AGENT_STATE_HOLDING;
	if (g->released || (g->owner == s->settings.self && !group_holds(g)))
		flags |= AGENT_STATE_RELEASED;
	if (flags & AGENT_STATE_RELEASED && g->owner == s->settings.self && g->lapsed)
		flags |= AGENT_STATE_LAPSED;
	if (g->guard_owner && g->guard_owner == g->owner && g->guard_epoch == g->epoch)
		flags |= AGENT_STATE_VOTED;
	return flags;
}

void view_send_state(struct decide_state *s, enum agent_wire_type type, uint64_t now)
{
	struct agent_message *m = &decide_emit(s, DECIDE_SEND, 0)->message;

	s->health_dirty = false;
	memset(m, 0, sizeof(*m));
	m->type = type;
	m->view = type == AGENT_WIRE_STATE ? s->tag : s->view;
	m->state.incarnation = s->settings.incarnation;
	m->state.revision = s->settings.revision;
	m->state.n_groups = (uint32_t)s->settings.n_groups;
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		const struct decide_group *g = &s->groups[i];
		struct agent_wire_group *w = &m->state.groups[i];

		w->key = g->key;
		w->epoch = g->epoch;
		w->highest = g->highest;
		w->guard_left = g->guard_until > now ? g->guard_until - now : 0;
		w->owner = g->owner;
		w->flags = own_flags(s, g, now);
		w->health = (uint8_t)g->health.code;
		memcpy(w->object, g->health.object, sizeof(w->object));
		w->health_age = now > g->health.since ? now - g->health.since : 0;
	}
}

static int group_index(const struct decide_state *s, uint64_t key)
{
	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (s->groups[i].key == key)
			return (int)i;
	return -1;
}

static void take_report(const struct decide_state *s, struct decide_report *to,
			const struct agent_wire_group *w, bool whole, uint64_t now)
{
	to->known = true;
	to->health.code = (enum agent_wire_health)w->health;
	memcpy(to->health.object, w->object, sizeof(to->health.object));
	to->health.since = now > w->health_age ? now - w->health_age : 0;
	if (!whole)
		return;
	to->epoch = w->epoch;
	to->highest = w->highest;
	to->owner = w->owner;
	to->flags = w->flags;
	/*
	 * Taken at receipt: later than it was said, so the guard only gets longer. Who says what no
	 * vote can be counts as one that says nothing, and blocks nobody for longer.
	 */
	to->guard_until = w->guard_left > lease_guard(0, LEASE_MAX)
				  ? lease_guard(now, s->settings.times.lease)
				  : now + w->guard_left;
}

static void install(struct decide_state *s, uint64_t now)
{
	char names[DECIDE_LOG_MAX] = "";
	size_t at = 0;
	uint64_t view = s->tag;

	for (size_t i = 0; i < s->n_peers; i++) {
		const char *name = decide_name(s, s->peers[i].member.id);

		view = agent_wire_hash(view, &s->peers[i].incarnation, sizeof(uint64_t));
		if (at + strlen(name) + 3 < sizeof(names)) {
			if (at)
				at += (size_t)(stpcpy(names + at, ", ") - (names + at));
			at += (size_t)(stpcpy(names + at, name) - (names + at));
		}
	}
	s->view = view ? view : 1;
	transition_event(s, AGENT_CAUSE_VIEW, "the view of %s is complete", names);
	decide_say(s, AGENT_SUBJECT_VIEW, DECIDE_GROUPS_MAX, AGENT_CAUSE_VIEW, LOG_INFO,
		   "view of %s on ring %llu", names, (unsigned long long)s->ring.seq);
	for (size_t i = 0; i < s->n_peers; i++)
		if (s->peers[i].revision != s->settings.revision)
			decide_log(s, LOG_WARNING, "%s works with another configuration",
				   decide_name(s, s->peers[i].member.id));
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		agree_view(s, i, now);
		group_view_installed(s, i, now);
	}
	fence_view_installed(s, now);
}

void view_receive_state(struct decide_state *s, uint32_t sender, const struct agent_message *m,
			uint64_t now)
{
	bool whole = m->type == AGENT_WIRE_STATE;
	int index = view_peer_index(s, sender);
	struct decide_peer *p;

	if (index < 0 || m->view != (whole ? s->tag : s->view) || (!whole && !s->view))
		return;
	p = &s->peers[index];
	if (whole && p->stated)
		return;
	p->incarnation = m->state.incarnation;
	p->revision = m->state.revision;
	for (size_t i = 0; i < m->state.n_groups; i++) {
		int group = group_index(s, m->state.groups[i].key);

		if (group >= 0)
			take_report(s, &p->groups[group], &m->state.groups[i], whole, now);
	}
	if (!whole) {
		transition_event(s, AGENT_CAUSE_HEALTH, "%s has told what it can own",
				 decide_name(s, sender));
		return;
	}
	p->stated = true;
	for (size_t i = 0; i < s->n_peers; i++)
		if (!s->peers[i].stated)
			return;
	install(s, now);
}

/*
 * Who came and who is gone. A member that leaves the group of agents while the ring is the same one
 * has a corosync that lives.
 */
static void note_absence(struct decide_state *s, bool same_ring, uint64_t now)
{
	char words[DECIDE_CAUSE_MAX] = "";
	size_t at = 0;

	for (size_t i = 0; i < s->settings.n_nodes; i++) {
		bool present = view_peer_index(s, s->settings.nodes[i].id) >= 0;
		const char *what = NULL;

		if (present && s->absent_since[i]) {
			s->absent_since[i] = 0;
			what = "came";
		} else if (!present && !s->absent_since[i]) {
			s->absent_since[i] = now;
			s->agent_only[i] = same_ring;
			what = same_ring ? "has no agent any more" : "left the ring";
		} else if (!present && !same_ring) {
			s->agent_only[i] = false;
		}
		if (what && at < sizeof(words))
			at += (size_t)snprintf(words + at, sizeof(words) - at, "%s%s %s",
					       at ? ", " : "", s->settings.nodes[i].name, what);
	}
	if (s->event.code != AGENT_CAUSE_RING_LOST)
		transition_event(s, AGENT_CAUSE_MEMBERS, "%s",
				 at ? words : "the ring is another one");
}

/* Copies the members in ascending order, so that their hash is the same everywhere. */
static bool take_members(struct decide_state *s, const struct ring_member *members, size_t n)
{
	s->n_peers = 0;
	for (size_t i = 0; i < n && i < DECIDE_NODES_MAX; i++) {
		size_t at = s->n_peers;

		if (view_peer_index(s, members[i].id) >= 0)
			return false;
		while (at > 0 && s->peers[at - 1].member.id > members[i].id) {
			s->peers[at] = s->peers[at - 1];
			at--;
		}
		memset(&s->peers[at], 0, sizeof(s->peers[at]));
		s->peers[at].member = members[i];
		s->n_peers++;
	}
	return n <= DECIDE_NODES_MAX;
}

/*
 * The other of two nodes may hold a lease of a time when it was alone. It was not if this node
 * heard it in a view of both, fell from there straight to a ring of its own, and no later than a
 * node can be given up: it was not stopped meanwhile. CPG tells of the member that is gone before
 * it tells of the ring.
 */
static void note_bound(const struct decide_state *s, struct decide_group *g,
		       const struct decide_ring *next, bool same_ring, uint64_t now)
{
	const struct lease_times *t = &s->settings.times;
	uint64_t given_up = t->lease - t->heartbeat - 2 * t->echo; /* T + C + R */

	if (s->view)
		g->heard_owner = s->n_peers == 2 && g->owner != s->settings.self && g->last_seq > 0;
	g->bounded = g->heard_owner && !same_ring && next->n_nodes == 1 &&
		     lease_guard(now, t->lease) < g->guard_until + given_up;
	g->heard_owner = g->heard_owner && (same_ring || g->bounded);
}

void view_configuration(struct decide_state *s, const struct decide_ring *ring,
			const struct ring_member *members, size_t n_members, uint64_t now)
{
	bool same_ring = ring->seq && ring->seq == s->ring.seq && ring->node == s->ring.node;
	uint64_t tag = AGENT_WIRE_HASH;

	for (size_t i = 0; i < s->settings.n_groups; i++)
		note_bound(s, &s->groups[i], ring, same_ring, now);
	s->ring = *ring;
	s->ring_since = now;
	s->view = 0;
	force_refuse(s, "the members changed meanwhile");
	if (!take_members(s, members, n_members)) {
		/* Two agents on one node: no view, so nobody gains anything by it. */
		decide_log(s, LOG_ERR,
			   "two agents run on one node, or more than %d nodes: no view is formed",
			   DECIDE_NODES_MAX);
		s->n_peers = 0;
	}
	note_absence(s, same_ring, now);
	fence_view_left(s);
	if (s->n_peers == 0 && ring->seq)
		transition_event(s, AGENT_CAUSE_MEMBERS, "two agents run on one node");
	for (size_t i = 0; i < s->settings.n_groups; i++)
		group_view_left(s, i);
	if (view_peer_index(s, s->settings.self) < 0)
		return;
	tag = agent_wire_hash(tag, &ring->node, sizeof(ring->node));
	tag = agent_wire_hash(tag, &ring->seq, sizeof(ring->seq));
	for (size_t i = 0; i < s->n_peers; i++)
		tag = agent_wire_hash(tag, &s->peers[i].member, sizeof(struct ring_member));
	s->tag = tag;
	view_send_state(s, AGENT_WIRE_STATE, now);
}
