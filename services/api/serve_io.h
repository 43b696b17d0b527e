/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The broker's socket: connections whose requests (frames, proto/api_frame.h) come in in the loop,
 * and a few workers, each a thread, that carry them out and send the answers. Bounded: connections,
 * of whom each front has its share, frames that are large, and the time that a frame or an answer
 * takes.
 */
#ifndef TRIREME_API_SERVE_IO_H
#define TRIREME_API_SERVE_IO_H

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SERVE_WORKERS 8
#define SERVE_WORKERS_SHARE 6 /* of one front, whatever it asks for */
#define SERVE_SMALL 65536     /* bytes of a frame that counts as small */
#define SERVE_LARGE_MAX 8     /* larger ones at a time, of 3 MiB at most */
#define SERVE_SHARE_MAX 48    /* connections of one front: the other one gets in */

struct serve;

/*
 * In a worker: size bytes of JSON; is_local: the peer may speak for others of this machine. The
 * answer is from malloc(3) and freed; 0, or -errno, which ends the connection.
 */
typedef int serve_fn(void *data, bool is_local, const char *text, size_t size, char **ret_answer,
		     size_t *ret_size);

struct serve_settings {
	const char *path; /* of the socket; one that is left there is replaced */
	uid_t web, local; /* who may connect besides root, who is as local; (uid_t)-1: nobody */
	serve_fn *request;
	void *data;
};

/* The settings' texts must stay valid. */
int serve_open(qb_loop_t *loop, const struct serve_settings *settings, struct serve **ret_serve);

/*
 * No request is taken any more. false: a worker has not ended within a few seconds, and nothing
 * that it uses may be freed. Accepts NULL.
 */
bool serve_close(struct serve *serve);

#endif
