// SPDX-License-Identifier: GPL-2.0-or-later
/* The small pure parts: lease arithmetic, announcements, ports, settings, status. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "agent/announce.h"
#include "agent/engine.h"
#include "agent/explain.h"
#include "agent/lease.h"
#include "agent/ports.h"
#include "agent/settings.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "proto/turn.h"

static void lease_of_the_worked_examples(void **state)
{
	/* L in ms, worked out by hand: T + C + S + R + H + 2A, A ≥ 20. */
	static const struct {
		struct lease_timing timing;
		uint64_t lease, echo, reform;
	} examples[] = {
		{{500, 600, 50, 0}, 1330, 40, 100},	 {{200, 240, 20, 0}, 560, 20, 60},
		{{126, 186, 10, 0}, 422, 20, 60},	 {{1000, 1200, 50, 0}, 2590, 80, 180},
		{{5000, 6000, 200, 0}, 12820, 400, 820}, {{500, 600, 50, 3000}, 4330, 40, 100},
	};
	struct lease_times device = lease_times(&examples[5].timing);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		struct lease_times t = lease_times(&examples[i].timing);

		assert_int_equal(t.lease, examples[i].lease * NSEC_PER_MSEC);
		assert_int_equal(t.echo, examples[i].echo * NSEC_PER_MSEC);
		assert_int_equal(t.reform, examples[i].reform * NSEC_PER_MSEC);
	}
	assert_int_equal(lease_margin(1330 * NSEC_PER_MSEC), 7660000); /* 2 * 1.33 + 5 ms */
	assert_int_equal(lease_guard(1000, 1330 * NSEC_PER_MSEC), 1000 + 1337660000);
	/* 2S, then L and δ. */
	assert_int_equal(lease_device_guard(1000, &device), 1000 + 6000000000 + 4343660000);
}

/* Two clocks drift apart by 10⁻³ each in the whole of a lease: the guard's end is the later one. */
static void guard_outlasts_the_lease_on_drifting_clocks(void **state)
{
	(void)state;
	for (uint64_t lease = 300 * NSEC_PER_MSEC; lease < 60 * NSEC_PER_SEC; lease += 77777777) {
		uint64_t slow_owner = lease + lease / 999, by_fast = slow_owner + slow_owner / 1000;

		assert_true(lease_guard(0, lease) > by_fast + 4 * NSEC_PER_MSEC);
	}
}

static void frame_of_the_request_form(void **state)
{
	static const uint8_t mac[6] = {0x52, 0x54, 0, 0x77, 1, 0};
	static const uint8_t expected[ANNOUNCE_FRAME_SIZE] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0,    0x77, 1,	 0,    0x08, 0x06,
		0,    1,    0x08, 0,	6,    4,    0,	  1,	0x52, 0x54, 0,	 0x77, 1,    0,
		203,  0,    113,  10,	0,    0,    0,	  0,	0,    0,    203, 0,    113,  10,
	};
	uint8_t frame[ANNOUNCE_FRAME_SIZE];
	uint32_t address;

	(void)state;
	assert_int_equal(parse_ipv4("203.0.113.10", &address), 0);
	announce_frame(frame, ANNOUNCE_REQUEST, mac, address);
	assert_memory_equal(frame, expected, sizeof(frame));
	announce_frame(frame, ANNOUNCE_REPLY, mac, address);
	assert_int_equal(frame[21], 2);
	for (int i = 32; i < 38; i++)
		assert_int_equal(frame[i], 0xff);
	assert_memory_equal(frame, expected, 21);
	assert_memory_equal(frame + 38, expected + 38, 4);
}

