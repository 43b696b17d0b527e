/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts of corosync's votequorum (votequorum.h), each with the ring it is for. */
#ifndef TRIREME_AGENT_QUORUM_IO_H
#define TRIREME_AGENT_QUORUM_IO_H

#include <corosync/votequorum.h>
#include <qb/qbloop.h>
#include <stdbool.h>

#include "agent/decide.h"

struct quorum_io_handler {
	void (*verdict)(void *data, const struct decide_ring *ring, bool quorate,
			uint32_t expected_votes);
	void (*lost)(void *data);
};

struct quorum_io {
	qb_loop_t *loop;
	const struct quorum_io_handler *handler;
	void *data;
	votequorum_handle_t handle;
	int fd;
	struct decide_ring ring; /* that the next verdict is for */
	bool has_verdict;	 /* for that ring: */
	bool quorate;
	uint32_t expected_votes;
};

void quorum_io_init(struct quorum_io *io, qb_loop_t *loop, const struct quorum_io_handler *handler,
		    void *data);

/*
 * The parts that wait for corosync, for a thread of their own: connect and start to track
 * (*ret_expected_votes as corosync knows them), close.
 */
int quorum_io_connect(struct quorum_io *io, votequorum_handle_t *ret_handle,
		      uint32_t *ret_expected_votes);
void quorum_io_close(votequorum_handle_t handle);

/* From now on the loop serves the connection: the present verdict follows. */
int quorum_io_attach(struct quorum_io *io, votequorum_handle_t handle, uint32_t expected_votes);
/* No longer. Does nothing when there is none. */
void quorum_io_detach(struct quorum_io *io);

#endif
