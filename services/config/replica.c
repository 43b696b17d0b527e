// SPDX-License-Identifier: GPL-2.0-or-later
/* Inputs of the replication, and what every part of it uses. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/replica_internal.h"

struct replica_action *replica_emit(struct replica *s, enum replica_action_type type)
{
	struct replica_actions *a = s->actions;
	struct replica_action *action;

	if (a->n == REPLICA_ACTIONS_MAX) {
		a->overflow = true;
		a->n--;
	}
	action = &a->list[a->n++];
	memset(action, 0, offsetof(struct replica_action, bytes));
	action->type = type;
	return action;
}

void replica_log(struct replica *s, const char *format, ...)
{
	struct replica_action *action = replica_emit(s, REPLICA_LOG);
	va_list args;

	va_start(args, format);
	vsnprintf(action->text, sizeof(action->text), format, args);
	va_end(args);
}

void replica_send(struct replica *s, struct config_message *m)
{
	struct replica_action *action = replica_emit(s, REPLICA_SEND);

	m->view = s->tag;
	m->level = m->type == CONFIG_WIRE_STATE ? CONFIG_WIRE_LEVEL_STATE : s->level;
	m->term = m->type == CONFIG_WIRE_STATE || m->type == CONFIG_WIRE_OVERRIDE ? 0 : s->term;
	/* All that is sent here is within the bounds of the encoding. */
	if (config_wire_encode(m, action->bytes, sizeof(action->bytes), &action->size) < 0)
		s->actions->n--;
}

void replica_send_vote(struct replica *s, enum config_wire_type type)
{
	struct config_message m = {.type = type};

	m.vote.quorum = s->verdict.quorum;
	m.vote.number = s->head.number;
	m.vote.id = s->head.id;
	replica_send(s, &m);
}

void replica_body_free(struct replica_body *body)
{
	free(body->data);
	*body = (struct replica_body){0};
}

int replica_body_copy(struct replica_body *body, const char *data, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return -ENOMEM;
	if (data)
		memcpy(copy, data, size);
	copy[size] = '\0';
	free(body->data);
	*body = (struct replica_body){copy, size};
	return 0;
}

const struct replica_node *replica_node(const struct replica *s, uint32_t id)
{
	for (size_t i = 0; i < s->settings.n_nodes; i++)
		if (s->settings.nodes[i].id == id)
			return &s->settings.nodes[i];
	return NULL;
}

const char *replica_name(const struct replica *s, uint32_t id)
{
	const struct replica_node *node = replica_node(s, id);

	return node ? node->name : "an unknown node";
}

struct replica_peer *replica_peer(struct replica *s, uint32_t id)
{
	for (size_t i = 0; i < s->n_peers; i++)
		if (s->peers[i].member.id == id)
			return &s->peers[i];
	return NULL;
}

bool replica_unconfirmed(const struct revision *r)
{
	return r->number && r->confirm_s &&
	       (r->kind == REVISION_CHANGE || r->kind == REVISION_ROLLBACK);
}

struct replica *replica_new(const struct replica_settings *settings, const struct replica_log *log,
			    struct replica_actions *actions, uint64_t now)
{
	struct replica *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->settings = *settings;
	s->actions = actions;
	s->since = now;
	s->oldest = log->oldest;
	s->promised = log->promised;
	s->committed = s->noted = log->committed;
	s->absent = true;
	for (size_t i = 0; i < log->n_recent && i < REPLICA_RECENT_MAX; i++) {
		const struct revision *r = &log->recent[i];

		s->recent[s->n_recent++] = *r;
		s->head = *r;
		if (r->number == s->committed)
			s->applied = r->id;
	}
	return s;
}

void replica_free(struct replica *s)
{
	if (!s)
		return;
	replica_body_free(&s->document);
	replica_body_free(&s->store.body);
	replica_body_free(&s->fetch.body);
	replica_body_free(&s->served_body);
	replica_body_free(&s->proposal.wire);
	replica_body_free(&s->proposal.document);
	replica_body_free(&s->client.body);
	free(s);
}

static bool is_current(const struct replica *s, uint64_t now)
{
	const struct replica_proposal *p = &s->proposal;
	bool guarded = s->verdict.two_node || s->verdict.device;

	if (s->absent && s->verdict_known && guarded)
		return false;
	if (s->open && s->sent_ready)
		return !p->committed || p->stored || now < p->committed_at + REPLICA_LATE_NS;
	if (!replica_view_quorate(s))
		return s->current;
	/* Back from where there was no quorum: others may have gone on meanwhile. */
	if (s->cut || (s->decided && !replica_view_holds(s)))
		return false;
	return s->current;
}