static void frame_of_the_advertisement(void **state)
{
	static const uint8_t mac[6] = {0x52, 0x54, 0, 0x77, 1, 0};
	static const uint8_t expected[ANNOUNCE_IPV6_SIZE] = {
		/* Ethernet: to the group of all nodes, IPv6 */
		0x33,
		0x33,
		0,
		0,
		0,
		1,
		0x52,
		0x54,
		0,
		0x77,
		1,
		0,
		0x86,
		0xdd,
		/* IPv6: 32 bytes of ICMPv6, hop limit 255, from the address, to ff02::1 */
		0x60,
		0,
		0,
		0,
		0,
		32,
		58,
		255,
		0x20,
		0x01,
		0x0d,
		0xb8,
		1,
		0x13,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0x10,
		0xff,
		0x02,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		1,
		/* advertisement: checksum, override, the address, its MAC address */
		136,
		0,
		0xa5,
		0x1c,
		0x20,
		0,
		0,
		0,
		0x20,
		0x01,
		0x0d,
		0xb8,
		1,
		0x13,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0,
		0x10,
		2,
		1,
		0x52,
		0x54,
		0,
		0x77,
		1,
		0,
	};
	uint8_t frame[ANNOUNCE_IPV6_SIZE];
	struct in6_addr address;

	(void)state;
	assert_int_equal(parse_ipv6("2001:db8:113::10", &address), 0);
	announce_ipv6_frame(frame, mac, &address);
	assert_memory_equal(frame, expected, sizeof(frame));
}

static void announcements_come_in_time(void **state)
{
	static const uint64_t burst[] = {0, 50, 200, 1000, 5000};
	struct announce_schedule s;
	uint64_t start = 7 * NSEC_PER_SEC, last;

	(void)state;
	announce_start(&s, start, 1);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(s.next, start + burst[i] * NSEC_PER_MSEC);
		if (i)
			assert_false(announce_due(&s, s.next - 1));
		assert_true(announce_due(&s, s.next));
	}
	last = start + 5 * NSEC_PER_SEC;
	for (int i = 0; i < 500; i++) {
		assert_in_range(s.next - last, 60 * NSEC_PER_SEC, 100 * NSEC_PER_SEC);
		last = s.next;
		assert_true(announce_due(&s, last));
	}
	announce_stop(&s);
	assert_false(announce_due(&s, UINT64_MAX - 1));
}

static void make_config(struct config *c)
{
	memset(c, 0, sizeof(*c));
	c->n_nodes = 3;
	for (size_t i = 0; i < 3; i++) {
		static const char *const names[] = {"r1", "r2", "w"};

		strcpy(c->nodes[i].name, names[i]);
		c->nodes[i].id = (uint8_t)(i + 1);
		c->nodes[i].priority = 100;
		c->nodes[i].role = i == 2 ? CONFIG_ROLE_WITNESS : CONFIG_ROLE_ROUTER;
	}
	c->token = 500;
	c->consensus = 600;
	c->heartbeat = 50;
	c->n_groups = 1;
	strcpy(c->groups[0].name, "main");
	strcpy(c->groups[0].aliases[0].label, "eth0:1");
	strcpy(c->groups[0].aliases[0].port, "eth0");
	strcpy(c->groups[0].aliases[1].label, "eth1:1");
	strcpy(c->groups[0].aliases[1].port, "eth1");
	c->groups[0].n_aliases = 2;
}

static void ports_decide_about_fitness(void **state)
{
	struct port_state ports[] = {
		{.name = "eth0", .index = 2, .carrier = true, .has_address = true, .gated = true},
		{.name = "eth1", .index = 3, .carrier = true, .has_address = true, .gated = true},
		{.name = "eth2", .index = 0}, /* no alias of the group is on it */
	};
	static struct config c;
	char object[AGENT_WIRE_OBJECT_MAX] = "x";

	(void)state;
	make_config(&c);
	assert_int_equal(ports_health(ports, 3, &c.groups[0], object), AGENT_HEALTH_FIT);
	assert_string_equal(object, "");
	c.groups[0].n_ipv6_aliases = 1;
	strcpy(c.groups[0].ipv6_aliases[0].port, "eth2");
	assert_int_equal(ports_health(ports, 3, &c.groups[0], object), AGENT_HEALTH_NO_PORT);
	assert_string_equal(object, "eth2");
	c.groups[0].n_ipv6_aliases = 0;
	ports[2].index = 4;
	ports[2].gate_error = -EEXIST;
	assert_int_equal(ports_health(ports, 3, &c.groups[0], object), AGENT_HEALTH_NO_GATE);
	assert_string_equal(object, "eth2/17");
	ports[1].has_address = false;
	assert_int_equal(ports_health(ports, 3, &c.groups[0], object), AGENT_HEALTH_NO_GATE);
	ports[2].gated = true;
	assert_int_equal(ports_health(ports, 3, &c.groups[0], object), AGENT_HEALTH_NO_ADDRESS);
	assert_string_equal(object, "eth1");
	ports[0].carrier = false;
	assert_int_equal(ports_health(ports, 3, &c.groups[0], object), AGENT_HEALTH_NO_CARRIER);
	assert_string_equal(object, "eth0");
	ports[0].index = 0;
	assert_int_equal(ports_health(ports, 3, &c.groups[0], object), AGENT_HEALTH_NO_PORT);
	assert_int_equal(ports_health(ports, 0, &c.groups[0], object), AGENT_HEALTH_NO_PORT);
}

