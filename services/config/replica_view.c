// SPDX-License-Identifier: GPL-2.0-or-later
/* Agreement on a term and on the log it goes on with. */
#include <string.h>

#include "config/replica_internal.h"

uint64_t replica_view_votes(const struct replica *s, bool (*counts)(const struct replica_peer *))
{
	uint64_t votes = 0;

	for (size_t i = 0; i < s->n_peers; i++)
		if (!counts || counts(&s->peers[i]))
			votes += replica_node(s, s->peers[i].member.id)->votes;
	return votes;
}

bool replica_view_every(const struct replica *s, bool (*counts)(const struct replica_peer *))
{
	for (size_t i = 0; i < s->n_peers; i++)
		if (!counts(&s->peers[i]))
			return false;
	return s->n_peers > 0;
}

bool replica_view_suffice(const struct replica *s, bool (*counts)(const struct replica_peer *))
{
	uint64_t votes = replica_view_votes(s, counts);

	if (replica_view_every(s, counts))
		return true;
	return 2 * votes > replica_view_votes(s, NULL) && s->quorum && votes >= s->quorum;
}

bool replica_view_verdict(const struct replica *s)
{
	return s->n_peers && s->verdict_known && s->verdict.ring.seq == s->ring.seq &&
	       s->verdict.ring.node == s->ring.node;
}

/* The members' votes alone are no quorum that every other one shares a node with. */
static bool needs_arbiter(const struct replica *s)
{
	return s->verdict.two_node || replica_view_votes(s, NULL) < s->verdict.quorum;
}

bool replica_view_quorate(const struct replica *s)
{
	return replica_view_verdict(s) && s->verdict.quorate &&
	       replica_view_votes(s, NULL) + s->verdict.external >= s->verdict.quorum;
}

bool replica_view_absence(struct replica *s)
{
	if (replica_view_verdict(s) && !s->verdict_first && s->n_peers < s->settings.n_nodes)
		s->absent = true;
	return s->absent;
}

bool replica_view_sure(const struct replica *s)
{
	if (!needs_arbiter(s) || s->overridden || s->n_peers == s->settings.n_nodes)
		return true;
	if (!s->verdict_first)
		return false;
	for (size_t i = 0; i < s->n_peers; i++)
		if (!(s->peers[i].state.flags & CONFIG_STATE_ABSENT))
			return true;
	return false;
}

bool replica_view_holds(const struct replica *s)
{
	return s->head.number == s->wanted.number &&
	       (!s->head.number || replica_same(&s->head.id, &s->wanted.id));
}

bool replica_is_promised(const struct replica_peer *p)
{
	return p->promised;
}

bool replica_is_ready(const struct replica_peer *p)
{
	return p->ready;
}

static void send_state(struct replica *s)
{
	struct config_message m = {.type = CONFIG_WIRE_STATE};

	m.state.promised = s->promised;
	m.state.head_term = s->head.term;
	m.state.number = s->head.number;
	m.state.id = s->head.id;
	m.state.committed = s->committed;
	m.state.oldest = s->head.number ? s->oldest : 0;
	m.state.remaining_s = replica_unconfirmed(&s->head) ? s->remaining_s : 0;
	m.state.level = s->settings.level;
	m.state.flags = s->absent ? CONFIG_STATE_ABSENT : 0;
	replica_send(s, &m);
	s->state_due = false;
}

static bool is_better(const struct config_wire_state *a, const struct config_wire_state *b)
{
	if (a->head_term != b->head_term)
		return a->head_term > b->head_term;
	if (a->number != b->number)
		return a->number > b->number;
	return memcmp(&a->id, &b->id, sizeof(a->id)) < 0;
}

