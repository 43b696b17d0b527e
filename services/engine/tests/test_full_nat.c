// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/full_nat.h"
#include "engine/tests/tables.h"

#define INSTANCE 7
#define PLACE 5
#define GATEWAY 0x0a4d00fe /* 10.77.0.254 */
#define PORT 40000

static struct forward_tables tables;
static struct config config;

static const struct full_nat_client ann = {{0x6500004d}, 0x1234}, bob = {{0x6600004d}, 0x1234};

static int begin(void **state)
{
	struct fwd_real *real;

	(void)state;
	tables_make(&tables, 64, 64, 1);
	real = &tables.reals[PLACE];
	real->flags = FWD_REAL_IN_USE;
	real->outer[0] = htonl(GATEWAY);
	return 0;
}

static int end(void **state)
{
	(void)state;
	tables_free(&tables);
	return 0;
}

static struct flow flow_of(uint16_t port)
{
	return (struct flow){.client = {htonl(GATEWAY)},
			     .key = FWD_KEY(htons(port), INSTANCE | FWD_FULLNAT),
			     .what = FWD_WHAT(FWD_ESTABLISHED, PLACE, 0)};
}

static void assert_stands_for(const struct flow *flow, const struct full_nat_client *client)
{
	struct full_nat_client found;

	assert_true(full_nat_client(&tables, flow, &found));
	assert_int_equal(found.port, client->port);
	assert_memory_equal(found.address, client->address, sizeof(found.address));
}

static void a_port_stands_for_a_client(void **state)
{
	struct flow flow = flow_of(PORT), other;
	struct full_nat_client found;

	(void)state;
	assert_false(full_nat_client(&tables, &flow, &found));
	assert_int_equal(full_nat_take(&tables, &flow, &ann, true), 0);
	assert_stands_for(&flow, &ann);
	assert_int_equal(full_nat_take(&tables, &flow, &ann, true), 0);
	/* Other flows have nothing of it. */
	other = flow_of(PORT - FWD_BACKS);
	assert_false(full_nat_client(&tables, &other, &found));
	other = flow;
	other.key = FWD_KEY(htons(PORT), INSTANCE);
	assert_false(full_nat_client(&tables, &other, &found));
	other.key = FWD_KEY(htons(PORT), (INSTANCE + 1) | FWD_FULLNAT);
	assert_false(full_nat_client(&tables, &other, &found));
	other = flow;
	other.what = FWD_WHAT(FWD_ESTABLISHED, PLACE + 1, 0);
	assert_false(full_nat_client(&tables, &other, &found));
}

static void who_says_so_last_is_right(void **state)
{
	struct flow flow = flow_of(PORT), next;
	uint32_t number;

	(void)state;
	assert_int_equal(full_nat_take(&tables, &flow, &ann, true), 0);
	assert_int_equal(flows_insert(&tables, &flow, &number), 0);
	assert_int_equal(full_nat_take(&tables, &flow, &bob, true), 0);
	assert_stands_for(&flow, &bob);
	/* The same address's port for another service: the other router has ended the first one. */
	next = flow;
	next.key = FWD_KEY(htons(PORT), (INSTANCE + 1) | FWD_FULLNAT);
	assert_int_equal(full_nat_take(&tables, &next, &ann, true), 0);
	assert_stands_for(&next, &ann);
}

static void the_port_of_another_address_is_left(void **state)
{
	struct flow flow = flow_of(PORT), foreign = flow_of(PORT);
	uint32_t number;

	(void)state;
	tables.reals[PLACE + 1].outer[0] = foreign.client[0] = htonl(GATEWAY + 1);
	foreign.what = FWD_WHAT(FWD_ESTABLISHED, PLACE + 1, 0);
	assert_int_equal(full_nat_take(&tables, &flow, &ann, true), 0);
	assert_int_equal(flows_insert(&tables, &flow, &number), 0);
	assert_int_equal(full_nat_take(&tables, &foreign, &bob, true), -ENOSPC);
	assert_stands_for(&flow, &ann);
	/* Nobody's any more. */
	assert_true(flows_remove(&tables, number, &flow));
	assert_int_equal(full_nat_take(&tables, &foreign, &bob, true), 0);
	assert_stands_for(&foreign, &bob);
	/* A packet's program writes it. */
	tables.backs[PORT % FWD_BACKS].key = FWD_BACK_CLAIMED;
	assert_int_equal(full_nat_take(&tables, &flow, &ann, true), -ENOSPC);
}

static void what_was_left_claimed_is_free(void **state)
{
	struct flow flow = flow_of(PORT), other = flow_of(PORT + 1);

	(void)state;
	tables.backs[PORT % FWD_BACKS].key = FWD_BACK_CLAIMED;
	assert_int_equal(full_nat_take(&tables, &other, &bob, true), 0);
	full_nat_unclaim(&tables);
	assert_int_equal(full_nat_take(&tables, &flow, &ann, true), 0);
	assert_stands_for(&flow, &ann);
	assert_stands_for(&other, &bob);
}

