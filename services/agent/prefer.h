/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which routers a group prefers. Pure. */
#ifndef TRIREME_AGENT_PREFER_H
#define TRIREME_AGENT_PREFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PREFER_NODES_MAX 16

/* Ids of nodes, the first choice first; as the configuration has it. */
struct prefer_order {
	uint32_t nodes[PREFER_NODES_MAX];
	size_t n_nodes;
};

/* The node's place in the order: 0 is the first choice; behind all others: it is not in it. */
size_t prefer_place(const struct prefer_order *order, uint32_t node);

#endif
