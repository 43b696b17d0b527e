/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The open connections, as the HTTP library's thread tells of them, and the end of those that are
 * late: the library itself only ends those on which nothing moves, and a client that sends a byte
 * now and then is never idle.
 */
#ifndef TRIREME_WEB_CONNECTIONS_IO_H
#define TRIREME_WEB_CONNECTIONS_IO_H

#include <pthread.h>
#include <stdbool.h>

#include "web/limits.h"

struct connection {
	int fd; /* -1: free */
	uint32_t address;
	uint32_t uid; /* of the peer of the local socket */
	enum phase phase;
	uint64_t due;
	size_t body; /* bytes that are kept of the body that comes in */
};

struct connections {
	pthread_mutex_t lock;
	struct connection open[LIMITS_CONNECTIONS];
	size_t n, bodies;
};

void connections_init(struct connections *connections);

/* A new one; NULL: there are too many. It stays until connections_remove(). */
struct connection *connections_add(struct connections *connections, int fd, uint32_t address);
void connections_remove(struct connections *connections, struct connection *connection);

void connections_enter(struct connections *connections, struct connection *connection,
		       enum phase phase);

/* Whether an answer is worked on, or on its way; streams of events are not meant. */
bool connections_answer(struct connections *connections);

/* Accounts for a body of that size, 0 at its end. -ENOBUFS: this address has, or all have, enough.
 */
int connections_body(struct connections *connections, struct connection *connection, size_t size);

/* Ends the connections that are late now: the library finds them closed. Returns how many. */
size_t connections_reap(struct connections *connections, uint64_t now);

#endif
