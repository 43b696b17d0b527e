/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The config service's end of proto/config_ipc.h: whole requests in, whole answers out. */
#ifndef TRIREME_CONFIG_IPC_IO_H
#define TRIREME_CONFIG_IPC_IO_H

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stddef.h>

#define IPC_CLIENTS_MAX 16

/* Who asked; valid until answered with ipc_io_answer(), also when the client has gone meanwhile. */
struct ipc_ticket {
	unsigned int client; /* its place */
	unsigned int turn;   /* which use of that place */
};

/*
 * request: text of size bytes, ended by NUL, valid during the call. It is answered with
 * ipc_io_answer(), at once or later; a client has one request at a time.
 */
typedef void (*ipc_io_request_fn)(void *data, struct ipc_ticket ticket, const char *request,
				  size_t size);

/* Serves root's requests until ipc_server_close(). */
int ipc_io_open(qb_loop_t *loop, ipc_io_request_fn request, void *data);

/* answer: from malloc(3), taken over; freed also when nobody waits for it any more. */
void ipc_io_answer(struct ipc_ticket ticket, char *answer);

#endif
