/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process group on corosync CPG (cpg.h): configurations and messages in, messages out, in one
 * total order at every member. No call but the three for the thread waits for corosync.
 */
#ifndef TRIREME_BASE_CPG_IO_H
#define TRIREME_BASE_CPG_IO_H

#include <corosync/cpg.h>
#include <qb/qbloop.h>

#include "base/ring.h"

struct cpg_io_handler {
	/* The group's members, and the ring they live on, of n_nodes with or without one. */
	void (*configuration)(void *data, const struct ring_id *ring, uint32_t n_nodes,
			      const struct ring_member *members, size_t n_members);
	/* A message of that node, one's own too; the bytes are its until this returns. */
	void (*message)(void *data, uint32_t sender, const void *bytes, size_t size);
	void (*writable)(void *data); /* asked for by cpg_io_retry(): time to try again */
	void (*lost)(void *data);     /* called from the loop, never from a call below */
};

struct cpg_io {
	qb_loop_t *loop;
	struct cpg_name group;
	const struct cpg_io_handler *handler;
	void *data;
	cpg_handle_t handle;
	int fd, retry_fd;
	bool attached, retrying, have_members;
	struct ring_id ring;
	uint32_t n_nodes;
	struct ring_member members[RING_MEMBERS_MAX];
	size_t n_members;
};

/* group: its name, the same at every member, shorter than CPG_MAX_NAME_LENGTH. */
void cpg_io_init(struct cpg_io *io, qb_loop_t *loop, const char *group,
		 const struct cpg_io_handler *handler, void *data);

/*
 * The parts that wait for corosync, for a thread of their own (corosync_io.h): connect (*ret_node
 * is this node's id), join the group, close. io is only noted as the one that configurations and
 * messages go to.
 */
int cpg_io_connect(struct cpg_io *io, cpg_handle_t *ret_handle, uint32_t *ret_node);
int cpg_io_join(const struct cpg_io *io, cpg_handle_t handle); /* -EAGAIN: not yet */
void cpg_io_close(cpg_handle_t handle);

/* From now on the loop serves the connection. */
int cpg_io_attach(struct cpg_io *io, cpg_handle_t handle);
/* No longer. Does nothing when there is none. */
void cpg_io_detach(struct cpg_io *io);

/*
 * Hands a message to corosync. -EAGAIN: it does not take any now (cpg_io_retry()); -ENOTCONN:
 * there is no connection.
 */
int cpg_io_send(struct cpg_io *io, const void *bytes, size_t size);

/* handler->writable() is called in a moment, unless detached before. */
void cpg_io_retry(struct cpg_io *io);

#endif
