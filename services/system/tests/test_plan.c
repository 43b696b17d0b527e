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

#include "base/parse.h"
#include "system/tests/plan_fixture.h"

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
		  "eth1: take the link up\n"
		  "eth0: add address 203.0.113.11/24\n"
		  "eth1: add address 10.77.0.11/24\n"
		  "eth0: default route via 203.0.113.1\n");
}

static void what_is_foreign_goes_last(void **state)
{
	struct fixture *f = *state;

	f->state.addresses[2].address = inet_of("10.77.0.99");
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
	f->state.routes[0].gateway = inet_of("203.0.113.254");
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

static void addresses_of_ipv6(void **state)
{
	struct fixture *f = *state;
	struct config_node *node = &f->config.nodes[0];
	struct config_group *group = &f->config.groups[0];

	node->ports[0].n_ipv6 = node->ports[1].n_ipv6 = 1;
	node->ports[0].ipv6[0].prefix_length = node->ports[1].ipv6[0].prefix_length = 64;
	assert_int_equal(parse_ipv6("2001:db8::11", &node->ports[0].ipv6[0].address), 0);
	assert_int_equal(parse_ipv6("fd00:77::11", &node->ports[1].ipv6[0].address), 0);
	assert_int_equal(parse_ipv6("fd00:77::1", &node->ipv6_gateway), 0);
	group->n_ipv6_aliases = 1;
	assert_int_equal(parse_ipv6("2001:db8::10", &group->ipv6_aliases[0].address), 0);
	expect(f, "eth0: add address 2001:db8::11/64\n"
		  "eth1: add address fd00:77::11/64\n"
		  "eth1: default route of IPv6 via fd00:77::1\n");
	assert_string_equal(f->plan.actions[0].address.label, "");
	/* A floating one is the agent's; one that came by itself goes; another length is another.
	 */
	add_address(&f->state, 2, "2001:db8::10", 128, "");
	add_address(&f->state, 2, "2001:db8::11", 64, "");
	add_address(&f->state, 2, "2001:db8::5054:ff:fe00:1", 64, "");
	add_address(&f->state, 3, "fd00:77::11", 56, "");
	add_address(&f->state, 3, "fd00:77::7", 128, "");
	f->state.addresses[f->state.n_addresses - 1].deprecated = true;
	add_route(&f->state, "fd00:77::1", 3, PLAN_IPV6_METRIC);
	add_route(&f->state, "fe80::1", 2, PLAN_IPV6_METRIC);
	expect(f, "eth1: add address fd00:77::11/64\n"
		  "eth0: remove address 2001:db8::5054:ff:fe00:1/64\n"
		  "eth1: remove address fd00:77::11/56\n");
	f->state.routes[1].metric = PLAN_METRIC; /* not the one's that is wanted, nor of IPv4 */
	expect(f, "eth1: add address fd00:77::11/64\n"
		  "eth1: default route of IPv6 via fd00:77::1\n"
		  "remove the default route of IPv6 via fd00:77::1 metric 0\n"
		  "eth0: remove address 2001:db8::5054:ff:fe00:1/64\n"
		  "eth1: remove address fd00:77::11/56\n");
	memset(&node->ipv6_gateway, 0, sizeof(node->ipv6_gateway));
	f->state.n_routes = 2;
	expect(f, "eth1: add address fd00:77::11/64\n"
		  "remove the default route of IPv6 via fd00:77::1 metric 0\n"
		  "eth0: remove address 2001:db8::5054:ff:fe00:1/64\n"
		  "eth1: remove address fd00:77::11/56\n");
}

static void routes_of_the_node(void **state)
{
	struct fixture *f = *state;
	struct config_node *node = &f->config.nodes[0];
	struct plan_route *seen = f->state.routes;

	node->n_routes = 2;
	node->routes[0] = (struct config_route){inet_addr("10.1.0.0"), 16, inet_addr("10.77.0.2")};
	node->routes[1] = (struct config_route){inet_addr("10.2.0.0"), 16, inet_addr("172.16.0.2")};
	node->ports[1].n_additional = 1;
	node->ports[1].additional[0] = (struct config_address){inet_addr("172.16.0.1"), 24};
	expect(f, "eth1: add address 172.16.0.1/24\n"
		  "eth1: route to 10.1.0.0/16 via 10.77.0.2\n"
		  "eth1: route to 10.2.0.0/16 via 172.16.0.2\n");
	add_address(&f->state, 3, "172.16.0.1", 24, "eth1");
	add_route(&f->state, "10.77.0.2", 3, 0);
	add_route(&f->state, "10.77.0.9", 3, 0);
	add_route(&f->state, "10.77.0.9", 3, 0);
	for (int i = 1; i <= 3; i++) {
		seen[i].destination = inet_addr("10.0.0.0") | htonl((uint32_t)i << 16);
		seen[i].prefix_length = 16;
	}
	/* One is right, one has another router, one is not configured. */
	expect(f, "eth1: route to 10.2.0.0/16 via 172.16.0.2\n"
		  "remove the route to 10.3.0.0/16 via 10.77.0.9\n");
	/* The port is missing: what there is may be the only way. */
	copy_text(f->state.links[2].name, CONFIG_PORT_NAME_MAX, "ens4");
	expect(f, "eth1: this machine has no such port\n"
		  "remove the route to 10.3.0.0/16 via 10.77.0.9\n");
}

static void additional_addresses(void **state)
{
	struct fixture *f = *state;
	struct config_port *port = &f->config.nodes[0].ports[0];

	port->n_additional = 2;
	port->additional[0] = (struct config_address){inet_addr("203.0.113.40"), 24};
	port->additional[1] = (struct config_address){inet_addr("198.51.100.1"), 32};
	add_address(&f->state, 2, "203.0.113.40", 24, "eth0");
	expect(f, "eth0: add address 198.51.100.1/32\n");
	port->n_additional = 0;
	expect(f, "eth0: remove address 203.0.113.40/24\n");
}

/* While the ring moves it has a foot on each side. */
static void addresses_that_the_ring_still_uses(void **state)
{
	struct fixture *f = *state;

	f->config.nodes[0].id = 1;
	f->config.nodes[0].ports[1].address = inet_addr("10.77.0.111");
	f->config.n_kept = 2;
	f->config.kept[0] = (struct config_kept){.node = 1, .port = "eth1"};
	f->config.kept[0].address = (struct config_address){inet_addr("10.77.0.11"), 24};
	f->config.kept[1] = (struct config_kept){.node = 2, .port = "eth1"};
	f->config.kept[1].address = (struct config_address){inet_addr("10.77.0.12"), 24};
	expect(f, "eth1: add address 10.77.0.111/24\n");
	f->config.kept[0].address.address = inet_addr("10.77.0.112");
	expect(f, "eth1: add address 10.77.0.111/24\n"
		  "eth1: add address 10.77.0.112/24\n"
		  "eth1: remove address 10.77.0.11/24\n");
}

static void a_port_without_address(void **state)
{
	struct fixture *f = *state;

	f->config.nodes[0].ports[1].address = 0;
	f->state.n_addresses = 2;
	expect(f, "");
}

static const char *content(const struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->state.files.n; i++) {
		if (strcmp(f->state.files.entries[i].name, name) == 0)
			return f->state.files.entries[i].wanted;
	}
	return NULL;
}

