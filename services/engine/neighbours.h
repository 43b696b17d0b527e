/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's table of neighbours as its events tell it: so that it shows when a machine that gets
 * frames has another MAC or has gone. Pure.
 */
#ifndef TRIREME_ENGINE_NEIGHBOURS_H
#define TRIREME_ENGINE_NEIGHBOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/route_msg.h"

/* More than the kernel keeps by itself (gc_thresh3 of 1024, and what is managed or permanent). */
#define NEIGHBOURS_MAX 8192
#define NEIGHBOURS_SLOTS (2 * NEIGHBOURS_MAX) /* a power of two */

struct neighbours {
	struct neighbour slots[NEIGHBOURS_SLOTS]; /* interface 0: free */
	size_t n, left_out;			  /* the latter had no room */
};

/* true: something is another than before, which is in *ret_before (not valid: it was not known). */
bool neighbours_take(struct neighbours *table, const struct neighbour *news,
		     struct neighbour *ret_before);

/* NULL: the kernel has none. */
const struct neighbour *neighbours_find(const struct neighbours *table, uint32_t interface,
					const struct net_address *address);

#endif
