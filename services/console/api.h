/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to the API of this machine (RESTCONF, RFC 8040), and what its answers say. */
#ifndef TRIREME_CONSOLE_API_H
#define TRIREME_CONSOLE_API_H

#include <jansson.h>

#include "base/text.h"

#define API_TARGET_MAX 2048
#define API_SOCKET "/run/trireme/api.sock"

/* How the program ends; services/console/README.md. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_REFUSED = 1,
	EXIT_USAGE = 2,
	EXIT_UNREACHABLE = 3,
	EXIT_CONFLICT = 4,
	EXIT_FORBIDDEN = 5,
};

enum api_store {
	API_RUNNING,
	API_CANDIDATE,
	API_STATE, /* the module trireme-api: what is, not what is configured */
};

struct api_request {
	const char *method; /* of HTTP */
	char target[API_TARGET_MAX];
	const char *type;    /* media type of the body */
	json_t *body;	     /* NULL: none */
	const char *comment; /* of the revision that the request makes, or NULL */
	int wait_ms;
};

/* Each sets up an empty request. 0; -ENOMEM; -ENOSPC: the path is too long. */

/* Reads the path, as path_target() has it; "" is all. */
int api_get(struct api_request *request, enum api_store store, const char *path);

/* Calls an operation of the module trireme-api; takes the input. */
int api_rpc(struct api_request *request, const char *name, json_t *input);

/* Puts a document, which is not taken, in the candidate's place. */
int api_replace(struct api_request *request, json_t *document);

/*
 * One edit as a YANG Patch (RFC 8072): "merge", "create", "delete"; path is not ""; takes the
 * value, NULL: none.
 */
int api_edit(struct api_request *request, enum api_store store, const char *operation,
	     const char *path, json_t *value);

void api_request_clear(struct api_request *request);

struct api_answer {
	unsigned int status; /* of HTTP */
	json_t *body;	     /* NULL: none */
};

void api_answer_clear(struct api_answer *answer);

/* What the answer has below the member that RESTCONF puts around it; NULL: nothing. */
const json_t *api_content(const struct api_answer *answer);

/* EXIT_OK; else the answer is an error, whose words these are. */
enum exit_code api_outcome(const struct api_answer *answer, struct text *words);

/* Parts of JSON objects; what is not there or of another type is "", 0 or false. */
const char *json_text_of(const json_t *object, const char *key);
bool json_flag_of(const json_t *object, const char *key);

/* Also of a text, as 64-bit numbers stand in JSON (RFC 7951, 6.1). */
long long json_number_of(const json_t *object, const char *key);

#endif
