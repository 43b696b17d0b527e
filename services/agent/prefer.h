/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which routers a group prefers, and when one of them gets it back. Pure; times in ns. */
#ifndef TRIREME_AGENT_PREFER_H
#define TRIREME_AGENT_PREFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock_io.h"

#define PREFER_NODES_MAX 16
#define PREFER_HOLD_NS (10 * NSEC_PER_SEC)
#define PREFER_HOLD_MAX_NS (3600 * NSEC_PER_SEC)

/* Ids of nodes, the first choice first; as the configuration has it. */
struct prefer_order {
	uint32_t nodes[PREFER_NODES_MAX];
	size_t n_nodes;
	bool preempt; /* an owner hands the group back to who is preferred to it */
};

/*
 * The way back to a preferred router. It must have been fit for `hold`, which doubles each time
 * that the router was given the group and somebody else took it again before so much time had
 * passed. All members of a view see the same.
 */
struct prefer_return {
	uint32_t node;	/* fit, and preferred to the owner; 0: none is */
	uint64_t since; /* in one view */
	uint64_t hold;
	uint32_t given; /* whom an owner has made way for; 0: nobody since it was taken again */
	uint64_t given_at;
};

/* The node's place in the order: 0 is the first choice; behind all others: it is not in it. */
size_t prefer_place(const struct prefer_order *order, uint32_t node);

void prefer_begin(struct prefer_return *r);
/* Who is fit and preferred to the owner now; 0: nobody, or the members have not agreed. */
void prefer_see(struct prefer_return *r, uint32_t node, uint64_t now);
/* When it has been so for long enough; UINT64_MAX: nobody is. */
uint64_t prefer_due(const struct prefer_return *r);
/* An owner has made way for the node. */
void prefer_given(struct prefer_return *r, uint32_t node, uint64_t now);
/* The node owns the group. */
void prefer_taken(struct prefer_return *r, uint32_t node, uint64_t now);

#endif
