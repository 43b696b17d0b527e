// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/config_wire.h"

#include <errno.h>

#include "proto/wire_cursor.h"

#define MAGIC 0x4352 /* "RC" */

const char *config_wire_type_name(enum config_wire_type type)
{
	static const char *const names[] = {
		[CONFIG_WIRE_STATE] = "STATE", [CONFIG_WIRE_PROMISE] = "PROMISE",
		[CONFIG_WIRE_READY] = "READY", [CONFIG_WIRE_FETCH] = "FETCH",
		[CONFIG_WIRE_PART] = "PART",   [CONFIG_WIRE_PROPOSE] = "PROPOSE",
		[CONFIG_WIRE_BODY] = "BODY",   [CONFIG_WIRE_OK] = "OK",
		[CONFIG_WIRE_BAD] = "BAD",     [CONFIG_WIRE_ACK] = "ACK",
		[CONFIG_WIRE_ABORT] = "ABORT", [CONFIG_WIRE_OVERRIDE] = "OVERRIDE",
	};

	return type >= CONFIG_WIRE_STATE && type <= CONFIG_WIRE_TYPE_LAST ? names[type] : "?";
}

static void put_id(struct wire_cursor *c, const struct revision_id *id)
{
	wire_put_bytes(c, id->bytes, sizeof(id->bytes));
}

static void get_id(struct wire_cursor *c, struct revision_id *ret_id)
{
	wire_get_bytes(c, ret_id->bytes, sizeof(ret_id->bytes));
}

static void put_text(struct wire_cursor *c, const char *text, size_t max)
{
	size_t length = strnlen(text, max);

	if (length == max)
		c->failed = true;
	wire_put(c, length, 2);
	wire_put_bytes(c, text, length);
}

static void get_text(struct wire_cursor *c, char *ret_text, size_t max)
{
	size_t length = (size_t)wire_get(c, 2);

	if (length >= max)
		c->failed = true;
	if (c->failed)
		return;
	memset(ret_text, 0, max);
	wire_get_bytes(c, ret_text, length);
	if (!c->failed && strnlen(ret_text, max) != length)
		c->failed = true;
}

static void put_revision(struct wire_cursor *c, const struct revision *r)
{
	wire_put(c, r->number, 8);
	wire_put(c, r->term, 8);
	wire_put(c, r->refers, 8);
	put_id(c, &r->parent);
	put_id(c, &r->body);
	put_id(c, &r->id);
	wire_put(c, r->kind, 1);
	wire_put(c, r->confirm_s, 4);
	wire_put(c, (uint64_t)r->time, 8);
	put_text(c, r->author, sizeof(r->author));
	put_text(c, r->comment, sizeof(r->comment));
	put_text(c, r->model, sizeof(r->model));
}

static void get_revision(struct wire_cursor *c, struct revision *r)
{
	r->number = wire_get(c, 8);
	r->term = wire_get(c, 8);
	r->refers = wire_get(c, 8);
	get_id(c, &r->parent);
	get_id(c, &r->body);
	get_id(c, &r->id);
	r->kind = (uint32_t)wire_get(c, 1);
	r->confirm_s = (uint32_t)wire_get(c, 4);
	r->time = (int64_t)wire_get(c, 8);
	get_text(c, r->author, sizeof(r->author));
	get_text(c, r->comment, sizeof(r->comment));
	get_text(c, r->model, sizeof(r->model));
	if (r->kind < REVISION_CHANGE || r->kind > REVISION_ROLLBACK || r->number == 0 ||
	    r->confirm_s > REVISION_CONFIRM_MAX)
		c->failed = true;
}

static void put_chunk(struct wire_cursor *c, uint32_t size, const uint8_t *data)
{
	if (size > CONFIG_WIRE_CHUNK) {
		c->failed = true;
		return;
	}
	wire_put(c, size, 2);
	wire_put_bytes(c, data, size);
}

