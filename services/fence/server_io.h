/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper's socket: requests of the agent (proto/fence_wire.h), each done by a process of its
 * own, which goes on when the agent does not wait any more: power that is half cut is no help.
 */
#ifndef TRIREME_FENCE_SERVER_IO_H
#define TRIREME_FENCE_SERVER_IO_H

#include <qb/qbloop.h>

#include "base/errand_io.h"
#include "proto/fence_wire.h"

#define SERVER_CLIENTS_MAX 2 /* an agent, and its next life */
#define SERVER_RUNS_MAX 4    /* at once; more are refused */

struct server;

struct server_client {
	struct server *server;
	int fd; /* -1: free */
};

struct server_run {
	struct errand errand;
	uint32_t number;
	struct server_client *client; /* NULL: gone */
};

struct server {
	qb_loop_t *loop;
	int fd;
	char *const *command; /* of a run; ends with NULL */
	struct server_client clients[SERVER_CLIENTS_MAX];
	struct server_run runs[SERVER_RUNS_MAX];
};

/* Serves from the loop on, at the socket fd; command must stay valid. Only root and this user are
 * answered. */
int server_open(struct server *server, qb_loop_t *loop, int fd, char *const *command);

/* Ends the connections; what runs goes on. */
void server_close(struct server *server);

#endif
