/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rules of one node are made from; private to ruleset*.c. */
#ifndef TRIREME_ENGINE_RULESET_SCENE_H
#define TRIREME_ENGINE_RULESET_SCENE_H

#include <stdbool.h>

#include "schema/config.h"

#define PUBLIC "eth0"
#define PRIVATE "eth1"

/* Addresses as nft lists them: "{ a, b }", or the address alone if there is one. */
struct choice {
	char words[CONFIG_KEPT_MAX * 18 + CONFIG_NODES_MAX * 18 + 8];
	size_t n;
};

/* One family: its words, and what this node has of it on the private port. */
struct side {
	const char *ip, *suffix, *icmp; /* suffix: of the names of its sets */
	struct choice own;		/* addresses */
	char subnets[CONFIG_IPV6_ADDRESSES_MAX][INET6_ADDRSTRLEN + sizeof("/128")];
	size_t n_subnets;
};

/* What the rules of one node are made from. */
struct scene {
	const struct config *config;
	const struct config_node *node;
	bool routes;		  /* a router with both ports */
	bool joining;		  /* a machine may join */
	bool has_ipv6;		  /* it has IPv6 addresses, or may get floating ones */
	char public_address[16];  /* of this node on eth0; empty: no such port */
	char private_address[16]; /* and on eth1 */
	char private_subnet[20];  /* with prefix length */
	struct side sides[2];	  /* IPv4, and IPv6 if it has services */
	size_t n_sides;
};

/* One more in the list, unless it is 0. */
void choice_add_ipv4(struct choice *choice, uint32_t address);

/* joining is the caller's to set; the pointers are those given. */
void ruleset_scene(struct scene *s, const struct config *config, const struct config_node *node);

#endif
