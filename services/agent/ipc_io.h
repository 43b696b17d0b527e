/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's local socket (proto/agent_ipc.h), until ipc_server_close(); root only. */
#ifndef TRIREME_AGENT_IPC_IO_H
#define TRIREME_AGENT_IPC_IO_H

#include <qb/qbipcs.h>
#include <qb/qbloop.h>
#include <stdbool.h>

#include "agent/decide.h"
#include "proto/agent_ipc.h"

#define IPC_PENDING_MAX 8 /* requests whose answer is still to come */

struct ipc_io_handler {
	void (*status)(void *data, struct agent_status *ret_status);
	/* 0: under way, to *ret_target; -errno: refused, text says why. */
	int (*switchover)(void *data, const char *group, size_t *ret_group, uint32_t *ret_target,
			  char *text, size_t size);
	/* As decide_force(). */
	int (*force)(void *data, char *text, size_t size);
};

struct ipc_io_pending {
	qb_ipcs_connection_t *connection; /* NULL: free */
	enum agent_ipc_id id;
	size_t group;
	uint32_t target;
	uint64_t since;
};

struct ipc_io {
	const struct ipc_io_handler *handler;
	void *data;
	struct ipc_io_pending pending[IPC_PENDING_MAX];
};

int ipc_io_open(struct ipc_io *io, qb_loop_t *loop, const struct ipc_io_handler *handler,
		void *data);

/* Answers requests that have come to an end; to be called after every event. */
void ipc_io_settle(struct ipc_io *io, const struct decide_state *s, uint64_t now);

/* When ipc_io_settle() must be called at the latest; UINT64_MAX: never. */
uint64_t ipc_io_deadline(const struct ipc_io *io);

#endif
