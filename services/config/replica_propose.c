// SPDX-License-Identifier: GPL-2.0-or-later
/* One new revision: what all members do with it, each at the same places of the order. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config/delta.h"
#include "config/replica_internal.h"

static bool has_ok(const struct replica_peer *p)
{
	return p->ok;
}

static bool has_ack(const struct replica_peer *p)
{
	return p->ack;
}

static bool settles(const struct revision *r)
{
	return r->kind == REVISION_CONFIRM || r->kind == REVISION_REVERT;
}

/* Whether its kind fits what the head is. */
static int kind_refusal(const struct replica *s, const struct revision *r, char *text, size_t size)
{
	bool waits = replica_unconfirmed(&s->head);

	if (settles(r) && (!waits || r->refers != s->head.number)) {
		snprintf(text, size, "revision %llu does not wait to be confirmed",
			 (unsigned long long)r->refers);
		return -ESTALE;
	}
	if (!settles(r) && waits) {
		snprintf(text, size, "revision %llu waits to be confirmed",
			 (unsigned long long)s->head.number);
		return -EBUSY;
	}
	if (r->number == 1 && r->confirm_s) {
		snprintf(text, size, "the first revision has none before it to go back to");
		return -EINVAL;
	}
	return 0;
}

/* The names of the members for which the answer is no, after what. */
static void name_those(const struct replica *s, bool (*answer)(const struct replica_peer *),
		       const char *what, char *text, size_t size)
{
	struct text names = text_on(text, size);
	const char *before = what;

	for (size_t i = 0; i < s->n_peers; i++) {
		if (answer(&s->peers[i]))
			continue;
		text_add(&names, "%s %s", before, replica_name(s, s->peers[i].member.id));
		before = ",";
	}
}

int replica_propose_refusal(const struct replica *s, const struct revision *r, char *text,
			    size_t size)
{
	if (!s->open) {
		snprintf(text, size, "the nodes have not agreed on the newest revision yet");
		return -EBUSY;
	}
	if (!replica_view_every(s, replica_is_ready)) {
		name_those(s, replica_is_ready, "not all have the newest revision: waits for", text,
			   size);
		return -EBUSY;
	}
	if (s->proposal.committed) {
		name_those(s, has_ack, "not all have stored the newest revision: waits for", text,
			   size);
		return -EBUSY;
	}
	if (s->proposal.stage != REPLICA_NONE) {
		snprintf(text, size, "another change is being made");
		return -EBUSY;
	}
	if (r->number != s->head.number + 1 ||
	    (s->head.number && !replica_same(&r->parent, &s->head.id))) {
		snprintf(text, size, "conflict: revision %llu was made meanwhile",
			 (unsigned long long)s->head.number);
		return -ESTALE;
	}
	return kind_refusal(s, r, text, size);
}

static void drop(struct replica *s)
{
	replica_body_free(&s->proposal.wire);
	replica_body_free(&s->proposal.document);
	memset(&s->proposal, 0, sizeof(s->proposal));
	for (size_t i = 0; i < s->n_peers; i++)
		s->peers[i].ok = s->peers[i].ack = false;
}

static void answer(struct replica *s, enum config_wire_type type, const char *reason)
{
	struct config_message m = {.type = type};

	m.answer.id = s->proposal.revision.id;
	if (reason)
		snprintf(m.answer.reason, sizeof(m.answer.reason), "%s", reason);
	replica_send(s, &m);
}

static int assemble(struct replica *s)
{
	struct replica_proposal *p = &s->proposal;
	struct delta delta = {p->prefix, p->suffix, (uint32_t)p->wire.size};

	if (p->format == CONFIG_FORMAT_FULL) {
		p->document = p->wire;
		p->wire = (struct replica_body){0};
		return 0;
	}
	if (!s->document.data)
		return -ENODATA;
	return delta_apply(s->document.data, s->document.size, &delta, p->wire.data,
			   REPLICA_BODY_MAX, &p->document.data, &p->document.size);
}

