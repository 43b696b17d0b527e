// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/tests/plan_fixture.h"

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

struct config_inet inet_of(const char *address)
{
	struct config_inet inet = {.family = strchr(address, ':') ? AF_INET6 : AF_INET};

	assert_int_equal(inet_pton(inet.family, address, inet.bytes), 1);
	return inet;
}

void add_port(struct config_node *node, const char *name, const char *address)
{
	struct config_port *port = &node->ports[node->n_ports++];

	copy_text(port->name, sizeof(port->name), name);
	port->address = inet_addr(address);
	port->prefix_length = 24;
	port->mtu = 1500;
}

/* A bond of the cards NAMEa and NAMEb. */
struct config_port *add_bond(struct config_node *node, const char *name, const char *address)
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

struct config_port *add_vlan(struct config_node *node, const char *name, const char *parent,
			     uint16_t id, const char *address)
{
	struct config_port *port = &node->ports[node->n_ports];

	add_port(node, name, address);
	port->kind = CONFIG_PORT_VLAN;
	port->vlan_id = id;
	copy_text(port->parent, sizeof(port->parent), parent);
	return port;
}

void add_link(struct plan_state *state, int ifindex, const char *name, bool up)
{
	struct plan_link *link = &state->links[state->n_links++];

	link->ifindex = ifindex;
	link->up = up;
	link->mtu = 1500;
	copy_text(link->name, sizeof(link->name), name);
}

void add_bond_link(struct plan_state *state, int ifindex, const char *name, uint8_t mode)
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

void add_vlan_link(struct plan_state *state, int ifindex, const char *name, int parent, uint16_t id)
{
	struct plan_link *link = &state->links[state->n_links];

	add_link(state, ifindex, name, true);
	link->kind = PLAN_LINK_VLAN;
	link->parent = parent;
	link->vlan_id = id;
}

void add_address(struct plan_state *state, int ifindex, const char *address, uint8_t length,
		 const char *label)
{
	struct plan_address *a = &state->addresses[state->n_addresses++];

	a->ifindex = ifindex;
	a->address = inet_of(address);
	a->prefix_length = length;
	copy_text(a->label, sizeof(a->label), label);
}

void add_route(struct plan_state *state, const char *gateway, int ifindex, uint32_t metric)
{
	state->routes[state->n_routes++] = (struct plan_route){.ipv6 = strchr(gateway, ':'),
							       .gateway = inet_of(gateway),
							       .ifindex = ifindex,
							       .metric = metric};
}

/* The files are as the configuration says. */
void written(struct fixture *f)
{
	assert_int_equal(files_wanted(&f->config.system, &f->state.files), 0);
	for (size_t i = 0; i < f->state.files.n; i++) {
		struct system_file *file = &f->state.files.entries[i];

		file->exists = true;
		copy_text(file->current, sizeof(file->current), file->wanted);
	}
}

/* A router all of whose things are right already. */
int plan_setup(void **state)
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

int plan_teardown(void **state)
{
	free(*state);
	return 0;
}

/* The plan as text, a line an action. */
void expect(struct fixture *f, const char *expected)
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
