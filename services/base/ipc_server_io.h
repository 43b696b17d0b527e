/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A daemon's end of libqb IPC (qbipcs.h), served by its loop. One server per process: libqb's poll
 * handlers carry no context. */
#ifndef TRIREME_BASE_IPC_SERVER_IO_H
#define TRIREME_BASE_IPC_SERVER_IO_H

#include <qb/qbipcs.h>
#include <qb/qbloop.h>
#include <stdbool.h>
#include <stddef.h>

struct ipc_server_handler {
	/* May this user ask? NULL: root only. */
	bool (*accept)(void *data, uid_t uid);
	/* A whole request, at least a struct qb_ipc_request_header; 0, or < 0 to disconnect. */
	int32_t (*message)(void *data, qb_ipcs_connection_t *connection, void *bytes, size_t size);
	/* The connection is no more: nothing may be sent to it from now on. May be NULL. */
	void (*closed)(void *data, qb_ipcs_connection_t *connection);
};

/*
 * Serves under that name until ipc_server_close(); max is the size of the largest message in bytes.
 * handler and data must stay valid. -EADDRINUSE: another process serves the name.
 */
int ipc_server_open(qb_loop_t *loop, const char *name, size_t max,
		    const struct ipc_server_handler *handler, void *data);

/* Whether root is at the other end. */
bool ipc_server_is_root(qb_ipcs_connection_t *connection);

/* Does nothing when there is none. */
void ipc_server_close(void);

#endif
