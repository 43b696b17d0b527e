/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of HTTP/1.1 (RFC 9112) as one request of ours and its answer need: both ends are ours, on
 * a local socket. The server closes after its answer.
 */
#ifndef TRIREME_CONSOLE_HTTP_H
#define TRIREME_CONSOLE_HTTP_H

#include <stdint.h>

#include "base/text.h"

#define HTTP_HEAD_MAX 16384 /* bytes of an answer's head */
#define HTTP_BODY_MAX                                                               \
	(4u << 20) /* bytes of an answer's body: a document, and what is said of it \
		    */
#define HTTP_FIELDS_MAX 8

struct http_field {
	const char *name, *value;
};

struct http_request {
	const char *method;
	const char *target;			   /* path and query (RFC 9112, 3.2.1) */
	struct http_field fields[HTTP_FIELDS_MAX]; /* until the first one without a name */
	const char *body;			   /* NULL: none */
	size_t size;				   /* of body */
};

/*
 * The request's head. 0; -ENOSPC: it does not fit; -EINVAL: a field or the target has a character
 * that would end its line.
 */
int http_request_head(const struct http_request *request, struct text *text);

struct http_head {
	unsigned int status; /* 200 to 599 */
	size_t size;	     /* of the head, with the empty line at its end */
	bool has_length;     /* else the body ends with the connection */
	uint64_t length;     /* of the body */
};

/*
 * The head of an answer, from its first size bytes. 0; -EAGAIN: it is not complete; -EMSGSIZE: it
 * is longer than HTTP_HEAD_MAX, or its body than HTTP_BODY_MAX; -EPROTO: it is none, or of a kind
 * that this client does not ask for.
 */
int http_head_parse(const char *bytes, size_t size, struct http_head *ret_head);

#endif
