/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks corosync what it runs, for a reload, or to go on alone, in a thread of its own: both wait
 * for corosync, for seconds when it has just died, for as long as it likes when it is stopped.
 */
#ifndef TRIREME_CONFIG_RING_IO_H
#define TRIREME_CONFIG_RING_IO_H

#include <pthread.h>
#include <qb/qbloop.h>

#include "config/ring_change.h"

struct ring_io_handler {
	void (*seen)(void *data, const struct ring_seen *seen); /* not when corosync is silent */
	void (*reloaded)(void *data, int result);		/* as cfg_io_reload() */
};

struct ring_io {
	const struct ring_io_handler *handler;
	void *data;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	/* Under the lock: what the thread is to do, and what it has got. */
	bool look, reload, unblock, has_seen, has_reloaded;
	uint8_t ids[CONFIG_NODES_MAX];
	size_t n_ids;
	struct ring_seen seen;
	int result, unblock_result;
	int ready_fd;
};

/* The handler is called from the loop. 0 or -errno. */
int ring_io_open(struct ring_io *io, qb_loop_t *loop, const struct ring_io_handler *handler,
		 void *data);

/* Of the ring's nodes; while the thread still waits, one more look is kept for later. */
void ring_io_look(struct ring_io *io, const struct ring *ring);

void ring_io_reload(struct ring_io *io);

/* The node need not have seen all others to have a quorum (wait_for_all). */
void ring_io_unblock(struct ring_io *io);

#endif