static void files(void **state)
{
	struct fixture *f = *state;
	struct config_system *system = &f->config.system;

	assert_string_equal(content(f, "ntp"), "");
	assert_string_equal(content(f, "syslog"), "-l 4\n");
	assert_string_equal(content(f, "localtime"), "/usr/share/zoneinfo/UTC");
	system->dns[0] = inet_addr("192.0.2.53");
	system->dns[1] = inet_addr("192.0.2.54");
	system->n_dns = 2;
	copy_text(system->search[0], CONFIG_HOST_MAX, "example.org");
	copy_text(system->search[1], CONFIG_HOST_MAX, "example.net");
	system->n_search = 2;
	copy_text(system->ntp[0], CONFIG_HOST_MAX, "time.example.org");
	copy_text(system->ntp[1], CONFIG_HOST_MAX, "192.0.2.123");
	system->n_ntp = 2;
	system->log_address = inet_addr("192.0.2.5");
	system->log_port = 1514;
	system->log_level = CONFIG_LOG_INFO;
	written(f);
	assert_string_equal(content(f, "resolv.conf"),
			    "# By trireme-system, as the configuration says.\n"
			    "search example.org example.net\n"
			    "nameserver 192.0.2.53\nnameserver 192.0.2.54\n");
	assert_string_equal(content(f, "ntp"), "time.example.org\n192.0.2.123\n");
	assert_string_equal(content(f, "syslog"), "-l 7 -L -R 192.0.2.5:1514\n");
	expect(f, "");
	f->state.files.entries[0].current[0] = '\0';
	f->state.files.entries[1].exists = false;
	copy_text(f->state.files.entries[3].current, FILE_TEXT_MAX, "elsewhere");
	expect(f, "write resolv.conf\nwrite ntp\nset the time zone to UTC\n");
	f->state.files.entries[3].impossible = true;
	expect(f, "write resolv.conf\nwrite ntp\n"
		  "time zone UTC: this firmware does not know it\n");
}