static void decide(struct replica *s)
{
	const struct config_wire_state *best = &s->peers[0].state;

	s->level = s->settings.level;
	for (size_t i = 0; i < s->n_peers; i++) {
		const struct config_wire_state *state = &s->peers[i].state;

		if (is_better(state, best))
			best = state;
		if (state->promised >= s->term)
			s->term = state->promised + 1;
		if (state->level < s->level)
			s->level = state->level;
	}
	s->wanted = (struct replica_position){best->number, best->head_term, best->id};
	s->decided = true;
}

static bool is_stated(const struct replica_peer *p)
{
	return p->stated;
}

void replica_view_state(struct replica *s, uint32_t sender, const struct config_wire_state *state,
			uint64_t now)
{
	struct replica_peer *p = replica_peer(s, sender);

	(void)now;
	if (p->stated)
		return;
	p->stated = true;
	p->state = *state;
	if (replica_view_every(s, is_stated))
		decide(s);
}

void replica_view_override(struct replica *s)
{
	/* Too late: the term's promises are being given, so nobody waits. */
	for (size_t i = 0; i < s->n_peers; i++)
		if (s->peers[i].promised)
			return;
	if (s->overridden)
		return;
	s->overridden = true;
	s->absent = false;
	s->term = ((s->term >> 32) + 1) << 32;
	s->sent_promise = false;
	replica_emit(s, REPLICA_OVERRIDDEN)->number = s->head.number;
}

void replica_view_vote(struct replica *s, uint32_t sender, const struct config_message *m,
		       uint64_t now)
{
	struct replica_peer *p = replica_peer(s, sender);

	(void)now;
	if (m->vote.quorum > s->quorum)
		s->quorum = m->vote.quorum;
	if (m->type == CONFIG_WIRE_PROMISE) {
		p->promised = true;
		return;
	}
	p->ready = true;
	if (s->open || !replica_view_suffice(s, replica_is_ready))
		return;
	s->open = true;
	s->wanted.term = s->term;
}

/* The head is what the view wants: its term goes to the disk, then READY. */
static void become_ready(struct replica *s, uint64_t now)
{
	struct replica_store what = {
		.kind = REPLICA_STORE_TERM, .term = s->term, .number = s->head.number};

	if (s->head.number && !s->document.data) {
		replica_want(s, s->head.number, now);
		return;
	}
	if (s->head.number && s->head.term != s->term) {
		if (replica_store_free(s, now))
			replica_store_begin(s, &what, NULL);
		return;
	}
	s->sent_ready = true;
	replica_send_vote(s, CONFIG_WIRE_READY);
}

static void promise(struct replica *s, uint64_t now)
{
	struct replica_store what = {.kind = REPLICA_STORE_PROMISE, .term = s->term};

#ifdef REPLICA_BROKEN_TERM
	s->promised = s->term;
#endif
	if (s->promised == s->term) {
		s->sent_promise = true;
		replica_send_vote(s, CONFIG_WIRE_PROMISE);
	} else if (replica_store_free(s, now)) {
		replica_store_begin(s, &what, NULL);
	}
}

static void send_override(struct replica *s)
{
	struct config_message m = {.type = CONFIG_WIRE_OVERRIDE};

	s->override_asked = false;
	replica_send(s, &m);
}

void replica_view_step(struct replica *s, uint64_t now)
{
	/* What is being stored belongs to what STATE says. */
	if (s->state_due && !s->store.busy)
		send_state(s);
	if (!s->decided)
		return;
	if (s->override_asked && replica_view_quorate(s))
		send_override(s);
	if (!s->sent_ready) {
		if (!replica_view_quorate(s) || !replica_view_sure(s))
			return;
		if (!s->sent_promise)
			promise(s, now);
		if (!s->sent_promise || !replica_view_suffice(s, replica_is_promised))
			return;
		if (!replica_view_holds(s))
			replica_fetch_step(s, now);
		else
			become_ready(s, now);
	}
	if (s->open && s->sent_ready && s->proposal.stage == REPLICA_NONE &&
	    (s->committed < s->wanted.number || !replica_same(&s->applied, &s->head.id)))
		replica_commit(s);
}