static void step(struct replica *s, uint64_t now)
{
	bool current;

	if (now >= s->store.retry_at)
		s->store.retry_at = 0;
	if (now >= s->read_after)
		s->read_after = 0;
	replica_view_step(s, now);
	replica_propose_step(s, now);
	replica_client_step(s, now);
	replica_serve_step(s, now);
	if (s->committed > s->noted && replica_store_free(s, now)) {
		struct replica_store what = {.kind = REPLICA_STORE_COMMITTED,
					     .number = s->committed};

		replica_store_begin(s, &what, NULL);
	}
	if (s->open && s->sent_ready)
		s->absent = s->cut = false;
	current = is_current(s, now);
	if (current != s->current)
		replica_emit(s, REPLICA_CURRENT)->on = current;
	s->current = current;
}

static int by_id(const void *a, const void *b)
{
	const struct replica_peer *x = a, *y = b;

	return x->member.id < y->member.id ? -1 : x->member.id > y->member.id;
}

/* False: nothing that a view could be made of. */
static bool take_members(struct replica *s, const struct replica_member *members, size_t n)
{
	memset(s->peers, 0, sizeof(s->peers));
	s->n_peers = 0;
	if (n > REPLICA_NODES_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!replica_node(s, members[i].id) || replica_peer(s, members[i].id))
			return false;
		s->peers[s->n_peers++].member = members[i];
	}
	qsort(s->peers, s->n_peers, sizeof(s->peers[0]), by_id);
	return replica_peer(s, s->settings.self);
}

/* FNV-1a: the tag tells the messages of a configuration from those of others. */
static uint64_t mix(uint64_t tag, uint64_t value)
{
	for (size_t i = 0; i < sizeof(value); i++)
		tag = (tag ^ (value >> 8 * i & 0xff)) * 0x100000001b3ULL;
	return tag;
}

void replica_view(struct replica *s, const struct replica_ring *ring,
		  const struct replica_member *members, size_t n_members, uint64_t now)
{
	uint64_t tag = 0xcbf29ce484222325ULL;

	replica_propose_leave(s, now);
	replica_fetch_stop(s);
	/* No verdict ever came for the view that ends: others may have had one. */
	if (s->n_peers && s->n_peers < s->settings.n_nodes && !replica_view_verdict(s))
		s->absent = true;
	s->ring = *ring;
	s->decided = s->open = s->overridden = s->sent_promise = s->sent_ready = false;
	s->override_asked = false;
	s->term = 0;
	s->quorum = 0;
	s->since = now;
	s->level = CONFIG_WIRE_LEVEL_MIN;
	s->state_due = take_members(s, members, n_members);
	if (!s->state_due) {
		if (n_members)
			replica_log(s, "no view: two services on one node, or a node that the "
				       "configuration does not know");
		s->n_peers = 0;
	}
	tag = mix(mix(tag, ring->node), ring->seq);
	for (size_t i = 0; i < s->n_peers; i++)
		tag = mix(mix(tag, s->peers[i].member.id), s->peers[i].member.pid);
	s->tag = tag;
	replica_view_absence(s);
	step(s, now);
}

void replica_quorum(struct replica *s, const struct replica_verdict *verdict, uint64_t now)
{
	bool same = s->verdict_known && s->verdict.ring.seq == verdict->ring.seq &&
		    s->verdict.ring.node == verdict->ring.node;

	/* The next ring's comes before its configuration: this ring's is known to have been given.
	 */
	if (!same && s->n_peers && s->n_peers < s->settings.n_nodes && !replica_view_verdict(s) &&
	    (verdict->ring.seq != s->ring.seq || verdict->ring.node != s->ring.node))
		s->absent = true;
	s->verdict = *verdict;
	s->verdict_known = true;
	if (!same)
		s->verdict_first = verdict->quorate;
	if (!verdict->quorate)
		s->cut = true;
	replica_view_absence(s);
	step(s, now);
}

static void receive(struct replica *s, uint32_t sender, const struct config_message *m,
		    uint64_t now)
{
	if (m->type == CONFIG_WIRE_STATE) {
		replica_view_state(s, sender, &m->state, now);
		return;
	}
	if (!s->decided)
		return;
	if (m->type == CONFIG_WIRE_OVERRIDE) {
		replica_view_override(s);
		return;
	}
	if (m->term != s->term)
		return;
	switch (m->type) {
	case CONFIG_WIRE_PROMISE:
	case CONFIG_WIRE_READY:
		replica_view_vote(s, sender, m, now);
		break;
	case CONFIG_WIRE_FETCH:
		replica_fetch_asked(s, sender, m);
		break;
	case CONFIG_WIRE_PART:
		replica_fetch_part(s, sender, m, now);
		break;
	default:
		replica_propose_message(s, sender, m, now);
	}
}

