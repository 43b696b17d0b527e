/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Query parameters (RFC 8040, section 4.8), each with its bounds. */
#ifndef TRIREME_WEB_RESTCONF_QUERY_H
#define TRIREME_WEB_RESTCONF_QUERY_H

#include "web/message.h"
#include "web/restconf_error.h"
#include "web/restconf_path.h"

#define QUERY_VALUE_MAX 1024

enum content {
	CONTENT_ALL,
	CONTENT_CONFIG,
	CONTENT_NONCONFIG,
};

struct query {
	unsigned int depth;	      /* 1..65535; 0: unbounded */
	char fields[QUERY_VALUE_MAX]; /* empty: all */
	enum content content;
	const char *insert;	  /* "first", "last", "before", "after", or NULL */
	char point[API_PATH_MAX]; /* api-path, as api_path_format() has it; empty: none */
};

/*
 * The part of a URI behind '?' (NULL or "": none) of a request of that method. 0, or -EINVAL and
 * *problem names the parameter: unknown, given twice, of another method, or with a wrong value.
 */
int query_parse(const char *text, enum method method, struct query *ret_query,
		struct problem *problem);

#endif
