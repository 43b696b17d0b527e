/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connecting to corosync and closing a connection, in a thread of its own: both wait for corosync,
 * for seconds when it has just died or is stopped, and the loop must go on to end a lease in time.
 * The thread also locks the agent's memory once it is connected.
 */
#ifndef TRIREME_AGENT_COROSYNC_IO_H
#define TRIREME_AGENT_COROSYNC_IO_H

#include <pthread.h>

#include "agent/cpg_io.h"
#include "agent/quorum_io.h"

struct corosync_connection {
	cpg_handle_t cpg;
	votequorum_handle_t quorum;
	uint32_t node; /* id of this node */
	uint32_t expected_votes;
};

struct corosync_io {
	struct cpg_io *cpg;
	struct quorum_io *quorum;
	void (*connected)(void *data, const struct corosync_connection *connection);
	void *data;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	bool want, close; /* under the lock: connect; close `connection` before */
	struct corosync_connection connection; /* under the lock */
	int ready_fd;
};

/*
 * Starts to connect, as often as it takes; connected() is called from the loop when the group is
 * joined. What connected() is given must be attached there.
 */
int corosync_io_open(struct corosync_io *io, qb_loop_t *loop, struct cpg_io *cpg,
		     struct quorum_io *quorum,
		     void (*connected)(void *data, const struct corosync_connection *connection),
		     void *data);

/* The connection is of no use any more (and detached): closes it and connects anew. */
void corosync_io_again(struct corosync_io *io);

#endif
