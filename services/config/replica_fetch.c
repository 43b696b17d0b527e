// SPDX-License-Identifier: GPL-2.0-or-later
/* Catching up with the view's log, and helping others to. */
#include <stdlib.h>
#include <string.h>

#include "config/replica_internal.h"

void replica_want(struct replica *s, uint64_t number, uint64_t now)
{
	if (s->reading || now < s->read_after)
		return;
	s->reading = number;
	replica_emit(s, REPLICA_READ)->number = number;
}

void replica_fetch_stop(struct replica *s)
{
	replica_body_free(&s->fetch.body);
	memset(&s->fetch, 0, sizeof(s->fetch));
}

static void ask(struct replica *s, uint64_t number, uint32_t offset, uint64_t now)
{
	struct config_message m = {.type = CONFIG_WIRE_FETCH};

	s->fetch.number = m.fetch.number = number;
	m.fetch.offset = offset;
	m.fetch.to = s->fetch.source;
	s->fetch.received = offset;
	s->fetch.asked_at = now;
	replica_send(s, &m);
}

/* The holder with the lowest id above `after`, round. */
static const struct replica_peer *next_source(const struct replica *s, uint32_t after)
{
	const struct replica_peer *first = NULL;

	for (size_t i = 0; i < s->n_peers; i++) {
		const struct replica_peer *p = &s->peers[i];

		if (p->member.id == s->settings.self ||
		    (!p->ready && !replica_same(&p->state.id, &s->wanted.id)))
			continue;
		if (p->member.id > after)
			return p;
		if (!first)
			first = p;
	}
	return first;
}

static void start(struct replica *s, uint64_t now)
{
	const struct replica_peer *source = next_source(s, s->fetch.source);
	uint64_t number = s->committed + 1;

	replica_fetch_stop(s);
	if (!source)
		return;
	s->fetch.source = source->member.id;
	s->fetch.active = true;
	if (number > s->head.number + 1)
		number = s->head.number + 1;
	if (number > s->wanted.number)
		number = s->wanted.number;
	if (number < source->state.oldest)
		number = source->state.oldest;
	ask(s, number, 0, now);
}

void replica_fetch_step(struct replica *s, uint64_t now)
{
	const struct revision_id *own = replica_id_of(s, s->wanted.number);
	struct replica_store what = {.kind = REPLICA_STORE_TRUNCATE,
				     .truncate_from = s->wanted.number + 1};

	if (!replica_store_free(s, now))
		return;
	if (s->wanted.number == 0 || (own && replica_same(own, &s->wanted.id))) {
		replica_fetch_stop(s);
		replica_store_begin(s, &what, NULL);
	} else if (!s->fetch.active || now >= s->fetch.asked_at + REPLICA_FETCH_NS) {
		start(s, now);
	}
}

static void store(struct replica *s)
{
	struct replica_fetch *f = &s->fetch;
	struct replica_store what = {.kind = REPLICA_STORE_APPEND, .revision = f->revision};

	if (f->base)
		what.truncate_from = s->head.number ? 1 : 0;
	else if (f->number <= s->head.number)
		what.truncate_from = f->number;
	/* It must not count for more than what this node has accepted (replica.h). */
	what.revision.term = s->head.term;
	replica_store_begin(s, &what, &f->body);
}

/* What the source has at this number goes behind the entry before it in this log. */
static bool follows(const struct replica *s, const struct revision *r)
{
	static const struct revision_id none;
	const struct revision_id *parent = replica_id_of(s, r->number - 1);

	return replica_same(&r->parent, r->number == 1 ? &none : (parent ? parent : &r->id));
}

/* True: the document of this entry is wanted. */
static bool take_header(struct replica *s, const struct revision *r, uint64_t now)
{
	struct replica_fetch *f = &s->fetch;
	const struct revision_id *own = replica_id_of(s, r->number);
	struct replica_peer *source = replica_peer(s, f->source);

	if (r->number > f->number) { /* it has pruned what it was asked for */
		f->number = source->state.oldest = r->number;
		f->joined = false;
	}
	if (own && replica_same(own, &r->id)) {
		f->joined = true;
		ask(s, r->number + 1, 0, now);
		return false;
	}
	if (follows(s, r))
		f->joined = true;
	if (f->joined && !follows(s, r)) {
		f->asked_at = 0; /* nonsense: another source, when the time comes */
		return false;
	}
	if (!f->joined && r->number - 1 >= source->state.oldest &&
	    replica_id_of(s, r->number - 1)) {
		ask(s, r->number - 1, 0, now);
		return false;
	}
	f->base = !f->joined;
	f->revision = *r;
	return true;
}

