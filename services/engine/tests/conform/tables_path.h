/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path of forward.bpf.c as cases use it: the engine's own code fills its tables, wherever
 * they are; who runs the programs is another's.
 */
#ifndef TRIREME_ENGINE_TESTS_TABLES_PATH_H
#define TRIREME_ENGINE_TESTS_TABLES_PATH_H

#include "engine/forward.h"
#include "engine/forward_apply.h"
#include "engine/tests/conform/net_io.h"
#include "engine/tests/conform/run.h"
#include "engine/tests/conform/setup.h"
#include "proto/gate_lease.h"

struct tables_path {
	/* The caller's: */
	struct forward_tables tables;
	struct gate_lease *leases;
	uint32_t ports[WORLD_PORTS], lans[WORLD_LANS]; /* indices of the interfaces */
	/* Its own: */
	struct setup setup;
	struct forward_place *place;
	struct forward_applied *applied;
	uint64_t now;	 /* for the engine's code; more with each change */
	uint64_t *heads; /* of each CPU's ring: flows up to there are gone */
};

/* Functions of struct run_path; data is a struct tables_path. */
int tables_path_begin(void *data, const struct conform_case *c);
int tables_path_change(void *data, const struct conform_case *c, const struct case_step *step);
int tables_path_flow(void *data, uint8_t protocol, const struct case_step *step,
		     enum fwd_state *ret_state, struct case_end *ret_real);
int tables_path_count(void *data, const struct conform_case *c, const struct case_step *step,
		      uint64_t ret_counts[3]);
uint64_t tables_path_reason(void *data, enum fwd_reason reason);

/* No flow is left; the services stand. After a tables_path_begin(). */
void tables_path_forget(struct tables_path *p);

/* Frees what is its own. */
void tables_path_clear(struct tables_path *p);

#endif
