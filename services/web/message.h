/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request as it came, and what is answered to it (RFC 9110): between HTTP and RESTCONF. */
#ifndef TRIREME_WEB_MESSAGE_H
#define TRIREME_WEB_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define MESSAGE_BODY_MAX (2u << 20) /* as the largest document: schema/schema.h */
#define MESSAGE_URI_MAX 8192
#define MESSAGE_FROM_MAX 48 /* text of a client's address, and NUL */

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_OTHER,
};

#define METHOD_BIT(method) (1u << (method))
#define METHODS_READ (METHOD_BIT(METHOD_GET) | METHOD_BIT(METHOD_HEAD) | METHOD_BIT(METHOD_OPTIONS))

/* The header fields that anything here looks at. */
enum header {
	HEADER_ACCEPT,
	HEADER_ACCEPT_ENCODING,
	HEADER_AUTHORIZATION,
	HEADER_CONTENT_TYPE,
	HEADER_COOKIE,
	HEADER_IF_MATCH,
	HEADER_IF_NONE_MATCH,
	HEADER_TRIREME, /* any value: sent by the page's script, which other sites' cannot */
	HEADER_USER,	/* of the local socket's root: the person, for history and audit */
	HEADER_SESSION,
	HEADER_COMMENT,
	HEADER_CONFIRM,
	HEADERS,
};

struct request {
	enum method method;
	const char *uri;	     /* request target as it came: path and query */
	const char *header[HEADERS]; /* NULL: not there */
	const char *body;	     /* size bytes and a NUL; NULL: none */
	size_t size;
	bool local; /* by the local socket, of the user `uid` */
	uint32_t uid;
	char from[MESSAGE_FROM_MAX]; /* who asks, for audit and lock-out */
};

enum cache {
	CACHE_NEVER,	  /* no-store */
	CACHE_REVALIDATE, /* kept, and asked for each time */
	CACHE_FOREVER,	  /* its name changes with its content */
};

struct answer {
	unsigned int status;
	const char *type;     /* media type of the body; static text, NULL: no body */
	const char *fixed;    /* a body that stays as long as the program runs, or NULL */
	char *body;	      /* else the answer's own */
	size_t size;	      /* bytes of either */
	const char *encoding; /* "gzip", or NULL */
	enum cache cache;
	bool varies;	      /* with Accept-Encoding */
	bool challenge;	      /* asks for a password (WWW-Authenticate) */
	bool patchable;	      /* says what PATCH takes (Accept-Patch) */
	unsigned int allow;   /* METHOD_BIT()s for Allow; 0: none */
	unsigned int retry_s; /* Retry-After; 0: none */
	char etag[96];	      /* with its quotes; empty: none */
	char location[1536];  /* empty: none */
	char cookie[1024];    /* value of Set-Cookie; empty: none */
};

/* "GET", …; METHOD_OTHER for what is not known. */
enum method method_parse(const char *name);
const char *method_name(enum method method);

/* "GET, HEAD": the names of a set, into buf of at least 64 bytes. Returns buf. */
const char *methods_text(unsigned int set, char *buf, size_t size);

/* Frees what is in the answer and empties it; a token that was in it is gone. */
void answer_clear(struct answer *answer);

/* The text, of malloc(), becomes the body; NULL (out of memory) makes it a 500 without one. */
void answer_take(struct answer *answer, unsigned int status, const char *type, char *text);

#endif