int replica_message(struct replica *s, uint32_t sender, const uint8_t *data, size_t size,
		    uint64_t now)
{
	struct config_message m;
	int r = config_wire_decode(data, size, &m);

	if (r < 0)
		return r;
	if (m.view != s->tag || !replica_peer(s, sender))
		return 0;
	receive(s, sender, &m, now);
	step(s, now);
	return 0;
}

void replica_checked(struct replica *s, const struct revision_id *id, const char *reason,
		     uint64_t now)
{
	struct replica_proposal *p = &s->proposal;
	struct config_message m = {.type = reason ? CONFIG_WIRE_BAD : CONFIG_WIRE_OK};

	if (p->stage != REPLICA_CHECKING || !replica_same(id, &p->revision.id))
		return;
	p->stage = REPLICA_ANSWERED;
	m.answer.id = *id;
	if (reason)
		snprintf(m.answer.reason, sizeof(m.answer.reason), "%s", reason);
	replica_send(s, &m);
	step(s, now);
}

void replica_stored(struct replica *s, int error, uint64_t now)
{
	struct replica_pending_store *st = &s->store;

	if (!st->busy)
		return;
	st->busy = false;
	st->error[0] = '\0';
	if (error) {
		st->retry_at = now + REPLICA_RETRY_NS;
		snprintf(st->error, sizeof(st->error), "%s",
			 error == -ENOSPC ? "the disk is full" : "the disk failed");
		replica_log(s, "storing failed (%d): %s; tried again", error, st->error);
	}
	if (!error)
		replica_store_done(s);
	if (st->proposal)
		replica_propose_stored(s, error);
	else if (st->what.kind == REPLICA_STORE_APPEND)
		replica_fetch_stored(s, error, now);
	replica_body_free(&st->body);
	st->proposal = st->committed = false;
	step(s, now);
}

void replica_read(struct replica *s, const struct revision *revision, char *body, size_t size,
		  uint64_t now)
{
	uint64_t number = s->reading;
	struct replica_body got = {body, size};

	s->reading = 0;
	if (!body || !revision || size > REPLICA_BODY_MAX || revision->number != number) {
		replica_body_free(&got);
		s->read_after = now + REPLICA_RETRY_NS;
	} else if (replica_same(&revision->id, &s->head.id) && !s->document.data) {
		s->document = got;
	} else {
		replica_body_free(&s->served_body);
		s->served = *revision;
		s->served_body = got;
	}
	step(s, now);
}

int replica_override(struct replica *s, uint64_t now, char *text, size_t text_size)
{
	if (s->decided && replica_view_verdict(s) && !s->verdict.quorate && s->verdict.two_node) {
		s->override_asked = true;
		replica_emit(s, REPLICA_UNBLOCK);
		return 0;
	}
	if (!s->decided || !replica_view_quorate(s)) {
		snprintf(text, text_size, "refused: this node is not part of a quorum");
		return -EAGAIN;
	}
	if (replica_view_sure(s)) {
		snprintf(text, text_size, "refused: nothing waits for an override");
		return -EALREADY;
	}
	s->override_asked = true;
	step(s, now);
	return 0;
}

void replica_remaining(struct replica *s, uint32_t seconds)
{
	s->remaining_s = seconds;
}

void replica_pruned(struct replica *s, uint64_t oldest)
{
	s->oldest = oldest;
}

void replica_tick(struct replica *s, uint64_t now)
{
	step(s, now);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t replica_deadline(const struct replica *s)
{
	uint64_t at = earlier(replica_propose_deadline(s), replica_client_deadline(s));
	bool asked = false;

	for (size_t i = 0; i < s->n_peers; i++)
		asked = asked || s->peers[i].asked.waits;
	if (asked && !s->reading && !s->read_after)
		at = earlier(at, s->next_part);
	if (s->fetch.active && !s->store.busy)
		at = earlier(at, s->fetch.asked_at + REPLICA_FETCH_NS);
	if (s->read_after)
		at = earlier(at, s->read_after);
	if (s->store.retry_at)
		at = earlier(at, s->store.retry_at);
	return at;
}

bool replica_current(const struct replica *s)
{
	return s->current;
}

bool replica_open(const struct replica *s)
{
	return s->open && replica_view_quorate(s) && replica_view_every(s, replica_is_ready);
}

uint8_t replica_level(const struct replica *s, const char **ret_name)
{
	*ret_name = NULL;
	for (size_t i = 0; i < s->n_peers; i++) {
		if (s->peers[i].stated && s->peers[i].state.level == s->level)
			*ret_name = replica_name(s, s->peers[i].member.id);
	}
	return s->level;
}

const struct revision *replica_head(const struct replica *s)
{
	return &s->head;
}

uint64_t replica_committed(const struct replica *s)
{
	return s->committed;
}
