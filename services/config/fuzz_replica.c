// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A member of the view that sends well-formed nonsense: the replication survives every message, its
 * actions stay within their bound, and it stores one thing at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "config/replica_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct replica_actions actions;
static struct replica *s;
static bool storing;
static uint64_t now;

static void act(const struct replica_action *a)
{
	switch (a->type) {
	case REPLICA_SEND:
		if (replica_message(s, 1, a->bytes, a->size, now) < 0)
			abort();
		break;
	case REPLICA_STORE:
		if (storing)
			abort();
		storing = true;
		break;
	case REPLICA_READ:
		replica_read(s, &s->head, calloc(1, 8), 7, now);
		break;
	case REPLICA_CHECK:
		replica_checked(s, &a->revision.id, NULL, now);
		break;
	default:
		break;
	}
}

static void settle(void)
{
	static struct replica_actions list;

	for (int round = 0; round < 8 && (actions.n || storing); round++) {
		if (actions.overflow)
			abort();
		list.n = actions.n;
		memcpy(list.list, actions.list, list.n * sizeof(list.list[0]));
		actions.n = 0;
		for (size_t i = 0; i < list.n; i++)
			act(&list.list[i]);
		if (storing) {
			storing = false;
			replica_stored(s, 0, now);
		}
	}
	actions.n = 0;
}

static void start(void)
{
	static const struct replica_ring ring = {1, 8};
	static const struct replica_member members[] = {{1, 10}, {2, 10}, {3, 10}};
	static const struct replica_verdict verdict = {{1, 8}, true, 2, 0, false, false};
	static const struct revision log[] = {{.number = 1, .term = 1, .kind = REVISION_CHANGE}};
	static const struct replica_log disk = {log, 1, 1, 1, 1};
	struct replica_settings settings = {.self = 1, .level = CONFIG_WIRE_LEVEL, .n_nodes = 3};

	for (uint32_t i = 0; i < 3; i++)
		settings.nodes[i] = (struct replica_node){i + 1, 1, "node"};
	now = 1000000000;
	storing = actions.overflow = false;
	actions.n = 0;
	s = replica_new(&settings, &disk, &actions, now);
	if (!s)
		abort();
	replica_view(s, &ring, members, 3, now);
	replica_quorum(s, &verdict, now);
	settle();
}

/* Input: chunks of one byte sender and time, two bytes length, an encoded message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config_message m;
	uint8_t bytes[CONFIG_WIRE_MAX];

	start();
	while (size > 3) {
		size_t length = data[1] | (size_t)data[2] << 8, encoded;

		now += (data[0] >> 2) * 100000000ULL;
		if (length > size - 3)
			length = size - 3;
		if (config_wire_decode(data + 3, length, &m) == 0) {
			/* The fuzzer cannot guess tags and terms: they are right, all else is its
			 * own. */
			m.view = s->tag;
			m.term = s->term;
			if (config_wire_encode(&m, bytes, sizeof(bytes), &encoded) == 0)
				replica_message(s, 2 + (data[0] & 1), bytes, encoded, now);
		}
		settle();
		replica_tick(s, now);
		settle();
		data += 3 + length;
		size -= 3 + length;
	}
	replica_free(s);
	return 0;
}