static void engine_counts_after_a_while(void **state)
{
	const uint64_t s = NSEC_PER_SEC, turn = 1000 * s;
	const struct {
		struct engine_sight sight;
		uint64_t now;
		enum agent_wire_health code;
		const char *object;
	} cases[] = {
		{{true, turn, 0}, turn, AGENT_HEALTH_FIT, ""},
		{{true, turn, 0}, turn - s, AGENT_HEALTH_FIT, ""},
		/* Killed: started again within a second, or gone. */
		{{false, turn, 0}, turn + 12 * s, AGENT_HEALTH_FIT, ""},
		{{false, turn, 0}, turn + 12 * s + 1, AGENT_HEALTH_NO_ENGINE, ""},
		/* It takes long, or is stopped. */
		{{true, turn, 0}, turn + 20 * s, AGENT_HEALTH_FIT, ""},
		{{true, turn, 0}, turn + 20 * s + 1, AGENT_HEALTH_NO_ENGINE, ""},
		/* It has not run since the boot: from the agent's start on, 900 s. */
		{{false, 0, 0}, 912 * s, AGENT_HEALTH_FIT, ""},
		{{false, 0, 0}, 913 * s, AGENT_HEALTH_NO_ENGINE, ""},
		{{true, 0, 0}, 921 * s, AGENT_HEALTH_NO_ENGINE, ""},
		/* At once; also while it is started again. */
		{{true, turn, ENGINE_TROUBLE_SERVICES},
		 turn,
		 AGENT_HEALTH_ENGINE_FAILED,
		 "services"},
		{{false, turn, ENGINE_TROUBLE_CONFIGURATION},
		 turn + s,
		 AGENT_HEALTH_ENGINE_FAILED,
		 "configuration"},
		{{true, turn, ENGINE_TROUBLE_LAST + 1},
		 turn,
		 AGENT_HEALTH_ENGINE_FAILED,
		 "all of it"},
	};
	char object[AGENT_WIRE_OBJECT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(engine_health(&cases[i].sight, 900 * s, cases[i].now, object),
				 cases[i].code);
		assert_string_equal(object, cases[i].object);
	}
}

