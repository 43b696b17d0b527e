/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers of the broker (proto/api_ipc.h): JSON objects, or texts that are passed on. Pure. */
#ifndef TRIREME_API_ANSWER_H
#define TRIREME_API_ANSWER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct answer {
	json_t *json; /* owned; or NULL, and: */
	char *text;   /* owned, from malloc(3); one JSON object of size bytes */
	size_t size;
};

/* Empties it; the text is overwritten: it may be a new token. */
void answer_clear(struct answer *answer);

/* {"error": {"tag", "message", "app-tag"?}}; app_tag may be NULL. What was set before goes. */
void answer_error(struct answer *answer, const char *tag, const char *app_tag, const char *format,
		  ...) __attribute__((format(printf, 4, 5)));

/* A further member of that error, as "value" or "allowed". */
void answer_error_add(struct answer *answer, const char *member, json_t *value);

/* Takes the object over, also on an error. */
void answer_json(struct answer *answer, json_t *object);

/* {"output": object} */
void answer_output(struct answer *answer, json_t *object);

/* The error object of an answer that is JSON, or NULL. */
const json_t *answer_error_of(const struct answer *answer);

/*
 * The answer's text, with a member "renew" where renew is not empty. *ret_text is the caller's,
 * from malloc(3). -ENOMEM; -EFBIG: it does not fit a frame.
 */
int answer_text(const struct answer *answer, const char *renew, char **ret_text, size_t *ret_size);

#endif
