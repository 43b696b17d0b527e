// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/ipvs_sync.h"
#include "proto/agent_wire.h"

#define S 1000000000ULL
#define NOW (1000 * S)

static struct config *config;
static struct gate_lease leases[GATE_GROUPS_MAX];
static struct ipvs_sync kept;

static int begin(void **state)
{
	(void)state;
	config = calloc(1, sizeof(*config));
	assert_non_null(config);
	strcpy(config->cluster_name, "demo");
	config->n_nodes = 3;
	for (size_t i = 0; i < config->n_nodes; i++) {
		struct config_node *node = &config->nodes[i];

		node->id = (uint8_t)(i + 1);
		node->role = i == 2 ? CONFIG_ROLE_WITNESS : CONFIG_ROLE_ROUTER;
		node->n_ports = 1;
		strcpy(node->ports[0].name, "eth1");
		node->ports[0].address = htonl(0x0a4d000b + (uint32_t)i);
	}
	config->n_groups = 2;
	memset(leases, 0, sizeof(leases));
	for (size_t i = 0; i < config->n_groups; i++) {
		snprintf(config->groups[i].name, sizeof(config->groups[i].name), "g%zu", i);
		/* The places are the agent's choice. */
		leases[5 - i].key = agent_wire_key(config->groups[i].name);
	}
	kept = (struct ipvs_sync){0};
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(config);
	return 0;
}

static void hold(size_t group, uint64_t until)
{
	leases[5 - group].deadline = until;
}

static struct ipvs_sync_scene scene_of(size_t node)
{
	return (struct ipvs_sync_scene){config, &config->nodes[node], leases, true};
}

/* "M", "B", "MB" or "". */
static const char *roles(const struct ipvs_sync_scene *scene, uint64_t now)
{
	static const char *const words[] = {"", "M", "B", "MB"};
	struct ipvs_daemons wanted;

	ipvs_sync_decide(&kept, scene, now, &wanted);
	return words[wanted.master.runs + 2 * wanted.backup.runs];
}