/* What an engine said that is gone or stands still is no more. */
static void connections_are_synchronised_as_a_living_engine_says(void **state)
{
	const uint64_t s = NSEC_PER_SEC, turn = 1000 * s, word = ENGINE_WORD_SYNCHRONISED;
	const struct {
		struct engine_sight sight;
		uint64_t now;
		bool synchronised;
	} cases[] = {
		{{true, turn, word}, turn, true},
		{{true, turn, word}, turn + 12 * s, true},
		{{true, turn, word | ENGINE_TROUBLE_FIREWALL}, turn, true},
		{{true, turn, word}, turn + 12 * s + 1, false},
		{{true, turn, word}, turn - 1, false},
		{{false, turn, word}, turn, false},
		{{true, turn, 0}, turn, false},
		{{true, turn, ENGINE_TROUBLE_SERVICES}, turn, false},
	};
	char object[AGENT_WIRE_OBJECT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(engine_synchronised(&cases[i].sight, cases[i].now),
				 cases[i].synchronised);
	/* The trouble is the same with and without. */
	assert_int_equal(engine_health(&cases[0].sight, turn, turn, object), AGENT_HEALTH_FIT);
	assert_int_equal(engine_health(&cases[2].sight, turn, turn, object),
			 AGENT_HEALTH_ENGINE_FAILED);
	assert_string_equal(object, "firewall");
}

static void settings_follow_the_configuration(void **state)
{
	static struct decide_settings s, other;
	static struct config c;

	(void)state;
	make_config(&c);
	settings_make(&c, 2, 99, &s);
	assert_int_equal(s.self, 2);
	assert_int_equal(s.expected_votes, 3);
	assert_int_equal(s.times.lease, 1330 * NSEC_PER_MSEC);
	assert_int_equal(s.n_nodes, 3);
	assert_false(s.nodes[1].witness);
	assert_true(s.nodes[2].witness);
	assert_string_equal(s.nodes[1].name, "r2");
	assert_string_equal(s.groups[0], "main");
	assert_string_equal(settings_node_by_id(&c, 3)->name, "w");
	assert_null(settings_node_by_id(&c, 4));
	settings_make(&c, 3, 98, &other);
	assert_true(s.revision == other.revision);
	c.groups[0].aliases[1].address++;
	settings_make(&c, 3, 98, &other);
	assert_false(s.revision == other.revision);
	c.groups[0].n_ipv6_aliases = 1;
	settings_make(&c, 3, 98, &s);
	assert_false(s.revision == other.revision);
	c.groups[0].ipv6_aliases[0].address.s6_addr[15]++;
	settings_make(&c, 3, 98, &other);
	assert_false(s.revision == other.revision);
}

static void settings_have_the_preferred_routers(void **state)
{
	static struct decide_settings s, other;
	static struct config c;

	(void)state;
	make_config(&c);
	settings_make(&c, 1, 1, &s);
	assert_int_equal(s.preferred[0].n_nodes, 0);
	c.groups[0].n_preferred = 2;
	c.groups[0].preferred[0] = 2;
	c.groups[0].preferred[1] = 1;
	settings_make(&c, 1, 1, &other);
	assert_false(s.revision == other.revision);
	assert_false(other.preferred[0].preempt);
	assert_int_equal(prefer_place(&other.preferred[0], 2), 0);
	assert_int_equal(prefer_place(&other.preferred[0], 1), 1);
	assert_int_equal(prefer_place(&other.preferred[0], 3), 2);
	assert_int_equal(prefer_place(&other.preferred[0], 4), 2);
	c.groups[0].preempt = true;
	settings_make(&c, 1, 1, &s);
	assert_true(s.preferred[0].preempt);
	assert_false(s.revision == other.revision);
}

static void attempts_in_vain_come_further_apart(void **state)
{
	struct prefer_return r;
	uint64_t now = NSEC_PER_SEC, hold = PREFER_HOLD_NS;

	(void)state;
	prefer_begin(&r);
	assert_true(prefer_due(&r) == UINT64_MAX);
	for (int i = 0; i < 12; i++) {
		prefer_see(&r, 1, now);
		prefer_see(&r, 1, now + 1);
		assert_true(prefer_due(&r) == now + hold);
		now += hold;
		prefer_given(&r, 1, now);
		prefer_see(&r, 0, now);
		prefer_taken(&r, 1, now + 1);
		prefer_taken(&r, 2, now + hold - 1);
		hold = hold * 2 < PREFER_HOLD_MAX_NS ? hold * 2 : PREFER_HOLD_MAX_NS;
		assert_true(r.hold == hold);
	}
	prefer_taken(&r, 3, now);
	assert_true(r.hold == hold);
	prefer_given(&r, 1, now);
	prefer_taken(&r, 2, now + hold);
	assert_true(r.hold == PREFER_HOLD_NS);
}

/* The agent goes on with it, and members that do not know it see no other configuration. */
static void standby_is_no_other_configuration(void **state)
{
	static struct decide_settings s, other;
	static struct config a, b;

	(void)state;
	make_config(&a);
	make_config(&b);
	assert_true(settings_equal(&a, &b));
	settings_make(&a, 1, 1, &s);
	b.nodes[0].standby = true;
	assert_true(settings_equal(&a, &b) && settings_equal(&b, &a));
	settings_make(&b, 1, 1, &other);
	assert_true(s.revision == other.revision);
	b.nodes[0].priority++;
	assert_false(settings_equal(&a, &b));
}

static void status_before_anything_is_known(void **state)
{
	static struct decide_settings settings;
	static struct decide_actions actions;
	static struct decide_state s;
	static struct agent_status status;
	const struct explain_clock clock = {.now = 3 * NSEC_PER_SEC};
	static struct config c;

	(void)state;
	make_config(&c);
	settings_make(&c, 1, 1, &settings);
	decide_init(&s, &settings, &actions, NSEC_PER_SEC);
	explain_status(&s, &clock, &status);
	assert_int_equal(status.quorum, AGENT_QUORUM_UNKNOWN);
	assert_int_equal(status.n_nodes, 3);
	assert_int_equal(status.lease_ms, 1330);
	assert_int_equal(status.guard_ms, 1338); /* L + δ, rounded up */
	assert_string_equal(status.nodes[0].reason,
			    "standby: corosync is not there since 00:00:01");
	assert_string_equal(status.nodes[1].reason,
			    "not known: this node has no connection to the others since 00:00:01");
	assert_int_equal(status.groups[0].role, AGENT_ROLE_UNFIT);
	assert_int_equal(status.groups[0].roles[0], AGENT_ROLE_UNFIT);
	assert_int_equal(status.groups[0].roles[1], AGENT_ROLE_STARTING);
	assert_int_equal(status.groups[0].owner, 0);
	decide_health(&s, 0, AGENT_HEALTH_FIT, "", 3 * NSEC_PER_SEC);
	explain_status(&s, &clock, &status);
	assert_int_equal(status.groups[0].role, AGENT_ROLE_STARTING);
}

/* Own messages come back; returns the most actions that one event has caused. */
static size_t settle(struct decide_state *s, uint64_t now)
{
	static struct agent_message queue[1024];
	struct decide_actions *a = s->actions;
	size_t n = 0, most = a->n;

	for (size_t i = 0; i <= n; i++) {
		for (size_t k = 0; k < a->n; k++)
			if (a->list[k].type == DECIDE_SEND && n < ARRAY_SIZE(queue))
				queue[n++] = a->list[k].message;
		most = a->n > most ? a->n : most;
		a->n = a->n_logs = 0;
		if (i < n)
			decide_message(s, 1, &queue[i], now);
	}
	return most;
}

static void sixteen_groups_have_room(void **state)
{
	static const struct decide_ring ring = {1, 8, 1};
	static const struct ring_member self = {1, 10};
	static struct decide_settings settings;
	static struct decide_actions actions;
	static struct decide_state s;
	static struct config c;
	uint64_t now = 10 * NSEC_PER_SEC;

	(void)state;
	make_config(&c);
	c.n_nodes = 1;
	c.n_groups = CONFIG_GROUPS_MAX;
	for (size_t i = 1; i < c.n_groups; i++)
		snprintf(c.groups[i].name, sizeof(c.groups[i].name), "group%zu", i);
	settings_make(&c, 1, 1, &settings);
	decide_init(&s, &settings, &actions, now);
	for (size_t i = 0; i < c.n_groups; i++)
		decide_health(&s, i, AGENT_HEALTH_FIT, "", now);
	decide_quorum(&s, &ring, true, 1, now);
	decide_configuration(&s, &ring, &self, 1, now);
	assert_true(settle(&s, now) < DECIDE_ACTIONS_MAX);
	now += 2 * NSEC_PER_SEC;
	decide_tick(&s, now);
	assert_true(settle(&s, now) < DECIDE_ACTIONS_MAX);
	for (size_t i = 0; i < c.n_groups; i++) {
		assert_int_equal(decide_owner(&s, i), 1);
		assert_true(s.groups[i].lease_until > now);
	}
	decide_quorum(&s, &ring, false, 1, now);
	assert_true(actions.n_logs < DECIDE_LOGS_MAX);
	assert_in_range(actions.n, 4 * CONFIG_GROUPS_MAX, DECIDE_ACTIONS_MAX - 1);
	for (size_t i = 0; i < c.n_groups; i++)
		assert_int_equal(s.groups[i].lease_until, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lease_of_the_worked_examples),
		cmocka_unit_test(guard_outlasts_the_lease_on_drifting_clocks),
		cmocka_unit_test(frame_of_the_request_form),
		cmocka_unit_test(frame_of_the_advertisement),
		cmocka_unit_test(announcements_come_in_time),
		cmocka_unit_test(ports_decide_about_fitness),
		cmocka_unit_test(engine_counts_after_a_while),
		cmocka_unit_test(connections_are_synchronised_as_a_living_engine_says),
		cmocka_unit_test(settings_follow_the_configuration),
		cmocka_unit_test(settings_have_the_preferred_routers),
		cmocka_unit_test(attempts_in_vain_come_further_apart),
		cmocka_unit_test(standby_is_no_other_configuration),
		cmocka_unit_test(status_before_anything_is_known),
		cmocka_unit_test(sixteen_groups_have_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