/* All of it is here: this node looks at it. */
static void check(struct replica *s)
{
	struct replica_proposal *p = &s->proposal;
	bool confirm = p->revision.kind == REVISION_CONFIRM;
	struct replica_action *action;
	int r = confirm ? 0 : assemble(s);

	p->stage = REPLICA_CHECKING;
	if (r < 0 || (!confirm && !p->document.size)) {
		p->stage = REPLICA_ANSWERED;
		answer(s, CONFIG_WIRE_BAD,
		       r == -ENOMEM ? "no memory" : "the document does not fit its parent's");
		return;
	}
	if (confirm)
		replica_body_free(&p->document);
	action = replica_emit(s, REPLICA_CHECK);
	action->revision = p->revision;
	action->body = p->document.data;
	action->size = p->document.size;
}

static void take_proposal(struct replica *s, uint32_t sender, const struct config_message *m,
			  uint64_t now)
{
	struct replica_proposal *p = &s->proposal;
	char text[REPLICA_TEXT_MAX] = "";
	int r = replica_propose_refusal(s, &m->propose.revision, text, sizeof(text));
	bool own = sender == s->settings.self && s->client.active &&
		   replica_same(&s->client.revision.id, &m->propose.revision.id);

	if (!r && (m->propose.size > REPLICA_BODY_MAX ||
		   (m->propose.revision.kind == REVISION_CONFIRM && m->propose.size))) {
		r = -EBADMSG;
		snprintf(text, sizeof(text), "the document is too large");
	}
	if (r) {
		if (own)
			replica_client_end(s, r, "%s", text);
		return;
	}
	drop(s);
	p->stage = REPLICA_BODY;
	p->proposer = sender;
	p->revision = m->propose.revision;
	p->revision.term = s->term;
	p->format = m->propose.format;
	p->prefix = m->propose.prefix;
	p->suffix = m->propose.suffix;
	p->since = now;
	p->abort_at =
		now + (sender == s->settings.self ? REPLICA_ANSWER_NS : REPLICA_ANSWER_OTHERS_NS);
	p->wire.size = m->propose.size;
	p->wire.data = calloc(1, p->wire.size + 1);
	if (!p->wire.data) {
		p->stage = REPLICA_ANSWERED;
		answer(s, CONFIG_WIRE_BAD, "no memory");
		return;
	}
	if (own)
		replica_client_accepted(s);
	if (!p->wire.size)
		check(s);
}

static void take_body(struct replica *s, uint32_t sender, const struct config_message *m)
{
	struct replica_proposal *p = &s->proposal;

	if (sender == s->settings.self)
		replica_client_delivered(s);
	if (p->stage != REPLICA_BODY || sender != p->proposer || m->body.offset != p->received ||
	    m->body.size > p->wire.size - p->received)
		return;
	memcpy(p->wire.data + p->received, m->body.data, m->body.size);
	p->received += m->body.size;
	if (p->received == p->wire.size)
		check(s);
}

/* The client, if it is of this node, is told; then nobody remembers the proposal. */
static void give_up(struct replica *s, int error, const char *text)
{
	if (s->client.active && replica_same(&s->client.revision.id, &s->proposal.revision.id))
		replica_client_end(s, error, "%s", text);
	drop(s);
}

static void take_bad(struct replica *s, uint32_t sender, const char *reason)
{
	char text[REPLICA_TEXT_MAX];

	if (s->proposal.stage == REPLICA_STORING)
		return;
	snprintf(text, sizeof(text), "%s: %s", replica_name(s, sender), reason);
	give_up(s, -EBADMSG, text);
}

static void take_abort(struct replica *s)
{
	char text[REPLICA_TEXT_MAX];

	if (s->proposal.stage == REPLICA_STORING)
		return; /* the last OK was first */
	name_those(s, has_ok, "no answer from", text, sizeof(text));
	give_up(s, -ETIMEDOUT, text);
}

static void commit(struct replica *s, uint64_t now)
{
	struct replica_proposal *p = &s->proposal;

	p->committed = true;
	p->committed_at = now;
	s->wanted = (struct replica_position){p->revision.number, s->term, p->revision.id};
	if (p->stored)
		replica_commit(s);
	if (s->client.active && replica_same(&s->client.revision.id, &p->revision.id))
		replica_client_end(s, 0, "done");
}

