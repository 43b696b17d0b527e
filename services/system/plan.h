/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must change so that this machine is as the configuration says: observed state in, a list
 * of actions out. Pure. Addresses in network byte order. An action adds, changes or removes one
 * thing; nothing is ever flushed, and addresses and routes are added before others are removed.
 * VLANs and bonds that are in the way of what is wanted go first.
 */
#ifndef TRIREME_SYSTEM_PLAN_H
#define TRIREME_SYSTEM_PLAN_H

#include "base/text.h"
#include "schema/config.h"
#include "system/files.h"
#include "system/sysctl.h"

#define PLAN_LINKS_MAX 256
#define PLAN_ADDRESSES_MAX 2048
#define PLAN_ROUTES_MAX 256
#define PLAN_ACTIONS_MAX (SYSCTL_MAX + PLAN_ADDRESSES_MAX + 2048)
#define PLAN_HOST_NAME_MAX 65 /* __NEW_UTS_LEN and NUL */

enum plan_link_kind {
	PLAN_LINK_CARD, /* and whatever else is neither of the others */
	PLAN_LINK_VLAN,
	PLAN_LINK_BOND,
};

/* A bond's settings, in the kernel's numbers (linux/if_bonding.h). */
struct plan_bond {
	uint8_t mode;
	uint32_t monitor_ms;
	uint8_t lacp_rate;   /* of 802.3ad only, else 0 */
	uint8_t hash_policy; /* not of active-backup: 0 then */
};

struct plan_link {
	int ifindex;
	char name[CONFIG_PORT_NAME_MAX];
	bool up;
	uint32_t mtu;
	int master; /* ifindex of the bond that it is in; 0: none */
	enum plan_link_kind kind;
	int parent; /* VLAN: ifindex of its port */
	uint16_t vlan_id;
	struct plan_bond bond;
};

struct plan_address {
	int ifindex; /* 0: of a port that the plan makes, found by its name */
	struct config_inet address;
	uint8_t prefix_length;
	char label[CONFIG_PORT_NAME_MAX]; /* of IPv4 */
	bool deprecated; /* of IPv6: no connection begins with it (RFC 4862, 5.5.4) */
};

/* The metric of the routes that trireme-system sets: of IPv6 the kernel's usual one. */
#define PLAN_METRIC 0
#define PLAN_IPV6_METRIC 1024 /* IP6_RT_PRIO_USER, linux/ipv6_route.h */

/*
 * A route of the main table: a default route (0.0.0.0/0, ::/0), or, of IPv4, one of those that
 * trireme-system sets, known by the protocol `static` (linux/rtnetlink.h: RTPROT_STATIC).
 */
struct plan_route {
	bool ipv6; /* a default route */
	uint32_t destination;
	uint8_t prefix_length;
	struct config_inet gateway; /* AF_UNSPEC: on-link */
	int ifindex;		    /* as of an address */
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
	struct system_files files;
};

enum plan_kind {
	PLAN_HOST_NAME,
	PLAN_SYSCTL,
	PLAN_FILE,
	PLAN_LINK_REMOVE,
	PLAN_LINK_ADD, /* a VLAN or a bond */
	PLAN_BOND_CHANGE,
	PLAN_MEMBER_REMOVE,
	PLAN_MEMBER_ADD,
	PLAN_LINK_MTU,
	PLAN_LINK_UP,
	PLAN_ADDRESS_ADD,
	PLAN_ROUTE_ADD, /* replaces the route of the same destination and metric */
	PLAN_ROUTE_REMOVE,
	PLAN_ADDRESS_REMOVE,
	PLAN_PROBLEM, /* nothing that could be done: what the person must know */
};

struct plan_action {
	enum plan_kind kind;
	char port[CONFIG_PORT_NAME_MAX];
	int ifindex; /* of the port; 0: the plan makes it, it is found by its name */
	/* LINK_ADD, LINK_REMOVE, BOND_CHANGE, MEMBER_…, LINK_MTU: */
	enum plan_link_kind link;
	char other[CONFIG_PORT_NAME_MAX]; /* the VLAN's port, or the member */
	uint16_t vlan_id;
	struct plan_bond bond;
	bool restart; /* the bond must be down for the change */
	bool again;   /* what is removed is made anew */
	uint32_t mtu, mtu_before;
	struct plan_address address;
	struct plan_route route;
	const char *why;		     /* LINK_REMOVE, PROBLEM; not the caller's to free */
	int error;			     /* PROBLEM: -errno */
	const struct sysctl_setting *sysctl; /* of the state */
	const struct system_file *file;	     /* of the state */
	const char *host_name;		     /* of the configuration */
};

struct plan {
	struct plan_action actions[PLAN_ACTIONS_MAX];
	size_t n_actions;
};

/*
 * node is one of config's. The plan points into config and state. A port or card that the machine
 * does not have becomes a PLAN_PROBLEM, and the rest of the plan stands. 0 or -ENOSPC.
 */
int plan_make(const struct config *config, const struct config_node *node,
	      const struct plan_state *state, struct plan *ret_plan);

/* One line of what the action does, without an end of line. */
void plan_describe(const struct plan_action *action, struct text *text);

#endif
