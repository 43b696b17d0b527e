/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper at work: hears from the agent what is owned (proto/resource_wire.h), has each
 * operation done by a process of its own, logs every change, answers root's questions
 * (proto/resource_ipc.h).
 */
#ifndef TRIREME_RESOURCE_HELPER_IO_H
#define TRIREME_RESOURCE_HELPER_IO_H

#include <qb/qbloop.h>

#include "base/errand_io.h"
#include "resource/resource.h"

#define HELPER_CLIENTS_MAX 2 /* an agent, and its next life */
#define HELPER_RUNS_MAX 16   /* operations at once; others wait */
#define HELPER_LEAVE_S 20    /* bound of an orderly end */

struct helper;

struct helper_client {
	struct helper *helper;
	int fd; /* -1: free */
};

struct helper_run {
	struct helper *helper;
	struct errand errand;
	uint32_t resource; /* number */
};

struct helper {
	qb_loop_t *loop;
	int fd;
	char *const *command; /* of a run; ends with NULL */
	struct helper_client clients[HELPER_CLIENTS_MAX];
	struct helper_run runs[HELPER_RUNS_MAX];
	struct resources resources;
	qb_loop_timer_handle timer;
	uint64_t leave_by; /* UINT64_MAX: not leaving */
};

/* From the loop on, at the socket fd; command must stay valid. */
int helper_open(struct helper *helper, qb_loop_t *loop, int fd, char *const *command);

/* config NULL: nothing is to run here. */
void helper_configure(struct helper *helper, const struct config *config);

/* Stops all that runs and then the loop, which is after HELPER_LEAVE_S in any case. */
void helper_leave(struct helper *helper);

/* What is under way ends too (tests of run_main.c). */
void helper_close(struct helper *helper);

#endif