static void ports_are_those_of_the_configuration(void **state)
{
	struct fwd_settings settings = {0};

	(void)state;
	config.masquerade = (struct config_port_range){50000, 50255};
	full_nat_ports(&settings, &config);
	assert_int_equal(settings.back_first, 50000);
	assert_int_equal(settings.backs, 256);
	config.masquerade = (struct config_port_range){1024, 65535};
	full_nat_ports(&settings, &config);
	assert_int_equal(settings.back_first, 1024);
	assert_int_equal(settings.backs, FWD_BACKS);
}

/* Each of a client's ports is in the range, and no port has two entries. */
static void every_port_is_in_the_range(void **state)
{
	static const struct config_port_range ranges[] = {
		{40000, 40000}, {50000, 50255}, {1024, 17407}};

	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		uint32_t n = ranges[i].last - ranges[i].first + 1u;

		for (uint32_t client = 0; client < 1000; client++) {
			__be32 address[4] = {client * 0x1000193};
			uint64_t hash = fwd_back_hash(address, client);

			for (uint32_t k = 0; k < FWD_BACK_LOOK; k++)
				assert_in_range(fwd_back_port(hash, ranges[i].first, n, k),
						ranges[i].first, ranges[i].last);
		}
	}
}

static void make_config(void)
{
	struct config_node *node = &config.nodes[0];
	struct config_group *group = &config.groups[0];

	config = (struct config){.n_nodes = 1, .n_groups = 1};
	node->role = CONFIG_ROLE_ROUTER;
	node->n_ports = 2;
	node->ports[0] = (struct config_port){
		.name = "eth0", .address = htonl(0xcb00710b), .prefix_length = 24};
	node->ports[1] = (struct config_port){
		.name = "eth1", .address = htonl(0x0a4d000b), .prefix_length = 24, .n_ipv6 = 1};
	node->ports[1].ipv6[0].prefix_length = 64;
	inet_pton(AF_INET6, "fd77::b", &node->ports[1].ipv6[0].address);
	group->n_aliases = 2;
	group->aliases[0] = (struct config_alias){
		.label = "eth0:1", .port = "eth0", .address = htonl(0xcb00710a)};
	group->aliases[1] =
		(struct config_alias){.label = "eth1:1", .port = "eth1", .address = htonl(GATEWAY)};
	group->n_ipv6_aliases = 2;
	group->ipv6_aliases[0] = (struct config_ipv6_alias){.port = "eth0"};
	inet_pton(AF_INET6, "2001:db8::a", &group->ipv6_aliases[0].address);
	group->ipv6_aliases[1] = (struct config_ipv6_alias){.port = "eth1"};
	inet_pton(AF_INET6, "fd77::fe", &group->ipv6_aliases[1].address);
}

static void the_groups_own_address_is_the_source(void **state)
{
	struct config_service service = {.address = htonl(0xcb00710a)};
	struct ipvs_dest dest = {.family = AF_INET};
	uint32_t source[4];

	(void)state;
	make_config();
	inet_pton(AF_INET, "10.77.0.101", dest.address);
	assert_true(full_nat_source(&config, &service, &dest, source));
	assert_int_equal(source[0], htonl(GATEWAY));
	assert_int_equal(source[1] | source[2] | source[3], 0);
	/* In no network of the router; a service of no group; a group that has no address there. */
	inet_pton(AF_INET, "10.78.0.101", dest.address);
	assert_false(full_nat_source(&config, &service, &dest, source));
	assert_int_equal(source[0], 0);
	inet_pton(AF_INET, "10.77.0.101", dest.address);
	service.address = htonl(0xcb007199);
	assert_false(full_nat_source(&config, &service, &dest, source));
	service.address = htonl(0xcb00710a);
	config.groups[0].n_aliases = 1;
	assert_false(full_nat_source(&config, &service, &dest, source));
}

static void the_same_of_ipv6(void **state)
{
	struct config_service service = {.ipv6 = true};
	struct ipvs_dest dest = {.family = AF_INET6};
	struct in6_addr expected;
	uint32_t source[4];

	(void)state;
	make_config();
	inet_pton(AF_INET6, "2001:db8::a", &service.ipv6_address);
	inet_pton(AF_INET6, "fd77::65", dest.address);
	inet_pton(AF_INET6, "fd77::fe", &expected);
	assert_true(full_nat_source(&config, &service, &dest, source));
	assert_memory_equal(source, &expected, sizeof(expected));
	config.groups[0].n_ipv6_aliases = 1;
	assert_false(full_nat_source(&config, &service, &dest, source));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_port_stands_for_a_client, begin, end),
		cmocka_unit_test_setup_teardown(who_says_so_last_is_right, begin, end),
		cmocka_unit_test_setup_teardown(the_port_of_another_address_is_left, begin, end),
		cmocka_unit_test_setup_teardown(what_was_left_claimed_is_free, begin, end),
		cmocka_unit_test(ports_are_those_of_the_configuration),
		cmocka_unit_test(every_port_is_in_the_range),
		cmocka_unit_test(the_groups_own_address_is_the_source),
		cmocka_unit_test(the_same_of_ipv6),
	};

	return cmocka_run_group_tests_name("full_nat", tests, NULL, NULL);
}
