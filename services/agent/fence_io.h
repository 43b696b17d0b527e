/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper that powers nodes off (proto/fence_wire.h). Nothing here waits: a helper that is not
 * there, or does not take a request at once, has failed.
 */
#ifndef TRIREME_AGENT_FENCE_IO_H
#define TRIREME_AGENT_FENCE_IO_H

#include <qb/qbloop.h>

#include "agent/decide.h"
#include "schema/config.h"

struct fence_io {
	qb_loop_t *loop;
	const char *path;
	/* failure NULL: the node was off; else why not. */
	void (*answered)(void *data, uint32_t request, const char *failure);
	void *data;
	int fd;				    /* -1: no connection */
	uint32_t waiting[DECIDE_NODES_MAX]; /* requests without an answer */
	size_t n_waiting;
};

/* path must stay valid. */
void fence_io_init(struct fence_io *io, qb_loop_t *loop, const char *path,
		   void (*answered)(void *data, uint32_t request, const char *failure), void *data);

/* Connects if it is not connected: done ahead, asking opens nothing. 0 or -errno. */
int fence_io_connect(struct fence_io *io);

/* 0: the answer will come; -errno: it will not. */
int fence_io_ask(struct fence_io *io, const struct config_fence_device *device, uint32_t request);

/* Answers do not come any more. */
void fence_io_close(struct fence_io *io);

#endif
