/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the broker (proto/api_ipc.h): a connection of one thread's; every wait is bounded. */
#ifndef TRIREME_WEB_BROKER_IO_H
#define TRIREME_WEB_BROKER_IO_H

#include <jansson.h>
#include <stdatomic.h>

struct broker {
	const char *path;
	atomic_int fd; /* -1: not connected; broker_stop() looks at it from another thread */
};

static inline void broker_init(struct broker *broker, const char *path)
{
	broker->path = path;
	atomic_init(&broker->fd, -1);
}

/*
 * Sends a question and waits for its answer, at most as long as the broker may take. *ret_answer
 * is the caller's. -errno: it cannot be reached, or -EPROTO: what it says is no answer; whether it
 * has done what was asked is not known then.
 */
int broker_ask(struct broker *broker, const json_t *question, json_t **ret_answer);

/* Ends a wait of another thread, for good: the connection is shut down. */
void broker_stop(struct broker *broker);

void broker_close(struct broker *broker);

#endif
