// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_ends.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/*
 * Both families have the same layout: the address, and behind it all else. A table of cuckoo
 * hashing (Pagh, Rodler, 2001) with several places to a line: what is in its one line can move to
 * its other one.
 */
struct tail {
	uint16_t port;
	uint8_t protocol, kind;
	uint16_t instances[FWD_SHARED_MAX];
};

#define ASSERT_LAYOUT(type)                                                       \
	static_assert(offsetof(type, port) == sizeof(((type *)0)->address) &&     \
			      offsetof(type, kind) - offsetof(type, port) ==      \
				      offsetof(struct tail, kind) &&              \
			      offsetof(type, instances) - offsetof(type, port) == \
				      offsetof(struct tail, instances),           \
		      "the tail is behind the address")
ASSERT_LAYOUT(struct fwd_end4);
ASSERT_LAYOUT(struct fwd_end6);

/* One half, of one family. */
struct half {
	uint8_t *at;
	uint32_t lines;
	size_t end_size, address_size, per_line;
	uint64_t seed;
};

/* What is looked at to make room; each level has the places of one line for each of the last. */
#define MOVES_MAX 256

struct move {
	uint32_t line;
	uint16_t slot;
	int16_t before; /* index of the move that needs this one's place; -1: the new end does */
};

static struct half half_of(const struct forward_tables *tables, uint8_t family, uint32_t which)
{
	if (family == 4)
		return (struct half){(uint8_t *)(tables->ends4 + which * FWD_ENDS4_LINES),
				     FWD_ENDS4_LINES,
				     sizeof(struct fwd_end4),
				     sizeof(uint32_t),
				     FWD_ENDS4,
				     tables->seed};
	return (struct half){(uint8_t *)(tables->ends6 + which * FWD_ENDS6_LINES),
			     FWD_ENDS6_LINES,
			     sizeof(struct fwd_end6),
			     4 * sizeof(uint32_t),
			     FWD_ENDS6,
			     tables->seed};
}

static uint8_t *slot_at(const struct half *h, uint32_t line, size_t slot)
{
	return h->at + line * (size_t)FWD_LINE + slot * h->end_size;
}

static struct tail *tail_of(const struct half *h, uint8_t *end)
{
	return (struct tail *)(end + h->address_size);
}

static uint64_t hash_of(const struct half *h, const uint32_t *address, uint16_t port,
			uint8_t protocol)
{
	uint32_t key = FWD_KEY(port, protocol);
	uint64_t words[2];

	if (h->address_size == sizeof(uint32_t))
		return fwd_hash4(address[0], key, h->seed);
	memcpy(words, address, sizeof(words));
	return fwd_hash6(words[0], words[1], key, h->seed);
}

static bool is_at(const struct half *h, uint8_t *slot, const struct forward_end *end)
{
	const struct tail *t = tail_of(h, slot);

	return t->kind != FWD_END_NONE && t->port == end->port && t->protocol == end->protocol &&
	       memcmp(slot, end->address, h->address_size) == 0;
}

static uint8_t *find(const struct half *h, const struct forward_end *end)
{
	uint64_t hash = hash_of(h, end->address, end->port, end->protocol);

	for (uint32_t i = 0; i < 2; i++) {
		uint32_t line = fwd_end_line(hash, h->lines, i);

		for (size_t k = 0; k < h->per_line; k++)
			if (is_at(h, slot_at(h, line, k), end))
				return slot_at(h, line, k);
	}
	return NULL;
}

/* The line that an end is not in. */
static uint32_t other_line(const struct half *h, uint8_t *slot, uint32_t line)
{
	const struct tail *t = tail_of(h, slot);
	uint32_t address[4] = {0};
	uint64_t hash;

	memcpy(address, slot, h->address_size);
	hash = hash_of(h, address, t->port, t->protocol);
	return fwd_end_line(hash, h->lines, 0) == line ? fwd_end_line(hash, h->lines, 1)
						       : fwd_end_line(hash, h->lines, 0);
}

/* Each end on the way from the empty place back to the first line moves one place on. */
static uint8_t *carry_out(const struct half *h, const struct move *moves, int16_t last)
{
	uint8_t *empty = slot_at(h, moves[last].line, moves[last].slot);

	for (int16_t i = moves[last].before; i >= 0; i = moves[i].before) {
		uint8_t *from = slot_at(h, moves[i].line, moves[i].slot);

		memcpy(empty, from, h->end_size);
		memset(from, 0, h->end_size);
		empty = from;
	}
	return empty;
}

static int16_t look_at_line(const struct half *h, uint32_t line, int16_t before, struct move *moves,
			    int16_t *n)
{
	for (size_t k = 0; k < h->per_line && *n < MOVES_MAX; k++) {
		moves[*n] = (struct move){line, (uint16_t)k, before};
		if (tail_of(h, slot_at(h, line, k))->kind == FWD_END_NONE)
			return *n;
		(*n)++;
	}
	return -1;
}

