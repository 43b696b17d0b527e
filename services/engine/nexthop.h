/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where frames for real servers go: the kernel's route to each and the neighbour at its end, as the
 * data path needs them. Gateways are among them, for answers go there. Pure.
 */
#ifndef TRIREME_ENGINE_NEXTHOP_H
#define TRIREME_ENGINE_NEXTHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/forward.h"
#include "engine/links.h"
#include "engine/neighbours.h"
#include "engine/route_msg.h"
#include "schema/config.h"

#define NEXTHOP_GATEWAYS_MAX (CONFIG_ROUTES_MAX + 2)

struct nexthop {
	struct net_address to;
	bool stale; /* the kernel is to be asked again */
	bool known; /* it was asked at all: what follows counts */
	struct route route;
};

struct nexthops {
	struct nexthop *list; /* in the order of `to` */
	size_t n;
	size_t n_stale;
	size_t look_at; /* where the search for the next stale one goes on */
};

/* What the kernel's tables were made of. */
struct network {
	struct links links;
	struct neighbours *neighbours;
};

/* The gateways of the node's configuration; at most NEXTHOP_GATEWAYS_MAX. Returns how many. */
size_t nexthop_gateways(const struct config_node *node, struct net_address *ret_gateways);

/*
 * From now on the ways to these are wanted: real servers of the tables that have flows or take
 * them, and gateways. What is known of those that stay is kept. -ENOMEM: all is as before.
 */
int nexthops_set(struct nexthops *hops, const struct fwd_real *reals,
		 const struct net_address *gateways, size_t n_gateways);
void nexthops_clear(struct nexthops *hops);

/* Routes have changed: all are stale. */
void nexthops_forget(struct nexthops *hops);

/* One that is stale, or NULL; the caller asks the kernel, and calls nexthop_routed(). */
struct nexthop *nexthops_stale(struct nexthops *hops);

/* route NULL: there is none. true: it is another than before. */
bool nexthop_routed(struct nexthops *hops, struct nexthop *hop, const struct route *route);

/* By slot of the table (NEIGHBOURS_SLOTS): whether frames are sent to that neighbour. */
void nexthops_needed(const struct nexthops *hops, const struct neighbours *table, bool *ret_needed);

/*
 * Writes the hops of the real servers into the tables as forward.h asks; those the kernel has not
 * been asked about stay as they are. Returns how many have changed.
 */
size_t nexthops_publish(const struct nexthops *hops, const struct network *network,
			const struct link_numbers *numbers, struct fwd_real *reals);

/* ---- next hops of answers: fwd_hops, which the data path fills ---- */

/* Flows ask the kernel again for theirs. */
void hops_raise(struct fwd_settings *settings, struct fwd_hop *table);

/* Whether answers are sent to this neighbour. */
bool hops_use(const struct fwd_settings *settings, const struct fwd_hop *table,
	      const struct links *links, const struct neighbour *neighbour);

#endif
