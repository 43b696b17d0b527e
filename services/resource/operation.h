/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What trireme-resource asks of trireme-resource-run, and its answer: datagrams between programs of
 * one build. Exit codes are those of the Open Cluster Framework's resource agent API 1.1. Pure.
 */
#ifndef TRIREME_RESOURCE_OPERATION_H
#define TRIREME_RESOURCE_OPERATION_H

#include <stdbool.h>

#include "schema/config.h"

#define OPERATION_VERSION 1
#define OPERATION_TEXT_MAX 160

enum operation_type {
	OPERATION_START,
	OPERATION_STOP,
	OPERATION_MONITOR,
	OPERATION_NONE, /* not sent */
};

struct operation_request {
	uint32_t version;
	uint32_t type; /* enum operation_type */
	struct config_resource resource;
};

struct operation_verdict {
	uint32_t version;
	int32_t code;		       /* OCF's; 0 is success. Or -errno: it has none */
	char text[OPERATION_TEXT_MAX]; /* what has failed, in words; "" */
};

/* Whether all of it is of its form; the resource's strings are the model's. */
bool operation_is_valid(const struct operation_request *request);

/* "start", "stop", "monitor" */
const char *operation_name(enum operation_type type);

/* "'monitor' ended with OCF_NOT_RUNNING: no such file"; said: what the agent said last, or "". */
void operation_words(enum operation_type type, int code, const char *said,
		     char ret_text[OPERATION_TEXT_MAX]);

#endif
