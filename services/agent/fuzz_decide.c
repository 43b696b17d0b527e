// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A member of the view that sends well-formed nonsense: the decision survives every message, and it
 * never holds a lease for longer than L.
 */
#include <stdlib.h>
#include <string.h>

#include "agent/decide.h"
#include "base/clock_io.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct decide_state s;
static struct decide_actions actions;

static void settle(uint64_t now)
{
	for (int round = 0; round < 8 && actions.n; round++) {
		static struct decide_action list[DECIDE_ACTIONS_MAX];
		size_t n = actions.n;

		memcpy(list, actions.list, n * sizeof(list[0]));
		actions.n = actions.n_logs = 0;
		for (size_t i = 0; i < n; i++)
			if (list[i].type == DECIDE_SEND)
				decide_message(&s, 1, &list[i].message, now);
			else if (list[i].type == DECIDE_LEASE_SET &&
				 list[i].deadline > now + s.settings.times.lease)
				abort();
	}
	actions.n = actions.n_logs = 0;
}

static void start(uint64_t now)
{
	static const struct lease_timing timing = {500, 600, 50, 0};
	static const struct ring_member members[] = {{1, 10}, {2, 10}, {3, 10}};
	static const struct decide_ring ring = {1, 8, 3};
	static struct decide_settings settings = {.self = 1, .expected_votes = 3, .n_nodes = 3};

	settings.times = lease_times(&timing);
	settings.n_groups = 2;
	strcpy(settings.groups[0], "main");
	strcpy(settings.groups[1], "second");
	settings.preferred[1] = (struct prefer_order){{2, 1}, 2, true};
	for (uint32_t i = 0; i < 3; i++) {
		settings.nodes[i].id = i + 1;
		settings.nodes[i].witness = i == 2;
		strcpy(settings.nodes[i].name, "node");
	}
	decide_init(&s, &settings, &actions, now);
	decide_health(&s, 0, AGENT_HEALTH_FIT, "", now);
	decide_health(&s, 1, AGENT_HEALTH_FIT, "", now);
	decide_quorum(&s, &ring, true, 3, now);
	decide_configuration(&s, &ring, members, 3, now);
	settle(now);
}

/* Input: chunks of one byte sender and time, one byte length, an encoded message's tail. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t now = 100 * NSEC_PER_SEC;

	start(now);
	while (size > 2) {
		struct agent_message message;
		size_t length = data[1];

		now += (data[0] >> 2) * 16 * NSEC_PER_MSEC;
		if (length > size - 2)
			length = size - 2;
		if (agent_wire_decode(data + 2, length, &message) == 0) {
			/* The fuzzer cannot guess 64-bit tags: they are right, all else is its own.
			 */
			message.view = message.type == AGENT_WIRE_STATE ? s.tag : s.view;
			if (message.type > AGENT_WIRE_HEALTH)
				message.group.key = s.groups[message.group.key & 1].key;
			for (uint32_t i = 0;
			     message.type <= AGENT_WIRE_HEALTH && i < message.state.n_groups; i++)
				message.state.groups[i].key = s.groups[i & 1].key;
			decide_message(&s, 2 + (data[0] & 1), &message, now);
		}
		settle(now);
		decide_standby(&s, data[0] & 2, now);
		settle(now);
		decide_synchronised(&s, data[0] & 4, now);
		settle(now);
		decide_probed(&s, data[0] & 1, now);
		decide_conflict(&s, data[0] & 1, &(struct probe_seen){.asks = data[1] & 1}, now);
		settle(now);
		decide_tick(&s, now);
		settle(now);
		data += 2 + length;
		size -= 2 + length;
	}
	return 0;
}
