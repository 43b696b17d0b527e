/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of plan_make(), in the order of their calls. Pure. */
#ifndef TRIREME_SYSTEM_PLAN_PARTS_H
#define TRIREME_SYSTEM_PLAN_PARTS_H

#include "system/plan.h"

/* A port of the node, and what the plan makes of it. */
struct planned_port {
	const struct config_port *port;
	const struct plan_link *link; /* as it is; NULL: not there, or made anew */
	bool comes;		      /* is made by the plan */
	bool restarts;		      /* goes down for a moment, and loses its routes */
};

struct planning {
	const struct config *config;
	const struct config_node *node;
	const struct plan_state *state;
	struct plan *plan;
	struct planned_port ports[CONFIG_PORTS_MAX];
	bool goes[PLAN_LINKS_MAX]; /* of the state's links: is removed by the plan */
};

/* plan_make() has made sure of the room. port may be NULL. */
struct plan_action *plan_add(struct plan *plan, enum plan_kind kind, const char *port);

/* Links: what goes, what is made, members, MTU, up. Fills p->ports and p->goes. */
void plan_links(struct planning *p);

/* Adds addresses; those that are not configured are removed at the end. */
void plan_addresses(struct planning *p);
void plan_address_removal(struct planning *p);

void plan_routes(struct planning *p);

#endif
