/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cursor for both directions of a message's encoding, integers little-endian. A step beyond
 * the end only marks the cursor as failed: asked once, at the end.
 */
#ifndef TRIREME_PROTO_WIRE_CURSOR_H
#define TRIREME_PROTO_WIRE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct wire_cursor {
	uint8_t *out;
	const uint8_t *in;
	size_t size, at;
	bool failed;
};

static inline bool wire_room(struct wire_cursor *c, size_t bytes)
{
	if (c->size - c->at < bytes)
		c->failed = true;
	return !c->failed;
}

static inline void wire_put(struct wire_cursor *c, uint64_t value, size_t bytes)
{
	if (!wire_room(c, bytes))
		return;
	for (size_t i = 0; i < bytes; i++)
		c->out[c->at++] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t wire_get(struct wire_cursor *c, size_t bytes)
{
	uint64_t value = 0;

	if (!wire_room(c, bytes))
		return 0;
	for (size_t i = 0; i < bytes; i++)
		value |= (uint64_t)c->in[c->at++] << (8 * i);
	return value;
}

static inline void wire_put_bytes(struct wire_cursor *c, const void *data, size_t size)
{
	if (!wire_room(c, size))
		return;
	memcpy(c->out + c->at, data, size);
	c->at += size;
}

static inline void wire_get_bytes(struct wire_cursor *c, void *ret_data, size_t size)
{
	if (!wire_room(c, size))
		return;
	memcpy(ret_data, c->in + c->at, size);
	c->at += size;
}

#endif
