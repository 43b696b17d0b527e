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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(vlan_and_bond_are_made, plan_setup, plan_teardown),
		cmocka_unit_test_setup_teardown(another_mode_makes_all_anew, plan_setup,
						plan_teardown),
		cmocka_unit_test_setup_teardown(another_vlan_is_made_anew, plan_setup,
						plan_teardown),
		cmocka_unit_test_setup_teardown(what_is_not_configured_goes, plan_setup,
						plan_teardown),
		cmocka_unit_test_setup_teardown(bond_settings, plan_setup, plan_teardown),
		cmocka_unit_test_setup_teardown(members, plan_setup, plan_teardown),
		cmocka_unit_test_setup_teardown(mtu_grows_below_first, plan_setup, plan_teardown),
		cmocka_unit_test_setup_teardown(a_port_that_becomes_a_bond_serves_on, plan_setup,
						plan_teardown),
		cmocka_unit_test_setup_teardown(a_vlan_without_its_port, plan_setup, plan_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
