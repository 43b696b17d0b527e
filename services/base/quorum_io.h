/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts of corosync's votequorum (votequorum.h), each with the ring it is for. */
#ifndef TRIREME_BASE_QUORUM_IO_H
#define TRIREME_BASE_QUORUM_IO_H

#include <corosync/votequorum.h>
#include <qb/qbloop.h>

#include "base/ring.h"

struct quorum_node_votes {
	uint32_t id, votes;
};

/* Who has how many votes (votequorum_getinfo()). */
struct quorum_votes {
	uint32_t expected, total; /* of all nodes and the device; of those that are here */
	uint32_t quorum;	  /* so many make one */
	bool two_node;		  /* one of two is enough */
	bool device;		  /* a quorum device is there and votes for this node */
	uint32_t device_votes;	  /* it has, whether it votes for this node or not */
	struct quorum_node_votes nodes[RING_MEMBERS_MAX]; /* the members of the ring */
	size_t n_nodes;
};

struct quorum_io_handler {
	void (*verdict)(void *data, const struct ring_id *ring, bool quorate,
			uint32_t expected_votes);
	void (*lost)(void *data);
};

struct quorum_io {
	qb_loop_t *loop;
	const struct quorum_io_handler *handler;
	void *data;
	votequorum_handle_t handle;
	int fd;
	struct ring_id ring; /* that the next verdict is for */
	uint32_t nodes[RING_MEMBERS_MAX];
	size_t n_nodes;	  /* of that ring */
	bool has_verdict; /* for that ring: */
	bool quorate;
	uint32_t expected_votes;
};

void quorum_io_init(struct quorum_io *io, qb_loop_t *loop, const struct quorum_io_handler *handler,
		    void *data);

/*
 * The parts that wait for corosync, for a thread of their own (corosync_io.h): connect and start
 * to track (*ret_expected_votes as corosync knows them), ask for the votes of `nodes`
 * (-EAGAIN: not all of them have told yet), close.
 */
int quorum_io_connect(struct quorum_io *io, votequorum_handle_t *ret_handle,
		      uint32_t *ret_expected_votes);
int quorum_io_votes(votequorum_handle_t handle, const uint32_t *nodes, size_t n_nodes,
		    struct quorum_votes *ret_votes);
void quorum_io_close(votequorum_handle_t handle);

/* From now on the loop serves the connection: the present verdict follows. */
int quorum_io_attach(struct quorum_io *io, votequorum_handle_t handle, uint32_t expected_votes);
/* No longer. Does nothing when there is none. */
void quorum_io_detach(struct quorum_io *io);

#endif
