/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors of RESTCONF (RFC 8040, sections 7 and 8): from what is wrong to status and body. */
#ifndef TRIREME_WEB_RESTCONF_ERROR_H
#define TRIREME_WEB_RESTCONF_ERROR_H

#include <jansson.h>

#include "web/message.h"

#define TYPE_YANG "application/yang-data+json"
#define TYPE_PATCH "application/yang-patch+json"

/* What is wrong, with all that helps to put it right; texts that are empty are left out. */
struct problem {
	unsigned int status; /* 0: that of tag and app_tag */
	const char *tag;     /* error-tag of RFC 8040, section 7 */
	const char *app_tag; /* what the broker says beside it, or NULL */
	bool application;    /* the broker says it */
	char message[256];
	char path[512];
	char value[256];
	char allowed[512];
	unsigned int edit; /* of a YANG Patch, counted from 1; 0: of none */
	unsigned int retry_s;
};

/* HTTP status of an error-tag and an app-tag (NULL: none); 500 for one that is not known. */
unsigned int problem_status(const char *tag, const char *app_tag);

/*
 * What is wrong with the value of something, and what is allowed there: texts that are too long
 * are cut off. Returns problem.
 */
struct problem *problem_say(struct problem *problem, const char *tag, const char *message,
			    const char *value, const char *allowed);

/*
 * The answer to a request: status, body, and what the client may do. patch: the body of a YANG
 * Patch with a patch-id, whose status says what is wrong (restconf_patch.h); NULL: it is none.
 */
void problem_answer(const struct problem *problem, const struct request *request,
		    const json_t *patch, struct answer *answer);

/* The same from an error of the broker: its object "error"; NULL: it cannot be reached. */
void problem_broker(const json_t *error, const struct request *request, const json_t *patch,
		    struct answer *answer);

#endif
