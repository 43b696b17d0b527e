/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request on its way through the front, from its first line to its answer. */
#ifndef TRIREME_WEB_VISIT_IO_H
#define TRIREME_WEB_VISIT_IO_H

#include <microhttpd.h>

#include "web/connections_io.h"
#include "web/exchange.h"
#include "web/work_io.h"

struct server;

struct visit {
	struct job job;
	struct server *server;
	struct MHD_Connection *http;
	struct connection *connection;
	char *uri, *body;
	size_t size, room;
	struct request request;
	struct exchange exchange;
	bool begun; /* its header was looked at */
	bool done;  /* exchange.answer is complete */
};

/* With its URI; NULL without memory. */
struct visit *visit_new(struct server *server, struct MHD_Connection *http, const char *uri);
void visit_free(struct visit *visit);

/* Takes the header. 0: go on; else a status to refuse it with, of limits only. */
unsigned int visit_begin(struct visit *visit, const char *method);

/* Takes more of the body. 0, or a status as above. */
unsigned int visit_take(struct visit *visit, const char *data, size_t size);

/* Makes the exchange; true: its answer is complete, without a question to the broker. */
bool visit_start(struct visit *visit);

/* Puts its questions, in a worker's thread, until the answer is complete. */
void visit_ask(struct visit *visit, struct work *work, struct broker *broker);

/* Refuses it with a status of limits: 413, 431, 503. */
void visit_refuse(struct visit *visit, unsigned int status);

#endif
