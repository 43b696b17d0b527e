/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agents' process group on corosync CPG (cpg.h): configurations and messages in, messages out.
 */
#ifndef TRIREME_AGENT_CPG_IO_H
#define TRIREME_AGENT_CPG_IO_H

#include <corosync/cpg.h>
#include <qb/qbloop.h>
#include <stdbool.h>

#include "agent/decide.h"

/* One place for every kind of message of every group, so the queue cannot overflow. */
#define CPG_QUEUE_MAX (AGENT_WIRE_GROUPS_MAX * AGENT_WIRE_TYPE_LAST)

struct cpg_io_handler {
	void (*configuration)(void *data, const struct decide_ring *ring,
			      const struct decide_member *members, size_t n_members);
	void (*message)(void *data, uint32_t sender, const struct agent_message *message);
	void (*lost)(void *data); /* called from the loop, never from a call below */
};

struct cpg_io_entry {
	enum agent_wire_type type;
	uint64_t key;
	size_t length;
	uint8_t bytes[AGENT_WIRE_MAX];
};

struct cpg_io {
	qb_loop_t *loop;
	const struct cpg_io_handler *handler;
	void *data;
	cpg_handle_t handle;
	int fd;
	bool attached, retrying, have_members;
	qb_loop_timer_handle retry;
	struct decide_ring ring;
	struct decide_member members[DECIDE_NODES_MAX + 1];
	size_t n_members;
	struct cpg_io_entry queue[CPG_QUEUE_MAX];
	size_t n_queue;
};

void cpg_io_init(struct cpg_io *io, qb_loop_t *loop, const struct cpg_io_handler *handler,
		 void *data);

/*
 * The parts that wait for corosync, for a thread of their own: connect (*ret_node is this node's
 * id), join the group, close. io is only noted as the one that configurations and messages go to.
 */
int cpg_io_connect(struct cpg_io *io, cpg_handle_t *ret_handle, uint32_t *ret_node);
int cpg_io_join(cpg_handle_t handle); /* -EAGAIN: not yet */
void cpg_io_close(cpg_handle_t handle);

/* From now on the loop serves the connection. */
int cpg_io_attach(struct cpg_io *io, cpg_handle_t handle);
/* No longer; what waits to be sent is dropped. Does nothing when there is none. */
void cpg_io_detach(struct cpg_io *io);

/* Sends, or keeps it until corosync takes it; a newer message of its kind replaces a waiting one.
 */
void cpg_io_send(struct cpg_io *io, const struct agent_message *message);

bool cpg_io_idle(const struct cpg_io *io); /* nothing waits to be sent */

#endif
