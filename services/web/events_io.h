/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams of events: each second, when there are any, the state is asked for once, with the
 * credential of one of them; whoever may see it at all sees the same. Each stream's own credential
 * is tried again every 15 s: one that is not taken any more ends it.
 */
#ifndef TRIREME_WEB_EVENTS_IO_H
#define TRIREME_WEB_EVENTS_IO_H

#include <jansson.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>

#include "web/connections_io.h"
#include "web/counters.h"
#include "web/work_io.h"

#define EVENTS_STREAMS_MAX 32
#define EVENTS_STREAMS_OF_ADDRESS 8 /* as many pages of one person, or of one office */

struct stream;

struct events {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	bool started, stopped;
	struct stream *streams[EVENTS_STREAMS_MAX]; /* NULL: free */
	uint64_t streams_ever;
	struct counters *counters;
	struct work *work;
	struct broker broker;
	char *common; /* of the state as it was told last (event.h), or NULL */
};

int events_start(struct events *events, struct work *work, struct counters *counters,
		 const char *broker_path);

/*
 * A response that sends `first`, and then every new state as an event with this session. ask is the
 * question for the state that is put again and again. first and session, of malloc(), are taken
 * in any case. connection must stay as long as the response. NULL: there are too many streams, or
 * of this address, or no memory.
 */
struct MHD_Response *events_open(struct events *events, struct MHD_Connection *http,
				 const struct connection *connection, const json_t *ask,
				 char *first, char *session);

/* All streams end. */
void events_stop(struct events *events);

#endif
