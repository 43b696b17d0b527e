/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routers on a network that loses, repeats, delays and overtakes, with the production objects; in a
 * time of its own. Every router numbers services, instances and real servers in another order.
 */
#ifndef TRIREME_ENGINE_TESTS_SYNC_WORLD_H
#define TRIREME_ENGINE_TESTS_SYNC_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/sync.h"

#define WORLD_ROUTERS_MAX 3
#define WORLD_SERVICES 6 /* one of them of IPv6, one persistent */
#define WORLD_REALS 4	 /* of each */
#define WORLD_GROUPS 2
#define WORLD_LINES 1024

struct world_router {
	bool runs;
	struct forward_tables tables;
	struct forward_place *place;
	struct gate_lease leases[GATE_GROUPS_MAX];
	struct sync sync;
	uint64_t counter;
	uint16_t instances[WORLD_SERVICES], reals[WORLD_SERVICES][WORLD_REALS];
	uint8_t services[WORLD_SERVICES];
	bool jammed;	 /* its socket takes nothing */
	uint64_t turns;	 /* of its timer */
	uint64_t offset; /* its CLOCK_MONOTONIC is behind the world's time by this, ns */
};

/* What happens to a datagram, in percent; delays in ns. */
struct world_net {
	unsigned int loss, repeat;
	uint64_t delay, jitter;
};

struct world {
	uint64_t now, random;
	struct world_net net;
	size_t n_routers;
	struct world_router routers[WORLD_ROUTERS_MAX];
	struct world_packet *packets; /* on the way */
	size_t n_packets;
	size_t dropped; /* since too many were on the way */
};

void world_make(struct world *w, size_t n_routers, uint64_t seed);
void world_free(struct world *w);

/* The process ends and another one begins; tables and leases stay, as they do in the kernel. */
void world_restart(struct world *w, size_t router);
void world_stop(struct world *w, size_t router);
/* The machine starts anew: its tables are empty. */
void world_reboot(struct world *w, size_t router);

/* The group is owned by that router from now on, and by no other. */
void world_own(struct world *w, size_t group, size_t router, uint64_t epoch);

/* Time goes by. */
void world_run(struct world *w, uint64_t ns);

/* So many flows and changes of flows of the groups that the router owns, as packets make them. */
void world_traffic(struct world *w, size_t router, size_t n);

/*
 * How many flows and templates the router `to` lacks, or has otherwise, of those of the groups
 * that `from` owns; half-open ones do not count.
 */
size_t world_missing(const struct world *w, size_t from, size_t to);
/* All flows of a router. */
size_t world_flows(const struct world *w, size_t router);

#endif
