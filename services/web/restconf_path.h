/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the path of a URI to what it names (RFC 3986; RFC 8040, section 3.5.3). */
#ifndef TRIREME_WEB_RESTCONF_PATH_H
#define TRIREME_WEB_RESTCONF_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "web/restconf_error.h"

#define API_STEPS_MAX 16
#define API_KEYS_MAX 4
#define API_PATH_MAX 1024 /* bytes of an api-path, with its NUL */

/* "module:name=key,key", decoded. */
struct api_step {
	const char *module; /* NULL: as the step before */
	const char *name;
	const char *keys[API_KEYS_MAX];
	size_t n_keys;
};

/* Steps point into text: a path is not copied. */
struct api_path {
	struct api_step steps[API_STEPS_MAX];
	size_t n_steps;
	char text[2 * API_PATH_MAX];
	size_t used;
};

/*
 * Decodes "/module:name=key/name" ("": no steps); the first step names its module. 0, or -EINVAL
 * and *problem says what is wrong with it.
 */
int api_path_parse(const char *text, struct api_path *path, struct problem *problem);

/* The path again, each key encoded in one way only. */
void api_path_format(const struct api_path *path, struct text *text);

enum resource_kind {
	RESOURCE_FILE, /* of the page, or nothing */
	RESOURCE_HOST_META,
	RESOURCE_ROOT,
	RESOURCE_LIBRARY_VERSION,
	RESOURCE_OPERATIONS,
	RESOURCE_OPERATION,
	RESOURCE_DATA,
	RESOURCE_HELLO,
	RESOURCE_METRICS,
	RESOURCE_EVENTS,
};

enum datastore {
	DATASTORE_ALL, /* {+restconf}/data: running and state together */
	DATASTORE_RUNNING,
	DATASTORE_CANDIDATE,
	DATASTORE_OPERATIONAL,
};

struct resource {
	enum resource_kind kind;
	enum datastore store;
	struct api_path path; /* of RESOURCE_DATA and RESOURCE_OPERATION */
};

/* The path of a request, without its query. 0, or -EINVAL and *problem. */
int resource_parse(const char *path, struct resource *ret_resource, struct problem *problem);

/*
 * Decodes the %XX of size bytes of text into buf, which has room for size + 1. -EINVAL: not encoded
 * well, or it decodes to a control character or to no UTF-8.
 */
int percent_decode(const char *text, size_t size, char *buf);

#endif
