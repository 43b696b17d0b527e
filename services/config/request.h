/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What requests have in common: reading their members, and the form of an answer. */
#ifndef TRIREME_CONFIG_REQUEST_H
#define TRIREME_CONFIG_REQUEST_H

#include <jansson.h>
#include <stdint.h>

#include "config/server.h"

struct request {
	struct server *server;
	struct ipc_ticket client;
	const json_t *json;
	json_t *answer; /* set by the operation, unless it is `later` */
	bool later;	/* server_outcome() answers */
};

/* {"error": {"message": …}}, with path, value and allowed where error has them (or NULL). */
json_t *request_error(const struct schema_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* {"summary": …} */
json_t *request_summary(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text of that member; "" when it is not there or no text. */
const char *request_text(const json_t *object, const char *key);

/* The number of that member: -ENOENT when it is not there, -EINVAL when it is none or out of range.
 */
int request_number(const json_t *object, const char *key, uint64_t min, uint64_t max,
		   uint64_t *ret_number);

void request_get(struct request *r);
void request_diff(struct request *r);
void request_history(struct request *r);
void request_status(struct request *r);
void request_describe(struct request *r);
void request_export(struct request *r);

void request_edit(struct request *r);
void request_discard(struct request *r);

void request_commit(struct request *r);
void request_confirm(struct request *r);
void request_rollback(struct request *r);
void request_override(struct request *r);

/* A document that a request is about: borrowed, or its own. */
struct request_document {
	struct document *document;
	struct document *owned; /* NULL: borrowed */
};

void request_document_clear(struct request_document *document);

/*
 * The document that the member `key` names: "running", "candidate" (of the member session; the
 * running one when it has none) or a revision's number; `otherwise` where the member is not there.
 * On an error, the answer is set.
 */
int request_document(struct request *r, const char *key, const char *otherwise,
		     struct request_document *ret_document);

#endif