static void take_ack(struct replica *s, struct replica_peer *from, uint64_t now)
{
	from->ack = true;
#ifdef REPLICA_BROKEN_OWN_DELIVERY
	if (!s->proposal.committed && from->member.id == s->settings.self)
		commit(s, now);
#endif
	if (!s->proposal.committed && replica_view_suffice(s, has_ack))
		commit(s, now);
	if (s->proposal.committed && replica_view_every(s, has_ack))
		drop(s);
}

void replica_propose_message(struct replica *s, uint32_t sender, const struct config_message *m,
			     uint64_t now)
{
	struct replica_peer *from = replica_peer(s, sender);

	if (m->type == CONFIG_WIRE_PROPOSE) {
		take_proposal(s, sender, m, now);
		return;
	}
	if (m->type == CONFIG_WIRE_BODY) {
		take_body(s, sender, m);
		return;
	}
	if (s->proposal.stage == REPLICA_NONE ||
	    !replica_same(&m->answer.id, &s->proposal.revision.id))
		return;
	switch (m->type) {
	case CONFIG_WIRE_OK:
		from->ok = true;
		if (replica_view_every(s, has_ok) && s->proposal.stage == REPLICA_ANSWERED)
			s->proposal.stage = REPLICA_STORING;
		break;
	case CONFIG_WIRE_BAD:
		take_bad(s, sender, m->answer.reason);
		break;
	case CONFIG_WIRE_ABORT:
		take_abort(s);
		break;
	case CONFIG_WIRE_ACK:
		if (s->proposal.stage == REPLICA_STORING)
			take_ack(s, from, now);
		break;
	default:
		break;
	}
}

void replica_propose_step(struct replica *s, uint64_t now)
{
	struct replica_proposal *p = &s->proposal;
	struct replica_store what = {.kind = REPLICA_STORE_APPEND, .revision = p->revision};

	if (p->stage == REPLICA_NONE)
		return;
	if (p->stage == REPLICA_STORING) {
		if (p->store_begun || !replica_store_free(s, now))
			return;
		p->store_begun = true;
		s->store.proposal = true;
		replica_store_begin(s, &what, &p->document);
#ifdef REPLICA_BROKEN_ACK_EARLY
		answer(s, CONFIG_WIRE_ACK, NULL);
#endif
	} else if (now >= p->abort_at) {
		p->abort_at = now + REPLICA_ANSWER_NS;
		answer(s, CONFIG_WIRE_ABORT, NULL);
	}
}

void replica_propose_stored(struct replica *s, int error)
{
	struct replica_proposal *p = &s->proposal;
	bool known = p->stage == REPLICA_STORING && p->store_begun && !p->stored &&
		     replica_same(&p->revision.id, &s->store.what.revision.id);

	if (known && error) {
		p->document = s->store.body;
		s->store.body = (struct replica_body){0};
		p->store_begun = false;
		return;
	}
	if (error)
		return;
	if (known) {
		p->stored = true;
		answer(s, CONFIG_WIRE_ACK, NULL);
	}
	/* The others' votes were enough before, be it in a view that has ended. */
	if (s->store.committed || (known && p->committed))
		replica_commit(s);
}

void replica_propose_leave(struct replica *s, uint64_t now)
{
	struct replica_client *c = &s->client;

	if (s->proposal.committed && s->proposal.store_begun && !s->proposal.stored)
		s->store.committed = true;
	drop(s);
	if (!c->active || c->waits || c->cut_off)
		return;
	c->cut_off = true;
	c->sending = c->under_way = false;
	c->deadline = now + REPLICA_SETTLE_NS;
}

uint64_t replica_propose_deadline(const struct replica *s)
{
	bool waits = s->proposal.stage != REPLICA_NONE && s->proposal.stage != REPLICA_STORING;

	if (s->proposal.committed && !s->proposal.stored)
		return s->current ? s->proposal.committed_at + REPLICA_LATE_NS : UINT64_MAX;
	return waits ? s->proposal.abort_at : UINT64_MAX;
}
