// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/parse.h"
#include "system/plan.h"

struct fixture {
	struct config config;
	struct plan_state state;
	struct plan plan;
};

static void add_port(struct config_node *node, const char *name, const char *address)
{
	struct config_port *port = &node->ports[node->n_ports++];

	copy_text(port->name, sizeof(port->name), name);
	port->address = inet_addr(address);
	port->prefix_length = 24;
}

static void add_link(struct plan_state *state, int ifindex, const char *name, bool up)
{
	struct plan_link *link = &state->links[state->n_links++];

	link->ifindex = ifindex;
	link->up = up;
	copy_text(link->name, sizeof(link->name), name);
}

static void add_address(struct plan_state *state, int ifindex, const char *address, uint8_t length,
			const char *label)
{
	struct plan_address *a = &state->addresses[state->n_addresses++];

	a->ifindex = ifindex;
	a->address = inet_addr(address);
	a->prefix_length = length;
	copy_text(a->label, sizeof(a->label), label);
}

static void add_route(struct plan_state *state, const char *gateway, int ifindex, uint32_t metric)
{
	state->routes[state->n_routes++] = (struct plan_route){
		.gateway = inet_addr(gateway), .ifindex = ifindex, .metric = metric};
}

/* A router all of whose things are right already. */
static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct config_node *node = &f->config.nodes[0];

	f->config.n_nodes = 1;
	copy_text(node->name, sizeof(node->name), "r1");
	add_port(node, "eth0", "203.0.113.11");
	add_port(node, "eth1", "10.77.0.11");
	node->gateway = inet_addr("203.0.113.1");
	f->config.n_groups = 1;
	f->config.groups[0].n_aliases = 1;
	f->config.groups[0].aliases[0].address = inet_addr("203.0.113.10");
	copy_text(f->state.host_name, sizeof(f->state.host_name), "r1");
	add_link(&f->state, 1, "lo", true);
	add_link(&f->state, 2, "eth0", true);
	add_link(&f->state, 3, "eth1", true);
	add_address(&f->state, 1, "127.0.0.1", 8, "lo");
	add_address(&f->state, 2, "203.0.113.11", 24, "eth0");
	add_address(&f->state, 3, "10.77.0.11", 24, "eth1");
	add_route(&f->state, "203.0.113.1", 2, 0);
	assert_int_equal(sysctl_settings(node, &f->state.sysctls), 0);
	for (size_t i = 0; i < f->state.sysctls.n; i++) {
		struct sysctl_setting *setting = &f->state.sysctls.entries[i];

		setting->exists = true;
		copy_text(setting->current, sizeof(setting->current), setting->value);
	}
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* The plan as text, a line an action. */
static void expect(struct fixture *f, const char *expected)
{
	char words[8192];
	struct text text = TEXT_ON(words);

	assert_int_equal(plan_make(&f->config, &f->config.nodes[0], &f->state, &f->plan), 0);
	for (size_t i = 0; i < f->plan.n_actions; i++) {
		plan_describe(&f->plan.actions[i], &text);
		text_add(&text, "\n");
	}
	assert_string_equal(words, expected);
}

static void nothing_to_do(void **state)
{
	expect(*state, "");
}

static void everything_to_do(void **state)
{
	struct fixture *f = *state;

	copy_text(f->state.host_name, sizeof(f->state.host_name), "(none)");
	for (size_t i = 0; i < f->state.n_links; i++)
		f->state.links[i].up = false;
	f->state.n_addresses = f->state.n_routes = 0;
	copy_text(f->state.sysctls.entries[0].current, SYSCTL_VALUE_MAX, "0");
	expect(f, "set the host name to r1\n"
		  "set net/ipv4/conf/all/arp_ignore to 1 (it is 0)\n"
		  "lo: take the link up\n"
		  "eth0: take the link up\n"
		  "eth0: add address 203.0.113.11/24\n"
		  "eth1: take the link up\n"
		  "eth1: add address 10.77.0.11/24\n"
		  "eth0: default route via 203.0.113.1\n");
}

static void what_is_foreign_goes_last(void **state)
{
	struct fixture *f = *state;

	f->state.addresses[2].address = inet_addr("10.77.0.99");
	expect(f, "eth1: add address 10.77.0.11/24\n"
		  "eth1: remove address 10.77.0.99/24\n");
}

static void another_prefix_length_is_another_address(void **state)
{
	struct fixture *f = *state;

	f->state.addresses[2].prefix_length = 16;
	expect(f, "eth1: add address 10.77.0.11/24\n"
		  "eth1: remove address 10.77.0.11/16\n");
}