static uint32_t get_chunk(struct wire_cursor *c, uint8_t *ret_data)
{
	uint32_t size = (uint32_t)wire_get(c, 2);

	if (size > CONFIG_WIRE_CHUNK) {
		c->failed = true;
		return 0;
	}
	wire_get_bytes(c, ret_data, size);
	return size;
}

static void put_state(struct wire_cursor *c, const struct config_wire_state *s)
{
	wire_put(c, s->promised, 8);
	wire_put(c, s->head_term, 8);
	wire_put(c, s->number, 8);
	wire_put(c, s->committed, 8);
	wire_put(c, s->oldest, 8);
	put_id(c, &s->id);
	wire_put(c, s->remaining_s, 4);
	wire_put(c, s->level, 1);
	wire_put(c, s->flags, 1);
}

static void get_state(struct wire_cursor *c, struct config_wire_state *s)
{
	s->promised = wire_get(c, 8);
	s->head_term = wire_get(c, 8);
	s->number = wire_get(c, 8);
	s->committed = wire_get(c, 8);
	s->oldest = wire_get(c, 8);
	get_id(c, &s->id);
	s->remaining_s = (uint32_t)wire_get(c, 4);
	s->level = (uint8_t)wire_get(c, 1);
	s->flags = (uint8_t)wire_get(c, 1);
	if (s->flags & ~CONFIG_STATE_FLAGS || s->level < CONFIG_WIRE_LEVEL_STATE)
		c->failed = true;
}

static void put_content(struct wire_cursor *c, const struct config_message *m)
{
	switch (m->type) {
	case CONFIG_WIRE_STATE:
		put_state(c, &m->state);
		break;
	case CONFIG_WIRE_PROMISE:
	case CONFIG_WIRE_READY:
		wire_put(c, m->vote.quorum, 4);
		wire_put(c, m->vote.number, 8);
		put_id(c, &m->vote.id);
		break;
	case CONFIG_WIRE_FETCH:
		wire_put(c, m->fetch.to, 4);
		wire_put(c, m->fetch.offset, 4);
		wire_put(c, m->fetch.number, 8);
		break;
	case CONFIG_WIRE_PART:
		put_revision(c, &m->part.revision);
		wire_put(c, m->part.to, 4);
		wire_put(c, m->part.offset, 4);
		wire_put(c, m->part.total, 4);
		put_chunk(c, m->part.size, m->part.data);
		break;
	case CONFIG_WIRE_PROPOSE:
		put_revision(c, &m->propose.revision);
		wire_put(c, m->propose.size, 4);
		wire_put(c, m->propose.format, 1);
		wire_put(c, m->propose.prefix, 4);
		wire_put(c, m->propose.suffix, 4);
		break;
	case CONFIG_WIRE_BODY:
		wire_put(c, m->body.offset, 4);
		put_chunk(c, m->body.size, m->body.data);
		break;
	case CONFIG_WIRE_BAD:
		put_text(c, m->answer.reason, sizeof(m->answer.reason));
		/* fall through */
	case CONFIG_WIRE_OK:
	case CONFIG_WIRE_ACK:
	case CONFIG_WIRE_ABORT:
		put_id(c, &m->answer.id);
		break;
	case CONFIG_WIRE_OVERRIDE:
		break;
	}
}

static void get_propose(struct wire_cursor *c, struct config_message *m)
{
	get_revision(c, &m->propose.revision);
	m->propose.size = (uint32_t)wire_get(c, 4);
	m->propose.format = (uint8_t)wire_get(c, 1);
	m->propose.prefix = (uint32_t)wire_get(c, 4);
	m->propose.suffix = (uint32_t)wire_get(c, 4);
	if (m->propose.format > CONFIG_FORMAT_LAST)
		c->failed = true;
	if (m->propose.format == CONFIG_FORMAT_FULL && (m->propose.prefix || m->propose.suffix))
		c->failed = true;
}

