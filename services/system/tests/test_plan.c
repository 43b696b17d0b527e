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
	port->mtu = 1500;
}

/* A bond of the cards NAMEa and NAMEb. */
static struct config_port *add_bond(struct config_node *node, const char *name, const char *address)
{
	struct config_port *port = &node->ports[node->n_ports];

	add_port(node, name, address);
	port->kind = CONFIG_PORT_BOND;
	port->bond = (struct config_bond){.monitor_ms = 100, .n_members = 2};
	for (size_t i = 0; i < 2; i++)
		snprintf(port->bond.members[i].name, sizeof(port->bond.members[i].name), "%s%c",
			 name, (char)('a' + i));
	return port;
}

static struct config_port *add_vlan(struct config_node *node, const char *name, const char *parent,
				    uint16_t id, const char *address)
{
	struct config_port *port = &node->ports[node->n_ports];

	add_port(node, name, address);
	port->kind = CONFIG_PORT_VLAN;
	port->vlan_id = id;
	copy_text(port->parent, sizeof(port->parent), parent);
	return port;
}

static void add_link(struct plan_state *state, int ifindex, const char *name, bool up)
{
	struct plan_link *link = &state->links[state->n_links++];

	link->ifindex = ifindex;
	link->up = up;
	link->mtu = 1500;
	copy_text(link->name, sizeof(link->name), name);
}

static void add_bond_link(struct plan_state *state, int ifindex, const char *name, uint8_t mode)
{
	struct plan_link *link = &state->links[state->n_links];

	add_link(state, ifindex, name, true);
	link->kind = PLAN_LINK_BOND;
	link->bond = (struct plan_bond){.mode = mode, .monitor_ms = 100};
	for (int i = 0; i < 2; i++) {
		char member[CONFIG_PORT_NAME_MAX];

		link = &state->links[state->n_links];
		snprintf(member, sizeof(member), "%.8s%c", name, (char)('a' + i));
		add_link(state, ifindex + 1 + i, member, true);
		link->master = ifindex;
	}
}

