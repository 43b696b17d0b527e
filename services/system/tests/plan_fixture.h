/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A router all of whose things are right, for the tests of plans. */
#ifndef TRIREME_SYSTEM_TESTS_PLAN_FIXTURE_H
#define TRIREME_SYSTEM_TESTS_PLAN_FIXTURE_H

#include "system/plan.h"

struct fixture {
	struct config config;
	struct plan_state state;
	struct plan plan;
};

/* Of either family. */
struct config_inet inet_of(const char *address);
void add_port(struct config_node *node, const char *name, const char *address);
struct config_port *add_bond(struct config_node *node, const char *name, const char *address);
struct config_port *add_vlan(struct config_node *node, const char *name, const char *parent,
			     uint16_t id, const char *address);
void add_link(struct plan_state *state, int ifindex, const char *name, bool up);
void add_bond_link(struct plan_state *state, int ifindex, const char *name, uint8_t mode);
void add_vlan_link(struct plan_state *state, int ifindex, const char *name, int parent,
		   uint16_t id);
void add_address(struct plan_state *state, int ifindex, const char *address, uint8_t length,
		 const char *label);
void add_route(struct plan_state *state, const char *gateway, int ifindex, uint32_t metric);
void written(struct fixture *f);
int plan_setup(void **state);
int plan_teardown(void **state);
void expect(struct fixture *f, const char *expected);

#endif
