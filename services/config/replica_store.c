// SPDX-License-Identifier: GPL-2.0-or-later
/* The log in memory, which follows what the disk holds. */
#include <string.h>

#include "config/replica_internal.h"

bool replica_store_free(const struct replica *s, uint64_t now)
{
	return !s->store.busy && now >= s->store.retry_at;
}

void replica_store_begin(struct replica *s, const struct replica_store *what,
			 struct replica_body *body)
{
	struct replica_pending_store *st = &s->store;

	st->busy = true;
	st->what = *what;
	if (body) {
		replica_body_free(&st->body);
		st->body = *body;
		*body = (struct replica_body){0};
		st->what.body = st->body.data;
		st->what.size = st->body.size;
	}
	replica_emit(s, REPLICA_STORE)->store = st->what;
}

const struct revision_id *replica_id_of(const struct replica *s, uint64_t number)
{
	for (size_t i = s->n_recent; i > 0; i--)
		if (s->recent[i - 1].number == number)
			return &s->recent[i - 1].id;
	return NULL;
}

/* gap: what comes instead begins behind this log, which was too old and not another one. */
static void truncate_from(struct replica *s, uint64_t number, bool gap)
{
	static const struct revision none;

	if (!number || number > s->head.number)
		return;
	while (s->n_recent && s->recent[s->n_recent - 1].number >= number)
		s->n_recent--;
	s->head = s->n_recent ? s->recent[s->n_recent - 1] : none;
	replica_body_free(&s->document);
	if (s->committed >= number) {
		if (!gap)
			replica_emit(s, REPLICA_DIVERGED)->number = number;
		s->committed = s->noted = s->head.number;
	}
}

static void append(struct replica *s, const struct revision *revision, struct replica_body *body)
{
	if (s->n_recent == REPLICA_RECENT_MAX)
		memmove(&s->recent[0], &s->recent[1], --s->n_recent * sizeof(s->recent[0]));
	s->recent[s->n_recent++] = *revision;
	if (!s->head.number)
		s->oldest = revision->number;
	s->head = *revision;
	if (!body->data)
		return; /* the parent's document again */
	replica_body_free(&s->document);
	s->document = *body;
	*body = (struct replica_body){0};
}

void replica_store_done(struct replica *s)
{
	const struct replica_store *what = &s->store.what;

	switch (what->kind) {
	case REPLICA_STORE_TERM:
		s->head.term = what->term;
		s->recent[s->n_recent - 1].term = what->term;
		s->promised = what->term;
		break;
	case REPLICA_STORE_PROMISE:
		s->promised = what->term;
		break;
	case REPLICA_STORE_TRUNCATE:
		truncate_from(s, what->truncate_from, false);
		break;
	case REPLICA_STORE_APPEND:
		truncate_from(s, what->truncate_from, what->revision.number > s->head.number + 1);
		append(s, &what->revision, &s->store.body);
		break;
	case REPLICA_STORE_COMMITTED:
		s->noted = what->number;
		break;
	}
}

void replica_commit(struct replica *s)
{
	struct replica_action *action;

	s->committed = s->head.number;
	if (!s->committed || replica_same(&s->applied, &s->head.id))
		return;
	s->applied = s->head.id;
	action = replica_emit(s, REPLICA_APPLY);
	action->number = s->head.number;
	action->revision = s->head;
	action->seconds = replica_unconfirmed(&s->head) ? s->head.confirm_s : 0;
	for (size_t i = 0; action->seconds && i < s->n_peers; i++) {
		const struct config_wire_state *state = &s->peers[i].state;

		/* Who joins goes on with the time that is left where it was applied first. */
		if (state->number == s->head.number && state->remaining_s &&
		    state->remaining_s < action->seconds)
			action->seconds = state->remaining_s;
	}
}