static void the_largest_files_fit(void **state)
{
	struct fixture *f = *state;
	struct config_system *system = &f->config.system;

	system->n_dns = CONFIG_DNS_MAX;
	system->n_search = CONFIG_SEARCH_MAX;
	system->n_ntp = CONFIG_NTP_MAX;
	for (size_t i = 0; i < CONFIG_DNS_MAX; i++)
		system->dns[i] = inet_addr("255.255.255.254");
	for (size_t i = 0; i < CONFIG_SEARCH_MAX; i++)
		memset(system->search[i], 'a', CONFIG_HOST_MAX - 1);
	for (size_t i = 0; i < CONFIG_NTP_MAX; i++)
		memset(system->ntp[i], 'a', CONFIG_HOST_MAX - 1);
	assert_int_equal(files_wanted(system, &f->state.files), 0);
}

static void a_missing_port_does_not_stop_the_rest(void **state)
{
	struct fixture *f = *state;

	copy_text(f->state.links[1].name, CONFIG_PORT_NAME_MAX, "ens3");
	f->state.addresses[2].address = inet_of("10.77.0.99");
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

/* It takes over the settings of "default" when it comes. */
static void settings_of_a_port_that_is_not_there(void **state)
{
	struct fixture *f = *state;
	struct sysctl_settings *settings = &f->state.sysctls;

	for (size_t i = 0; i < settings->n; i++) {
		if (settings->entries[i].port && strcmp(settings->entries[i].port, "eth1") == 0)
			settings->entries[i].exists = false;
	}
	copy_text(f->state.links[2].name, CONFIG_PORT_NAME_MAX, "ens4");
	expect(f, "eth1: this machine has no such port\n");
}

static void more_than_fits_is_refused(void **state)
{
	struct fixture *f = *state;

	f->state.n_addresses = PLAN_ADDRESSES_MAX;
	assert_int_equal(plan_make(&f->config, &f->config.nodes[0], &f->state, &f->plan), 0);
	f->state.sysctls.n = PLAN_ACTIONS_MAX;
	assert_int_not_equal(plan_make(&f->config, &f->config.nodes[0], &f->state, &f->plan), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, plan_setup, plan_teardown)

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
		TEST(addresses_of_ipv6),
		TEST(routes_of_the_node),
		TEST(additional_addresses),
		TEST(addresses_that_the_ring_still_uses),
		TEST(a_port_without_address),
		TEST(files),
		TEST(the_largest_files_fit),
		TEST(a_missing_port_does_not_stop_the_rest),
		TEST(settings_that_may_be_missing),
		TEST(settings_follow_ports),
		TEST(settings_of_a_port_that_is_not_there),
		TEST(more_than_fits_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
