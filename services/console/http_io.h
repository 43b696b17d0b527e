/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One HTTP request over a Unix socket, and its answer; every wait is bounded. */
#ifndef TRIREME_CONSOLE_HTTP_IO_H
#define TRIREME_CONSOLE_HTTP_IO_H

#include "console/http.h"

struct http_answer {
	unsigned int status;
	char *body; /* size bytes and a NUL; the caller's */
	size_t size;
};

/*
 * Asks the server at the socket's path, within wait_ms in all. 0 and *ret_answer, whatever its
 * status. -ENOENT, -ECONNREFUSED: no server; -EACCES: the socket is not for this user; -ETIMEDOUT:
 * no answer in time; -EINTR: a signal came; -ECONNRESET: the connection ended before the answer
 * did; -EPROTO, -EMSGSIZE: it answers what no server of ours does; -EINVAL, -ENOSPC: the request.
 */
int http_exchange(const char *socket_path, const struct http_request *request, int wait_ms,
		  struct http_answer *ret_answer);

/* Frees the body. */
void http_answer_clear(struct http_answer *answer);

#endif
