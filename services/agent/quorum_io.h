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
	bool connected, quorate;
	struct decide_ring ring;
	uint32_t expected_votes;
};

void quorum_io_init(struct quorum_io *io, qb_loop_t *loop, const struct quorum_io_handler *handler,
		    void *data);

/* Connects and starts to track: the present verdict follows. -errno: corosync is not there. */
int quorum_io_connect(struct quorum_io *io);

/* Closes the connection; does nothing when there is none. */
void quorum_io_close(struct quorum_io *io);

#endif