void replica_fetch_part(struct replica *s, uint32_t sender, const struct config_message *m,
			uint64_t now)
{
	struct replica_fetch *f = &s->fetch;

	if (m->part.to != s->settings.self || !f->active || s->store.busy || sender != f->source ||
	    m->part.revision.number < f->number || m->part.offset != f->received ||
	    m->part.total > REPLICA_BODY_MAX || m->part.size > m->part.total - f->received)
		return;
	if (f->received && m->part.revision.number != f->number)
		return;
	if (f->received == 0) {
		if (!take_header(s, &m->part.revision, now))
			return;
		replica_body_free(&f->body);
		f->body.data = malloc(m->part.total + 1);
		f->body.size = m->part.total;
		if (!f->body.data)
			return;
	}
	if (!f->body.data || f->body.size != m->part.total ||
	    !replica_same(&f->revision.id, &m->part.revision.id))
		return;
	memcpy(f->body.data + f->received, m->part.data, m->part.size);
	f->received += m->part.size;
	f->body.data[f->received] = '\0';
	f->asked_at = now;
	if (f->received == f->body.size)
		store(s);
	else if (m->part.size)
		ask(s, f->number, f->received, now);
}

void replica_fetch_stored(struct replica *s, int error, uint64_t now)
{
	struct replica_fetch *f = &s->fetch;

	if (!f->active)
		return;
	if (error) {
		f->active = false;
		return;
	}
	f->base = false;
	f->joined = true;
	if (f->number < s->wanted.number)
		ask(s, f->number + 1, 0, now);
	else
		f->active = false;
}

void replica_fetch_asked(struct replica *s, uint32_t sender, const struct config_message *m)
{
	struct replica_peer *p = replica_peer(s, sender);

	if (m->fetch.to != s->settings.self || sender == s->settings.self)
		return;
	p->asked.waits = true;
	p->asked.number = m->fetch.number;
	p->asked.offset = m->fetch.offset;
}

static void serve(struct replica *s, struct replica_peer *p, const struct revision *revision,
		  const struct replica_body *body)
{
	struct config_message m = {.type = CONFIG_WIRE_PART};
	size_t left = body->size - p->asked.offset;

	p->asked.waits = false;
	if (p->asked.offset > body->size)
		return;
	m.part.revision = *revision;
	m.part.to = p->member.id;
	m.part.offset = p->asked.offset;
	m.part.total = (uint32_t)body->size;
	m.part.size = (uint32_t)(left < CONFIG_WIRE_CHUNK ? left : CONFIG_WIRE_CHUNK);
	memcpy(m.part.data, body->data + m.part.offset, m.part.size);
	replica_send(s, &m);
}

void replica_serve_step(struct replica *s, uint64_t now)
{
	for (size_t i = 0; i < s->n_peers && now >= s->next_part; i++) {
		struct replica_peer *p = &s->peers[i];

		if (!p->asked.waits)
			continue;
		if (p->asked.number > s->head.number) {
			p->asked.waits = false;
			continue;
		}
		if (p->asked.number < s->oldest) {
			p->asked.number = s->oldest;
			p->asked.offset = 0;
		}
		if (p->asked.number == s->head.number && s->document.data)
			serve(s, p, &s->head, &s->document);
		else if (s->served_body.data && p->asked.number == s->served.number &&
			 (!replica_id_of(s, s->served.number) ||
			  replica_same(replica_id_of(s, s->served.number), &s->served.id)))
			serve(s, p, &s->served, &s->served_body);
		else
			replica_want(s, p->asked.number, now);
		if (!p->asked.waits)
			s->next_part = now + s->settings.chunk_interval;
	}
}