static void the_leases_say_the_roles(void **state)
{
	const struct ipvs_sync_scene scene = scene_of(0);
	static const struct {
		uint64_t until[2];
		const char *roles;
	} cases[] = {
		{{0, 0}, "B"},
		{{NOW + S, NOW + 1}, "M"},
		{{NOW + S, 0}, "MB"},
		{{0, NOW + S}, "MB"},
		/* Over at this very instant. */
		{{NOW, NOW - 1}, "B"},
		{{NOW, NOW + S}, "MB"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		kept = (struct ipvs_sync){0};
		hold(0, cases[i].until[0]);
		hold(1, cases[i].until[1]);
		assert_string_equal(roles(&scene, NOW), cases[i].roles);
	}
	/* A group that the agent does not know yet is not held; another one's lease is not ours. */
	kept = (struct ipvs_sync){0};
	hold(0, NOW + S);
	hold(1, NOW + S);
	leases[5].key++;
	assert_string_equal(roles(&scene, NOW), "MB");
	leases[4].key = 0;
	kept = (struct ipvs_sync){0};
	assert_string_equal(roles(&scene, NOW), "B");
}

static void without_leases_both_run(void **state)
{
	struct ipvs_sync_scene scene = scene_of(0);

	(void)state;
	scene.leases = NULL;
	assert_string_equal(roles(&scene, NOW), "MB");
}

static void nobody_to_tell_or_nothing(void **state)
{
	struct ipvs_sync_scene scene = scene_of(1);

	(void)state;
	hold(0, 2 * NOW);
	assert_string_equal(roles(&scene, NOW), "MB");
	scene.served = false;
	assert_string_equal(roles(&scene, NOW), "");
	/* What is over at once does not go on. */
	scene.served = true;
	hold(0, 0);
	assert_string_equal(roles(&scene, NOW), "B");
	scene = scene_of(2);
	assert_string_equal(roles(&scene, NOW), "");
	scene = scene_of(1);
	config->nodes[0].role = CONFIG_ROLE_WITNESS;
	assert_string_equal(roles(&scene, NOW), "");
	config->nodes[0].role = CONFIG_ROLE_ROUTER;
	config->nodes[0].ports[0].address = 0;
	assert_string_equal(roles(&scene, NOW), "");
	config->nodes[0].ports[0].address = 1;
	assert_string_equal(roles(&scene, NOW), "B");
	strcpy(config->nodes[1].ports[0].name, "eth2");
	assert_string_equal(roles(&scene, NOW), "");
}

/* The former owner's last words are said, and there is somebody to take them. */
static void a_group_moves(void **state)
{
	const struct ipvs_sync_scene scene = scene_of(0);

	(void)state;
	hold(0, 2 * NOW);
	hold(1, 2 * NOW);
	assert_string_equal(roles(&scene, NOW), "M");
	hold(0, 0);
	hold(1, 0);
	assert_string_equal(roles(&scene, NOW + 1 * S), "MB");
	assert_string_equal(roles(&scene, NOW + 1 * S + IPVS_SYNC_LINGER_NS - 1), "MB");
	assert_string_equal(roles(&scene, NOW + 1 * S + IPVS_SYNC_LINGER_NS), "B");
	hold(0, 2 * NOW);
	hold(1, 2 * NOW);
	assert_string_equal(roles(&scene, NOW + 10 * S), "MB");
	assert_string_equal(roles(&scene, NOW + 10 * S + IPVS_SYNC_LINGER_NS), "M");
	/* Back before its time is over: it has never stopped. */
	hold(1, 0);
	assert_string_equal(roles(&scene, NOW + 20 * S), "MB");
}

/* It counts from when it began, or was seen; and anew when it was another one's for a moment. */
static void a_master_settles(void **state)
{
	struct ipvs_sync sync = {0};

	(void)state;
	assert_true(ipvs_sync_is_settled(&sync, NOW));
	ipvs_sync_note_master(&sync, true, false, NOW);
	assert_false(ipvs_sync_is_settled(&sync, NOW));
	ipvs_sync_note_master(&sync, true, false, NOW + 5 * S);
	assert_false(ipvs_sync_is_settled(&sync, NOW + IPVS_SYNC_SETTLED_NS - 1));
	assert_true(ipvs_sync_is_settled(&sync, NOW + IPVS_SYNC_SETTLED_NS));
	ipvs_sync_note_master(&sync, true, true, NOW + 20 * S);
	assert_false(ipvs_sync_is_settled(&sync, NOW + 20 * S));
	assert_true(ipvs_sync_is_settled(&sync, NOW + 20 * S + IPVS_SYNC_SETTLED_NS));
	ipvs_sync_note_master(&sync, false, true, NOW + 21 * S);
	assert_true(ipvs_sync_is_settled(&sync, NOW + 21 * S));
}

static void all_routers_say_the_same(void **state)
{
	struct ipvs_daemons here, there;
	struct ipvs_sync_scene scene = scene_of(0);

	(void)state;
	hold(0, 2 * NOW);
	ipvs_sync_decide(&kept, &scene, NOW, &here);
	scene = scene_of(1);
	ipvs_sync_decide(&kept, &scene, NOW, &there);
	assert_true(here.master.runs && there.backup.runs);
	assert_true(ipvs_daemon_equal(&here.master, &there.backup));
	assert_string_equal(here.master.interface, "eth1");
	assert_int_equal(here.master.group, htonl(0xe0000051));
	assert_int_equal(here.master.port, 8848);
	assert_int_equal(here.master.sync_id, ipvs_sync_id("demo"));
}

static void the_id_is_of_the_name(void **state)
{
	uint32_t seen[256] = {0};
	size_t n = 0;

	(void)state;
	for (unsigned int i = 0; i < 2000; i++) {
		char name[16];
		uint32_t id;

		snprintf(name, sizeof(name), "cluster-%u", i);
		id = ipvs_sync_id(name);
		assert_in_range(id, 1, 255);
		assert_int_equal(id, ipvs_sync_id(name));
		n += seen[id]++ == 0;
	}
	assert_true(n > 240);
	/* For good: routers of another build take it. */
	assert_int_equal(ipvs_sync_id("demo"), 49);
}

static void what_differs_shows(void **state)
{
	const struct ipvs_daemon a = {true, "eth1", 7, htonl(0xe0000051), 1400, 8848, 1};
	struct ipvs_daemon b = a, none = {0};

	(void)state;
	assert_true(ipvs_daemon_equal(&a, &b));
	assert_false(ipvs_daemon_equal(&a, &none));
	none.sync_id = 9;
	assert_true(ipvs_daemon_equal(&none, &(struct ipvs_daemon){0}));
#define DIFFERS(change)                                  \
	do {                                             \
		b = a;                                   \
		change;                                  \
		assert_false(ipvs_daemon_equal(&a, &b)); \
	} while (0)
	DIFFERS(b.runs = false);
	DIFFERS(b.interface[3] = '0');
	DIFFERS(b.sync_id++);
	DIFFERS(b.group++);
	DIFFERS(b.length--);
	DIFFERS(b.port++);
	DIFFERS(b.hops++);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_leases_say_the_roles, begin, end),
		cmocka_unit_test_setup_teardown(without_leases_both_run, begin, end),
		cmocka_unit_test_setup_teardown(nobody_to_tell_or_nothing, begin, end),
		cmocka_unit_test_setup_teardown(a_group_moves, begin, end),
		cmocka_unit_test(a_master_settles),
		cmocka_unit_test_setup_teardown(all_routers_say_the_same, begin, end),
		cmocka_unit_test(the_id_is_of_the_name),
		cmocka_unit_test(what_differs_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
