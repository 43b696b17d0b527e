/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must change so that this machine is as the configuration says: observed state in, a list
 * of actions out. Pure. Addresses in network byte order. An action adds or removes one thing;
 * nothing is ever flushed, and what is added comes before what is removed.
 */
#ifndef TRIREME_SYSTEM_PLAN_H
#define TRIREME_SYSTEM_PLAN_H

#include "base/text.h"
#include "schema/config.h"
#include "system/sysctl.h"

#define PLAN_LINKS_MAX 256
#define PLAN_ADDRESSES_MAX 2048
#define PLAN_ROUTES_MAX 64
#define PLAN_ACTIONS_MAX (SYSCTL_MAX + PLAN_ADDRESSES_MAX + 128)
#define PLAN_HOST_NAME_MAX 65 /* __NEW_UTS_LEN and NUL */

struct plan_link {
	int ifindex;
	char name[CONFIG_PORT_NAME_MAX];
	bool up;
};

struct plan_address {
	int ifindex;
	uint32_t address;
	uint8_t prefix_length;
	char label[CONFIG_PORT_NAME_MAX];
};

/* A default route (0.0.0.0/0) of the main table. */
struct plan_route {
	uint32_t gateway; /* 0: on-link */
	int ifindex;
	uint32_t metric;
};

struct plan_state {
	char host_name[PLAN_HOST_NAME_MAX];
	struct plan_link links[PLAN_LINKS_MAX];
	size_t n_links;
	struct plan_address addresses[PLAN_ADDRESSES_MAX];
	size_t n_addresses;
	struct plan_route routes[PLAN_ROUTES_MAX];
	size_t n_routes;
	struct sysctl_settings sysctls;
};

enum plan_kind {
	PLAN_HOST_NAME,
	PLAN_SYSCTL,
	PLAN_LINK_UP,
	PLAN_ADDRESS_ADD,
	PLAN_ROUTE_ADD, /* replaces the default route of the same metric */
	PLAN_ROUTE_REMOVE,
	PLAN_ADDRESS_REMOVE,
	PLAN_PROBLEM, /* nothing that could be done: what the person must know */
};

struct plan_action {
	enum plan_kind kind;
	char port[CONFIG_PORT_NAME_MAX];
	struct plan_address address;
	struct plan_route route;
	const struct sysctl_setting *sysctl; /* of the state */
	const char *host_name;		     /* of the configuration */
};

struct plan {
	struct plan_action actions[PLAN_ACTIONS_MAX];
	size_t n_actions;
};

/*
 * node is one of config's. The plan points into config and state. A port that the machine does not
 * have becomes a PLAN_PROBLEM, and the rest of the plan stands. 0 or -ENOSPC.
 */
int plan_make(const struct config *config, const struct config_node *node,
	      const struct plan_state *state, struct plan *ret_plan);

/* One line of what the action does, without an end of line. */
void plan_describe(const struct plan_action *action, struct text *text);

#endif