static void get_content(struct wire_cursor *c, struct config_message *m)
{
	switch (m->type) {
	case CONFIG_WIRE_STATE:
		get_state(c, &m->state);
		break;
	case CONFIG_WIRE_PROMISE:
	case CONFIG_WIRE_READY:
		m->vote.quorum = (uint32_t)wire_get(c, 4);
		m->vote.number = wire_get(c, 8);
		get_id(c, &m->vote.id);
		break;
	case CONFIG_WIRE_FETCH:
		m->fetch.to = (uint32_t)wire_get(c, 4);
		m->fetch.offset = (uint32_t)wire_get(c, 4);
		m->fetch.number = wire_get(c, 8);
		break;
	case CONFIG_WIRE_PART:
		get_revision(c, &m->part.revision);
		m->part.to = (uint32_t)wire_get(c, 4);
		m->part.offset = (uint32_t)wire_get(c, 4);
		m->part.total = (uint32_t)wire_get(c, 4);
		m->part.size = get_chunk(c, m->part.data);
		break;
	case CONFIG_WIRE_PROPOSE:
		get_propose(c, m);
		break;
	case CONFIG_WIRE_BODY:
		m->body.offset = (uint32_t)wire_get(c, 4);
		m->body.size = get_chunk(c, m->body.data);
		break;
	case CONFIG_WIRE_BAD:
		get_text(c, m->answer.reason, sizeof(m->answer.reason));
		/* fall through */
	case CONFIG_WIRE_OK:
	case CONFIG_WIRE_ACK:
	case CONFIG_WIRE_ABORT:
		get_id(c, &m->answer.id);
		break;
	case CONFIG_WIRE_OVERRIDE:
		break;
	}
}

static bool is_spoken(uint64_t type, uint64_t level)
{
	if (type == CONFIG_WIRE_STATE)
		return level == CONFIG_WIRE_LEVEL_STATE;
	return level >= CONFIG_WIRE_LEVEL_MIN && level <= CONFIG_WIRE_LEVEL;
}

int config_wire_encode(const struct config_message *message, uint8_t *buf, size_t size,
		       size_t *ret_length)
{
	struct wire_cursor c = {.out = buf, .size = size};

	if (message->type < CONFIG_WIRE_STATE || message->type > CONFIG_WIRE_TYPE_LAST ||
	    !is_spoken(message->type, message->level))
		return -EINVAL;
	wire_put(&c, MAGIC, 2);
	wire_put(&c, message->level, 1);
	wire_put(&c, message->type, 1);
	wire_put(&c, message->view, 8);
	wire_put(&c, message->term, 8);
	put_content(&c, message);
	if (c.failed)
		return -ENOSPC;
	*ret_length = c.at;
	return 0;
}

int config_wire_decode(const uint8_t *data, size_t length, struct config_message *ret_message)
{
	struct wire_cursor c = {.in = data, .size = length};
	struct config_message m;
	uint64_t magic = wire_get(&c, 2), level = wire_get(&c, 1), type = wire_get(&c, 1);

	if (c.failed || magic != MAGIC)
		return -EBADMSG;
	if (!is_spoken(type, level))
		return -EPROTO;
	if (type < CONFIG_WIRE_STATE || type > CONFIG_WIRE_TYPE_LAST)
		return -EBADMSG;
	memset(&m, 0, sizeof(m));
	m.level = (uint8_t)level;
	m.type = (enum config_wire_type)type;
	m.view = wire_get(&c, 8);
	m.term = wire_get(&c, 8);
	get_content(&c, &m);
	if (c.failed || c.at != c.size)
		return -EBADMSG;
	if (m.type == CONFIG_WIRE_STATE && m.state.level < CONFIG_WIRE_LEVEL_MIN)
		return -EPROTONOSUPPORT;
	*ret_message = m;
	return 0;
}
