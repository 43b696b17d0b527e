/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HTTP for RESTCONF, page, metrics and events, on connections that somebody else accepts. One
 * thread of libmicrohttpd's carries all of them; what asks the broker goes to the workers
 * meanwhile.
 */
#ifndef TRIREME_WEB_SERVER_IO_H
#define TRIREME_WEB_SERVER_IO_H

#include <microhttpd.h>
#include <netinet/in.h>

#include "web/connections_io.h"
#include "web/events_io.h"
#include "web/exchange.h"
#include "web/work_io.h"

struct server {
	struct site site;
	struct counters counters;
	struct connections connections;
	struct work work;
	struct events events;
	struct MHD_Daemon *daemon;
	bool local; /* connections of the local socket, without TLS */
};

/* What TLS needs, both in PEM; NULL: none. */
struct server_tls {
	const char *certificate, *key;
};

/* *server must stay where it is, with model and files in its site. -errno; server_stop() is due. */
int server_start(struct server *server, const char *broker_path, const struct server_tls *tls);

/* Takes a connection, which is closed at its end, and on an error at once. */
int server_add(struct server *server, int fd, const struct sockaddr *address, socklen_t size);

/* Ends what is late. */
void server_tick(struct server *server, uint64_t now);

void server_stop(struct server *server);

#endif
