/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path's tables in the engine's memory: the kernel's own (forward_io.h), or, in tests,
 * ordinary memory. Packets use them at any moment, so whoever writes keeps to this:
 *
 * - a flow is claimed, changed and freed by compare-and-exchange of its `what`;
 * - `ends` are built in the half that is not in force, then settings.half is turned; the half that
 *   was in force is not touched for FORWARD_SETTLE_NS after that;
 * - a hop is changed word by word, `through` with valid = 0 first and the new one last;
 * - all else is written field by field, in an order in which each step is right by itself.
 *
 * The programs are not preempted: what a packet has read it uses for less than FORWARD_SETTLE_NS.
 */
#ifndef TRIREME_ENGINE_FORWARD_H
#define TRIREME_ENGINE_FORWARD_H

#include <stdint.h>

#include "engine/bpf/forward.h"

#define FORWARD_SETTLE_NS 10000000ULL

struct forward_tables {
	struct fwd_settings *settings;
	struct fwd_line4 *flows4; /* lines4 of them, a power of two */
	struct fwd_line6 *flows6;
	uint32_t lines4, lines6;
	struct fwd_ends4 *ends4; /* 2 * FWD_ENDS4_LINES */
	struct fwd_ends6 *ends6;
	struct fwd_instance *instances; /* FWD_INSTANCES_MAX */
	struct fwd_service *services;	/* FWD_SERVICES_MAX */
	struct fwd_picks *picks;	/* the same */
	struct fwd_real *reals;		/* FWD_REALS_MAX */
	struct fwd_load *loads;		/* the same */
	struct fwd_count *counts;	/* n_cpus * FWD_REALS_MAX: cpu by cpu */
	struct fwd_cpu *cpus;		/* n_cpus */
	struct fwd_ring *rings;		/* n_cpus */
	struct fwd_hop *hops;		/* FWD_HOPS_MAX */
	struct fwd_link *links;		/* FWD_LINKS_MAX */
	struct fwd_inside *insides;	/* FWD_INSIDE_MAX */
	struct fwd_back *backs;		/* FWD_BACKS */
	__u64 *spilled4, *spilled6;	/* FWD_SPILLED bits */
	uint32_t n_cpus;
	uint64_t seed;
	uint64_t *marks; /* of the ageing (sweep.h): regions that may have flows; NULL: none kept */
};

/* Those of a fixed size are in one piece of memory. */
static inline void forward_tables_fix(struct forward_tables *tables, struct fwd_fixed *fixed)
{
	tables->settings = fixed->settings;
	tables->spilled4 = fixed->spilled4;
	tables->spilled6 = fixed->spilled6;
	tables->ends4 = fixed->ends4;
	tables->ends6 = fixed->ends6;
	tables->instances = fixed->instances;
	tables->services = fixed->services;
	tables->reals = fixed->reals;
	tables->loads = fixed->loads;
	tables->hops = fixed->hops;
	tables->links = fixed->links;
	tables->insides = fixed->insides;
	tables->backs = fixed->backs;
}

#endif