/* Whether a line is on the way already: an end would be moved twice. */
static bool is_on_way(const struct move *moves, int16_t from, uint32_t line)
{
	for (int16_t i = from; i >= 0; i = moves[i].before)
		if (moves[i].line == line)
			return true;
	return false;
}

/* An empty place in one of its lines, breadth first; NULL: none within MOVES_MAX places. */
static uint8_t *make_room(const struct half *h, uint64_t hash)
{
	struct move moves[MOVES_MAX];
	int16_t n = 0, found = -1;

	for (uint32_t i = 0; i < 2 && found < 0; i++)
		found = look_at_line(h, fwd_end_line(hash, h->lines, i), -1, moves, &n);
	for (int16_t at = 0; at < n && found < 0; at++) {
		uint8_t *slot = slot_at(h, moves[at].line, moves[at].slot);
		uint32_t line = other_line(h, slot, moves[at].line);

		if (!is_on_way(moves, at, line))
			found = look_at_line(h, line, at, moves, &n);
	}
	return found < 0 ? NULL : carry_out(h, moves, found);
}

static uint32_t other_half(const struct forward_tables *tables)
{
	return !tables->settings->half;
}

void forward_ends_begin(struct forward_tables *tables)
{
	memset(tables->ends4 + other_half(tables) * FWD_ENDS4_LINES, 0,
	       FWD_ENDS4_LINES * sizeof(*tables->ends4));
	memset(tables->ends6 + other_half(tables) * FWD_ENDS6_LINES, 0,
	       FWD_ENDS6_LINES * sizeof(*tables->ends6));
	tables->settings->virtuals[other_half(tables)] = 0;
	tables->settings->shared[other_half(tables)] = 0;
}

static int share(struct tail *tail, enum fwd_end_kind kind, uint16_t instance)
{
	if (tail->kind != FWD_END_REAL || kind != FWD_END_REAL)
		return -EEXIST;
	for (size_t i = 0; i < FWD_SHARED_MAX; i++) {
		if (tail->instances[i] == instance)
			return 0;
		if (tail->instances[i])
			continue;
		tail->instances[i] = instance;
		return 0;
	}
	return -EMLINK;
}

int forward_ends_add(struct forward_tables *tables, const struct forward_end *end,
		     enum fwd_end_kind kind, uint16_t instance)
{
	struct half h = half_of(tables, end->family, other_half(tables));
	uint8_t *slot = find(&h, end);
	int r;

	if (slot) {
		r = share(tail_of(&h, slot), kind, instance);
		if (r == 0)
			tables->settings->shared[other_half(tables)] = 1;
		return r;
	}
	slot = make_room(&h, hash_of(&h, end->address, end->port, end->protocol));
	if (!slot)
		return -ENOSPC;
	memcpy(slot, end->address, h.address_size);
	if (kind == FWD_END_VIRTUAL)
		tables->settings->virtuals[other_half(tables)] |=
			fwd_virtual(end->address[h.address_size / sizeof(*end->address) - 1]);
	*tail_of(&h, slot) = (struct tail){
		.port = end->port,
		.protocol = end->protocol,
		.kind = (uint8_t)kind,
		.instances = {instance},
	};
	return 0;
}

void forward_ends_remove(struct forward_tables *tables, const struct forward_end *end,
			 uint16_t instance)
{
	struct half h = half_of(tables, end->family, other_half(tables));
	uint8_t *slot = find(&h, end);
	struct tail *tail = slot ? tail_of(&h, slot) : NULL;
	size_t kept = 0;

	if (!tail)
		return;
	for (size_t i = 0; i < FWD_SHARED_MAX; i++)
		if (tail->instances[i] && tail->instances[i] != instance)
			tail->instances[kept++] = tail->instances[i];
	for (size_t i = kept; i < FWD_SHARED_MAX; i++)
		tail->instances[i] = 0;
	if (kept == 0)
		memset(slot, 0, h.end_size);
}

void forward_ends_turn(struct forward_tables *tables)
{
	__atomic_store_n(&tables->settings->half, other_half(tables), __ATOMIC_RELEASE);
}

struct forward_owner forward_ends_find(const struct forward_tables *tables,
				       const struct forward_end *end)
{
	struct half h = half_of(tables, end->family, tables->settings->half);
	uint8_t *slot = find(&h, end);
	struct forward_owner owner = {.kind = FWD_END_NONE};

	if (!slot)
		return owner;
	owner.kind = tail_of(&h, slot)->kind;
	memcpy(owner.instances, tail_of(&h, slot)->instances, sizeof(owner.instances));
	return owner;
}
