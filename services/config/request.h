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
	json_t *answer; /* set by the operation, unless it has set `text`, or is `later` */
	char *text;	/* the answer as text, from malloc(3) */
	bool later;	/* server_outcome() answers */
	struct document_written written; /* what request_new_document() has made */
};

/*
 * {"error": {"message", "tag", …}}, with path, value and allowed where error has them (or NULL).
 * The tag (RFC 8040 section 7) follows from the error; without one it is operation-failed.
 */
json_t *request_error(const struct schema_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same with an error-tag and an error-app-tag (proto/api_ipc.h), which may be NULL. */
json_t *request_refusal(const char *tag, const char *app_tag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What cluster_propose() or its outcome, an -errno, has said. */
json_t *request_not_made(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Entity tags (RFC 8040 section 3.5.2) of revisions, and of documents that are none: number of the
 * revision that they are of or began as, and the first digits of the revision's id or the text's
 * digest.
 */
#define REQUEST_ETAG_MAX 40

void request_etag(uint64_t number, const struct revision_id *id, char ret_etag[REQUEST_ETAG_MAX]);

/* Of what is in use; of the candidate that member session names, or where there is none, the same.
 */
void request_etag_running(const struct server *server, char ret_etag[REQUEST_ETAG_MAX]);
void request_etag_candidate(struct request *r, char ret_etag[REQUEST_ETAG_MAX]);

/* Member if-match, if it is there, is that tag; else -ESTALE, and the answer is set. */
int request_check_etag(struct request *r, const char *etag);

/* Whoever asks is no administrator: what the model says is theirs, is neither shown nor changed. */
bool request_is_restricted(const struct request *r);

/* 0, or -EACCES and the answer is set: whoever asks may not make this of what is in use. */
int request_check_rights(struct request *r, struct document *document);

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

/* Time of a revision as a member of that name, RFC 3339. */
void request_put_time(json_t *object, const char *key, int64_t time);

#endif
