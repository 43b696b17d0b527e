/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running checker: its connects, its timers and its line to the engine. */
#ifndef TRIREME_HEALTH_CHECKER_IO_H
#define TRIREME_HEALTH_CHECKER_IO_H

#include <stdbool.h>
#include <qb/qbloop.h>

#include "health/targets.h"

/* Connects under way at once; further ones wait for a place. */
#define CHECKER_RUNNING_MAX 1024

struct checker {
	qb_loop_t *loop;
	struct targets *targets; /* NULL: nothing to check */
	size_t running;
	qb_loop_timer_handle tick;
	uint64_t tick_at; /* when it comes; 0: no tick is set */
	bool flush_pending;
	qb_ipcc_connection_t *engine; /* NULL: not connected */
	uint64_t wait;		      /* before the next try to connect */
	size_t refreshed;	      /* cursor of report_refresh() */
	bool shortage;		      /* of descriptors or ports, and logged */
};

/* Begins to connect to the engine; loop must outlive the checker. */
int checker_open(struct checker *checker, qb_loop_t *loop);

/* Checks what config says from now on (NULL: nothing); verdicts so far are kept. */
int checker_configure(struct checker *checker, const struct config *config);

void checker_close(struct checker *checker);

#endif