static void add_vlan_link(struct plan_state *state, int ifindex, const char *name, int parent,
			  uint16_t id)
{
	struct plan_link *link = &state->links[state->n_links];

	add_link(state, ifindex, name, true);
	link->kind = PLAN_LINK_VLAN;
	link->parent = parent;
	link->vlan_id = id;
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

/* The files are as the configuration says. */
static void written(struct fixture *f)
{
	assert_int_equal(files_wanted(&f->config.system, &f->state.files), 0);
	for (size_t i = 0; i < f->state.files.n; i++) {
		struct system_file *file = &f->state.files.entries[i];

		file->exists = true;
		copy_text(file->current, sizeof(file->current), file->wanted);
	}
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
	copy_text(f->config.system.time_zone, sizeof(f->config.system.time_zone), "UTC");
	written(f);
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
		  "eth1: take the link up\n"
		  "eth0: add address 203.0.113.11/24\n"
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

static void vlan_and_bond_are_made(void **state)
{
	struct fixture *f = *state;
	struct config_node *node = &f->config.nodes[0];

	/* In whatever order they are configured. */
	add_vlan(node, "eth3", "eth2", 10, "198.51.100.1");
	add_bond(node, "eth2", "192.0.2.1");
	add_link(&f->state, 5, "eth2a", true);
	add_link(&f->state, 6, "eth2b", false);
	node->n_routes = 1;
	node->routes[0] =
		(struct config_route){inet_addr("10.1.0.0"), 16, inet_addr("198.51.100.2")};
	expect(f, "eth2: make the bond, mode active-backup\n"
		  "eth2: take eth2a into the bond\n"
		  "eth2: take eth2b into the bond\n"
		  "eth2: take the link up\n"
		  "eth3: make VLAN 10 of eth2\n"
		  "eth3: take the link up\n"
		  "eth3: add address 198.51.100.1/24\n"
		  "eth2: add address 192.0.2.1/24\n"
		  "eth3: route to 10.1.0.0/16 via 198.51.100.2\n");
	for (size_t i = 0; i < f->plan.n_actions; i++) {
		assert_int_equal(f->plan.actions[i].ifindex, 0);
		assert_int_equal(f->plan.actions[i].address.ifindex, 0);
		assert_int_equal(f->plan.actions[i].route.ifindex, 0);
	}
}

/* eth2 is a bond, eth3 VLAN 10 on it, and both are as configured. */
static void layered(struct fixture *f)
{
	struct config_node *node = &f->config.nodes[0];

	add_bond(node, "eth2", "192.0.2.1");
	add_vlan(node, "eth3", "eth2", 10, "198.51.100.1");
	add_bond_link(&f->state, 5, "eth2", 1);
	add_vlan_link(&f->state, 8, "eth3", 5, 10);
	add_address(&f->state, 5, "192.0.2.1", 24, "eth2");
	add_address(&f->state, 8, "198.51.100.1", 24, "eth3");
	expect(f, "");
}

#define LOST "; floating addresses on it are lost until the agent sets them again\n"

static void another_mode_makes_all_anew(void **state)
{
	struct fixture *f = *state;

	layered(f);
	f->config.nodes[0].ports[2].bond.mode = CONFIG_BOND_BALANCE_XOR;
	expect(f, "eth3: remove the VLAN: the bond that it is on goes" LOST
		  "eth2: remove the bond: its mode is another one" LOST
		  "eth2: make the bond, mode balance-xor\n"
		  "eth2: take eth2a into the bond\n"
		  "eth2: take eth2b into the bond\n"
		  "eth2: take the link up\n"
		  "eth3: make VLAN 10 of eth2\n"
		  "eth3: take the link up\n"
		  "eth2: add address 192.0.2.1/24\n"
		  "eth3: add address 198.51.100.1/24\n");
}

static void another_vlan_is_made_anew(void **state)
{
	struct fixture *f = *state;

	layered(f);
	f->config.nodes[0].ports[3].vlan_id = 11;
	expect(f, "eth3: remove the VLAN: its number is another one" LOST
		  "eth3: make VLAN 11 of eth2\n"
		  "eth3: take the link up\n"
		  "eth3: add address 198.51.100.1/24\n");
	f->config.nodes[0].ports[3].vlan_id = 10;
	copy_text(f->config.nodes[0].ports[3].parent, CONFIG_PORT_NAME_MAX, "eth1");
	expect(f, "eth3: remove the VLAN: it is on another port" LOST "eth3: make VLAN 10 of eth1\n"
		  "eth3: take the link up\n"
		  "eth3: add address 198.51.100.1/24\n");
}

static void what_is_not_configured_goes(void **state)
{
	struct fixture *f = *state;

	layered(f);
	f->config.nodes[0].n_ports = 2;
	/* Somebody else's are known by their names. */
	add_bond_link(&f->state, 20, "bond0", 1);
	add_vlan_link(&f->state, 30, "eth0.7", 2, 7);
	expect(f, "eth3: remove the VLAN: it is not configured\n"
		  "eth2: remove the bond: it is not configured\n");
}

static void bond_settings(void **state)
{
	struct fixture *f = *state;
	struct config_bond *bond;

	layered(f);
	bond = &f->config.nodes[0].ports[2].bond;
	bond->monitor_ms = 50;
	expect(f, "eth2: change the bond's settings\n");
	bond->monitor_ms = 100;
	/* Not of this mode: without effect. */
	bond->hash_policy = CONFIG_HASH_LAYER3_4;
	bond->lacp_fast = true;
	expect(f, "");
	bond->mode = CONFIG_BOND_802_3AD;
	f->state.links[3].bond.mode = 4;
	f->state.links[3].bond.hash_policy = 1;
	f->config.nodes[0].n_routes = 1;
	f->config.nodes[0].routes[0] =
		(struct config_route){inet_addr("10.1.0.0"), 16, inet_addr("198.51.100.2")};
	add_route(&f->state, "198.51.100.2", 8, 0);
	f->state.routes[1].destination = inet_addr("10.1.0.0");
	f->state.routes[1].prefix_length = 16;
	/* Who goes down loses its routes, and so does what is on it. */
	expect(f, "eth2: change the bond's settings, for which it goes down for a moment\n"
		  "eth3: route to 10.1.0.0/16 via 198.51.100.2\n");
	f->state.links[3].bond.lacp_rate = 1;
	expect(f, "");
	f->state.links[3].bond.hash_policy = 2;
	expect(f, "eth2: change the bond's settings\n");
}

static void members(void **state)
{
	struct fixture *f = *state;

	layered(f);
	f->state.links[4].master = 0;
	f->state.links[5].up = false;
	add_link(&f->state, 12, "eth9", true);
	f->state.links[f->state.n_links - 1].master = 5;
	expect(f, "eth2: take eth9 out of the bond\n"
		  "eth2: take eth2a into the bond\n"
		  "eth2b: take the link up\n");
	copy_text(f->state.links[4].name, CONFIG_PORT_NAME_MAX, "other");
	expect(f, "eth2: take eth9 out of the bond\n"
		  "eth2a: this machine has no such network card\n"
		  "eth2b: take the link up\n");
}

static void set_mtu(struct fixture *f, uint16_t bond, uint16_t vlan)
{
	f->config.nodes[0].ports[2].mtu = bond;
	f->config.nodes[0].ports[3].mtu = vlan;
}

static void mtu_grows_below_first(void **state)
{
	struct fixture *f = *state;

	layered(f);
	set_mtu(f, 9000, 9000);
	expect(f, "eth2: set the MTU to 9000 (it is 1500)\n"
		  "eth3: set the MTU to 9000 (it is 1500)\n");
	set_mtu(f, 1280, 1280);
	expect(f, "eth3: set the MTU to 1280 (it is 1500)\n"
		  "eth2: set the MTU to 1280 (it is 1500)\n");
	set_mtu(f, 1500, 1500);
	f->state.links[4].mtu = 1400;
	expect(f, "eth2a: set the MTU to 1500 (it is 1400)\n");
	f->state.links[4].mtu = 1500;
	f->config.nodes[0].ports[1].mtu = 9000;
	expect(f, "eth1: set the MTU to 9000 (it is 1500)\n");
}

static void a_port_that_becomes_a_bond_serves_on(void **state)
{
	struct fixture *f = *state;
	struct config_port *port = &f->config.nodes[0].ports[1];

	port->kind = CONFIG_PORT_BOND;
	port->bond = (struct config_bond){.monitor_ms = 100, .n_members = 1};
	copy_text(port->bond.members[0].name, CONFIG_PORT_NAME_MAX, "eth1a");
	expect(f, "eth1: a network card has this name; cards are named when the machine starts\n");
}

static void a_vlan_without_its_port(void **state)
{
	struct fixture *f = *state;

	add_vlan(&f->config.nodes[0], "eth3", "eth2", 10, "198.51.100.1");
	add_port(&f->config.nodes[0], "eth2", "192.0.2.1");
	expect(f, "eth2: this machine has no such port\n"
		  "eth3: the port that carries the VLAN is missing\n");
	/* One that is there is left alone. */
	add_vlan_link(&f->state, 8, "eth3", 99, 10);
	add_address(&f->state, 8, "198.51.100.1", 24, "eth3");
	expect(f, "eth2: this machine has no such port\n");
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
		TEST(routes_of_the_node),
		TEST(additional_addresses),
		TEST(addresses_that_the_ring_still_uses),
		TEST(vlan_and_bond_are_made),
		TEST(another_mode_makes_all_anew),
		TEST(another_vlan_is_made_anew),
		TEST(what_is_not_configured_goes),
		TEST(bond_settings),
		TEST(members),
		TEST(mtu_grows_below_first),
		TEST(a_port_that_becomes_a_bond_serves_on),
		TEST(a_vlan_without_its_port),
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
