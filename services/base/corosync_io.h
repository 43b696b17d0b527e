/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connecting to corosync, closing a connection and asking for votes, in a thread of its own: all
 * wait for corosync, for seconds when it has just died or is stopped, and the loop must go on.
 */
#ifndef TRIREME_BASE_COROSYNC_IO_H
#define TRIREME_BASE_COROSYNC_IO_H

#include <pthread.h>

#include "base/cpg_io.h"
#include "base/quorum_io.h"

struct corosync_connection {
	cpg_handle_t cpg;
	votequorum_handle_t quorum;
	uint32_t node; /* id of this node */
	uint32_t expected_votes;
};

struct corosync_io_handler {
	/* The group is joined; what this is given must be attached. */
	void (*connected)(void *data, const struct corosync_connection *connection);
	/* Answers corosync_io_ask_votes(), if the ring is still the one it was asked for. */
	void (*votes)(void *data, const struct ring_id *ring, const struct quorum_votes *votes);
	bool lock_memory; /* of the whole process, once it is connected (mlockall(2)) */
};

/* What is asked of the thread. */
struct corosync_order {
	bool connect, close; /* close `connection` before */
	bool votes;
	struct ring_id ring; /* votes: for that one, of these nodes */
	uint32_t nodes[RING_MEMBERS_MAX];
	size_t n_nodes;
};

/* What the thread has got. */
struct corosync_news {
	bool connected, votes;
	struct ring_id ring; /* votes: */
	struct quorum_votes of_ring;
};

struct corosync_io {
	struct cpg_io *cpg;
	struct quorum_io *quorum;
	const struct corosync_io_handler *handler;
	void *data;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted;
	/* Under the lock: */
	struct corosync_order order;
	struct corosync_news news;
	struct corosync_connection connection;
	int ready_fd;
};

/* Starts to connect, as often as it takes. The handler is called from the loop. */
int corosync_io_open(struct corosync_io *io, qb_loop_t *loop, struct cpg_io *cpg,
		     struct quorum_io *quorum, const struct corosync_io_handler *handler,
		     void *data);

/* The connection is of no use any more (and detached): closes it and connects anew. */
void corosync_io_again(struct corosync_io *io);

/*
 * Asks who has how many votes in the ring of the last verdict: from quorum's handler->verdict().
 * handler->votes() follows, unless the ring changes or the connection ends before.
 */
void corosync_io_ask_votes(struct corosync_io *io);

#endif
