// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/agent_wire.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"

#define MAGIC 0x4152 /* "RA" */

uint64_t agent_wire_hash(uint64_t hash, const void *data, size_t size)
{
	return hash_add(hash, data, size);
}

uint64_t agent_wire_key(const char *name)
{
	return agent_wire_hash(AGENT_WIRE_HASH, name, strlen(name));
}

const char *agent_wire_type_name(enum agent_wire_type type)
{
	static const char *const names[] = {
		[AGENT_WIRE_STATE] = "STATE",	      [AGENT_WIRE_HEALTH] = "HEALTH",
		[AGENT_WIRE_HEARTBEAT] = "HEARTBEAT", [AGENT_WIRE_ECHO] = "ECHO",
		[AGENT_WIRE_RELEASED] = "RELEASED",   [AGENT_WIRE_CLAIM] = "CLAIM",
		[AGENT_WIRE_ADOPT] = "ADOPT",	      [AGENT_WIRE_SWITCHOVER] = "SWITCHOVER",
		[AGENT_WIRE_FENCED] = "FENCED",
	};

	return type >= AGENT_WIRE_STATE && type <= AGENT_WIRE_TYPE_LAST ? names[type] : "?";
}

/* One cursor for both directions: a step beyond the end only marks the cursor as failed. */
struct cursor {
	uint8_t *out;
	const uint8_t *in;
	size_t size, at;
	bool failed;
};

static void put(struct cursor *c, uint64_t value, size_t bytes)
{
	if (c->size - c->at < bytes) {
		c->failed = true;
		return;
	}
	for (size_t i = 0; i < bytes; i++)
		c->out[c->at++] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(struct cursor *c, size_t bytes)
{
	uint64_t value = 0;

	if (c->size - c->at < bytes) {
		c->failed = true;
		return 0;
	}
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)c->in[c->at++] << (8 * i);
	return value;
}

static void put_group(struct cursor *c, const struct agent_wire_group *g)
{
	put(c, g->key, 8);
	put(c, g->epoch, 8);
	put(c, g->highest, 8);
	put(c, g->guard_left, 8);
	put(c, g->owner, 4);
	put(c, g->flags, 1);
	put(c, g->health, 1);
	for (size_t i = 0; i < AGENT_WIRE_OBJECT_MAX; i++)
		put(c, (uint8_t)g->object[i], 1);
	put(c, g->health_age, 8);
}

static void get_group(struct cursor *c, struct agent_wire_group *g)
{
	g->key = get(c, 8);
	g->epoch = get(c, 8);
	g->highest = get(c, 8);
	g->guard_left = get(c, 8);
	g->owner = (uint32_t)get(c, 4);
	g->flags = (uint8_t)get(c, 1);
	g->health = (uint8_t)get(c, 1);
	for (size_t i = 0; i < AGENT_WIRE_OBJECT_MAX; i++)
		g->object[i] = (char)get(c, 1);
	g->health_age = get(c, 8);
	if (!memchr(g->object, 0, AGENT_WIRE_OBJECT_MAX))
		c->failed = true;
}

static bool carries_state(enum agent_wire_type type)
{
	return type == AGENT_WIRE_STATE || type == AGENT_WIRE_HEALTH;
}

int agent_wire_encode(const struct agent_message *message, uint8_t *buf, size_t size,
		      size_t *ret_length)
{
	struct cursor c = {.out = buf, .size = size};

	if (message->type < AGENT_WIRE_STATE || message->type > AGENT_WIRE_TYPE_LAST)
		return -EINVAL;
	put(&c, MAGIC, 2);
	put(&c, AGENT_WIRE_VERSION, 1);
	put(&c, message->type, 1);
	put(&c, message->view, 8);
	if (carries_state(message->type)) {
		if (message->state.n_groups > AGENT_WIRE_GROUPS_MAX)
			return -EINVAL;
		put(&c, message->state.incarnation, 8);
		put(&c, message->state.revision, 8);
		put(&c, message->state.n_groups, 1);
		for (size_t i = 0; i < message->state.n_groups; i++)
			put_group(&c, &message->state.groups[i]);
	} else {
		put(&c, message->group.key, 8);
		put(&c, message->group.epoch, 8);
		put(&c, message->group.seq, 8);
		put(&c, message->group.lease, 8);
		put(&c, message->group.node, 4);
	}
	if (c.failed)
		return -ENOSPC;
	*ret_length = c.at;
	return 0;
}

static void get_state(struct cursor *c, struct agent_message *m)
{
	m->state.incarnation = get(c, 8);
	m->state.revision = get(c, 8);
	m->state.n_groups = (uint32_t)get(c, 1);
	if (m->state.n_groups > AGENT_WIRE_GROUPS_MAX) {
		c->failed = true;
		return;
	}
	for (size_t i = 0; i < m->state.n_groups; i++)
		get_group(c, &m->state.groups[i]);
}

int agent_wire_decode(const uint8_t *data, size_t length, struct agent_message *ret_message)
{
	struct cursor c = {.in = data, .size = length};
	struct agent_message m;
	uint64_t magic = get(&c, 2), version = get(&c, 1), type = get(&c, 1);

	memset(&m, 0, sizeof(m));
	if (c.failed || magic != MAGIC)
		return -EBADMSG;
	if (version != AGENT_WIRE_VERSION)
		return -EPROTO;
	if (type < AGENT_WIRE_STATE || type > AGENT_WIRE_TYPE_LAST)
		return -EBADMSG;
	m.type = (enum agent_wire_type)type;
	m.view = get(&c, 8);
	if (carries_state(m.type)) {
		get_state(&c, &m);
	} else {
		m.group.key = get(&c, 8);
		m.group.epoch = get(&c, 8);
		m.group.seq = get(&c, 8);
		m.group.lease = get(&c, 8);
		m.group.node = (uint32_t)get(&c, 4);
	}
	if (c.failed || c.at != c.size)
		return -EBADMSG;
	*ret_message = m;
	return 0;
}
