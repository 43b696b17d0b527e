/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The changes that a request asks for: members "edits", "patch", "document" or "method". */
#ifndef TRIREME_CONFIG_REQUEST_EDIT_H
#define TRIREME_CONFIG_REQUEST_EDIT_H

#include "config/request.h"

#define REQUEST_EDITS_MAX DOCUMENT_EDITS_MAX

/* Edits as document_edit() takes them; texts belong to the request's JSON or are `dumped`. */
struct request_edits {
	struct document_edit *list;
	size_t n;
	char **dumped;
	size_t n_dumped;
};

void request_edits_clear(struct request_edits *edits);

/* From an array of {operation, path, value}; on an error *answer says what is wrong. */
int request_edits_read(const json_t *json, struct request_edits *ret_edits, json_t **answer);

/*
 * The document that the request makes of base, its secrets sealed. -ENOENT: the request asks for
 * no change; on other errors its answer is set.
 */
int request_new_document(struct request *r, struct document *base, struct document **ret_document);

#endif
