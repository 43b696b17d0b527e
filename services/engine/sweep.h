/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ageing of the data path's flows, and the exact numbers of those that there are. Passes over the
 * tables, a batch at a time, so that none takes long; lines are read only where events have told of
 * flows (FWD_EVENT_6), and all of them from time to time and when events were lost. Each pass
 *
 * - ends the flows and templates whose time is over (ageing.h), or whose real server, service or
 *   virtual address is gone;
 * - keeps the template of a client whose flows are there, as IPVS does (ip_vs_conn_expire());
 * - takes next hops out of flows that are of another generation, before that number comes again;
 * - tells which flows have none, as those that the other router has made;
 * - counts: loads and settings.half_open become right by the difference between what was seen and
 *   what stood there meanwhile, so that packets go on counting.
 */
#ifndef TRIREME_ENGINE_SWEEP_H
#define TRIREME_ENGINE_SWEEP_H

#include "engine/ageing.h"
#include "engine/flows.h"

#define SWEEP_STEP_NS 1000000000ULL  /* between the batches of a pass */
#define SWEEP_PAUSE_NS 4000000000ULL /* between the beginnings of two passes */
#define SWEEP_STEPS 4		     /* of a pass; half of them when it has to hurry */
#define SWEEP_BATCH 256		     /* regions that a batch has in any case */
#define SWEEP_ALL_NS (900 * 1000000000ULL)
#define SWEEP_CLAIMED_MAX 32

/* What one number should be: seen, and its value at each step, weighted by the step's regions. */
struct sweep_tally {
	int64_t sum;
	int32_t seen;  /* flows, those that were ended in this pass included */
	int32_t ended; /* by this pass */
};

struct sweep_loads {
	struct sweep_tally active, inactive;
};

/* Of the last whole pass, or since the engine has begun. */
struct sweep_totals {
	uint32_t flows[2]; /* IPv4, IPv6; without templates */
	uint32_t templates[2];
	uint64_t expired, gone; /* ended since then: their time, what they named */
	uint64_t passes;
};

struct sweep {
	struct forward_tables *tables;
	/* May be set after sweep_open(); NULL: nobody wants to know. */
	void (*without_hop)(void *data, const struct flow *flow);
	void *data;
	struct ageing_timeouts timeouts;
	struct ageing ageing;
	struct sweep_loads *loads; /* FWD_REALS_MAX */
	struct sweep_tally half_open;
	uint64_t *heads; /* of each CPU's ring: read up to there */
	uint32_t n_regions;
	uint32_t fill;		   /* of 1000, at the end of the last pass */
	uint64_t began, next, all; /* ns: this pass; not before; all regions again */
	uint64_t full_before;	   /* FWD_FULL of all CPUs */
	bool running;
	uint32_t at, batch; /* of the pass: next region, regions of a step */
	uint64_t weight;    /* of the tallies' sums */
	struct sweep_totals totals, seen;
	uint32_t claimed[SWEEP_CLAIMED_MAX], n_claimed; /* seen in the last pass */
};

/* The tables are the caller's, and get their marks here. -ENOMEM. */
int sweep_open(struct sweep *sweep, struct forward_tables *tables);
/* Accepts an empty one. */
void sweep_close(struct sweep *sweep);

void sweep_configure(struct sweep *sweep, const struct ageing_timeouts *timeouts);

/*
 * One batch, if it is time. now: CLOCK_MONOTONIC, ns. True: a pass that began at sweep->began (the
 * same clock) is complete; no flow is left that named then what was gone.
 */
bool sweep_step(struct sweep *sweep, uint64_t now);

/* ns until the next step has something to do. */
uint64_t sweep_wait(const struct sweep *sweep, uint64_t now);

#endif