static void floating_addresses_are_the_agents(void **state)
{
	struct fixture *f = *state;

	/* By label, even when the configuration does not have it (any more); and by value. */
	add_address(&f->state, 2, "203.0.113.77", 32, "eth0:7");
	add_address(&f->state, 2, "203.0.113.10", 32, "eth0");
	expect(f, "");
}

static void other_interfaces_are_left_alone(void **state)
{
	struct fixture *f = *state;

	add_link(&f->state, 9, "bond0", false);
	add_address(&f->state, 9, "192.0.2.1", 24, "bond0");
	expect(f, "");
}

static void routes(void **state)
{
	struct fixture *f = *state;

	/* Another gateway at the same metric is replaced, at another one removed. */
	f->state.routes[0].gateway = inet_addr("203.0.113.254");
	add_route(&f->state, "203.0.113.253", 2, 50);
	expect(f, "eth0: default route via 203.0.113.1\n"
		  "remove the default route via 203.0.113.253 metric 50\n");
	f->config.nodes[0].gateway = 0;
	expect(f, "remove the default route via 203.0.113.254\n"
		  "remove the default route via 203.0.113.253 metric 50\n");
}

static void gateway_behind_the_private_port(void **state)
{
	struct fixture *f = *state;

	f->config.nodes[0].gateway = inet_addr("10.77.0.254");
	expect(f, "eth1: default route via 10.77.0.254\n");
	assert_int_equal(f->plan.actions[0].route.ifindex, 3);
}

static void a_missing_port_does_not_stop_the_rest(void **state)
{
	struct fixture *f = *state;

	copy_text(f->state.links[1].name, CONFIG_PORT_NAME_MAX, "ens3");
	f->state.addresses[2].address = inet_addr("10.77.0.99");
	expect(f, "eth0: this machine has no such port\n"
		  "eth1: add address 10.77.0.11/24\n"
		  "eth1: remove address 10.77.0.99/24\n");
}

static void settings_that_may_be_missing(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->state.sysctls.n; i++) {
		struct sysctl_setting *setting = &f->state.sysctls.entries[i];

		setting->exists = !setting->optional;
	}
	expect(f, "");
	f->state.sysctls.entries[0].exists = false;
	expect(f, "set net/ipv4/conf/all/arp_ignore to 1 (the kernel does not have it)\n");
}

static const char *value_of(const struct sysctl_settings *settings, const char *path)
{
	for (size_t i = 0; i < settings->n; i++) {
		if (strcmp(settings->entries[i].path, path) == 0)
			return settings->entries[i].value;
	}
	return NULL;
}

static void settings_follow_ports(void **state)
{
	struct fixture *f = *state;
	struct config_node *node = &f->config.nodes[0];
	struct sysctl_settings *settings = &f->state.sysctls;

	add_port(node, "eth2", "192.0.2.1");
	assert_int_equal(sysctl_settings(node, settings), 0);
	assert_string_equal(value_of(settings, "net/ipv4/conf/eth2/arp_ignore"), "1");
	assert_string_equal(value_of(settings, "net/ipv4/conf/all/arp_announce"), "2");
	assert_null(value_of(settings, "net/ipv4/ip_forward"));
	assert_string_equal(value_of(settings, "net/netfilter/nf_conntrack_max"), "65536");
	node->n_ports = CONFIG_PORTS_MAX;
	assert_int_equal(sysctl_settings(node, settings), 0);
}

static void more_than_fits_is_refused(void **state)
{
	struct fixture *f = *state;

	f->state.n_addresses = PLAN_ADDRESSES_MAX;
	assert_int_equal(plan_make(&f->config, &f->config.nodes[0], &f->state, &f->plan), 0);
	f->state.sysctls.n = PLAN_ACTIONS_MAX;
	assert_int_not_equal(plan_make(&f->config, &f->config.nodes[0], &f->state, &f->plan), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_to_do),
		TEST(everything_to_do),
		TEST(what_is_foreign_goes_last),
		TEST(another_prefix_length_is_another_address),
		TEST(floating_addresses_are_the_agents),
		TEST(other_interfaces_are_left_alone),
		TEST(routes),
		TEST(gateway_behind_the_private_port),
		TEST(a_missing_port_does_not_stop_the_rest),
		TEST(settings_that_may_be_missing),
		TEST(settings_follow_ports),
		TEST(more_than_fits_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
