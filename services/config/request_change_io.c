// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests that change a candidate. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/wipe.h"
#include "config/request.h"
#include "config/request_edit.h"
#include "proto/api_ipc.h"

#define ONLY_ADMINISTRATORS "only administrators may change this"

static int one_edit(const json_t *json, struct document_edit *edit, struct request_edits *edits,
		    json_t **answer)
{
	const json_t *value = json_object_get(json, "value");
	const char *operation = request_text(json, "operation");

	edit->path = request_text(json, "path");
	if (document_operation_parse(operation[0] ? operation : "merge", &edit->operation) < 0) {
		*answer = request_refusal(API_TAG_INVALID_VALUE, NULL,
					  "operation '%.32s': allowed are merge, replace, create, "
					  "delete and remove",
					  operation);
		return -EINVAL;
	}
	if (!value)
		return 0;
	/* A text is a leaf's value as it is; everything else is JSON. */
	edit->value = json_is_string(value) ? json_string_value(value)
					    : json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	if (!json_is_string(value))
		edits->dumped[edits->n_dumped++] = (char *)edit->value;
	return edit->value ? 0 : -ENOMEM;
}

void request_edits_clear(struct request_edits *edits)
{
	for (size_t i = 0; i < edits->n_dumped; i++)
		wipe_free(edits->dumped[i]);
	free(edits->dumped);
	free(edits->list);
	*edits = (struct request_edits){0};
}

int request_edits_read(const json_t *json, struct request_edits *ret_edits, json_t **answer)
{
	_cleanup_(request_edits_clear) struct request_edits edits = {0};
	size_t n = json_array_size(json);

	if (n == 0 || n > REQUEST_EDITS_MAX) {
		*answer = request_refusal(API_TAG_INVALID_VALUE, NULL,
					  "edits: allowed is a list of 1 to %d", REQUEST_EDITS_MAX);
		return -EINVAL;
	}
	edits.list = calloc(n, sizeof(*edits.list));
	edits.dumped = calloc(n, sizeof(*edits.dumped));
	if (!edits.list || !edits.dumped)
		return -ENOMEM;
	for (; edits.n < n; edits.n++) {
		int r = one_edit(json_array_get(json, edits.n), &edits.list[edits.n], &edits,
				 answer);

		if (r < 0)
			return r;
	}
	*ret_edits = edits;
	edits = (struct request_edits){0};
	return 0;
}

static int edit_with(struct request *r, struct document *base, const json_t *edits,
		     struct document **ret_document, struct schema_error *error)
{
	_cleanup_(request_edits_clear) struct request_edits list = {0};
	int result = request_edits_read(edits, &list, &r->answer);

	return result < 0 ? result : document_edit(base, list.list, list.n, ret_document, error);
}

static int replace_with(struct request *r, struct document *base, const json_t *document,
			struct document **ret_document, struct schema_error *error)
{
	_cleanup_wipe_ char *text = json_dumps(document, JSON_COMPACT);
	char node[CONFIG_NAME_MAX];
	int result;

	if (!text)
		return -ENOMEM;
	result = document_parse(r->server->core.schema, base, text, strlen(text), ret_document,
				error);
	/* Which node a machine is, every machine knows for itself. */
	return result < 0 ? result : document_take_machine(*ret_document, node);
}

static int patch_with(struct document *base, const json_t *patch, struct document **ret_document,
		      struct schema_error *error)
{
	_cleanup_wipe_ char *text = json_dumps(patch, JSON_COMPACT);

	return text ? document_apply_patch(base, "", text, strlen(text), ret_document, error)
		    : -ENOMEM;
}

/* As RFC 8040 has it: members method, target, value, insert, point. */
static int write_with(struct request *r, struct document *base, struct document **ret_document,
		      struct schema_error *error)
{
	const json_t *value = json_object_get(r->json, "value");
	_cleanup_wipe_ char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
	const char *method = request_text(r->json, "method");
	struct document_write write = {
		.target = request_text(r->json, "target"),
		.value = text,
		.insert = json_string_value(json_object_get(r->json, "insert")),
		.point = json_string_value(json_object_get(r->json, "point")),
	};

	if (document_method_parse(method, &write.method) < 0) {
		r->answer = request_refusal(API_TAG_NOT_SUPPORTED, NULL,
					    "method '%.16s': allowed are POST, PUT, PATCH, DELETE "
					    "and YANG-PATCH",
					    method);
		return -EINVAL;
	}
	return document_write(base, &write, ret_document, &r->written, error);
}

/* -ENOENT: the request asks for no change. */
static int make_document(struct request *r, struct document *base, struct document **ret_document,
			 struct schema_error *error)
{
	json_t *member;

	if ((member = json_object_get(r->json, "edits")))
		return edit_with(r, base, member, ret_document, error);
	if ((member = json_object_get(r->json, "document")))
		return replace_with(r, base, member, ret_document, error);
	if ((member = json_object_get(r->json, "patch")))
		return patch_with(base, member, ret_document, error);
	if (json_object_get(r->json, "method"))
		return write_with(r, base, ret_document, error);
	return -ENOENT;
}

static json_t *not_valid(const struct request *r, struct schema_error *error)
{
	if (request_is_restricted(r))
		document_hide_error(r->server->core.schema, error);
	if (error->fault == SCHEMA_FAULT_DENIED)
		return request_error(error, ONLY_ADMINISTRATORS);
	if (error->beside)
		return request_error(error, "what is elsewhere does not go with the change: change "
					    "that first, or both at once");
	return request_error(error, "the change is not valid");
}

int request_new_document(struct request *r, struct document *base, struct document **ret_document)
{
	_cleanup_(document_freep) struct document *document = NULL;
	bool restricted = request_is_restricted(r);
	struct schema_error error = {0};
	int result = 0;

	/* An edit takes what the base has parsed, which this would need again. */
	if (restricted)
		result = document_note_rights(r->server->document);
	document_guard(base, restricted);
	if (result == 0)
		result = make_document(r, base, &document, &error);
	document_guard(base, false);
	/* Before secrets are sealed: who guesses one does not hear that it is the same. */
	if (result == 0 && restricted)
		result = document_check_rights(r->server->document, document, &error);
	if (result == 0)
		result = core_seal(&r->server->core, document, &error);
	if (result == 0)
		*ret_document = take_ptr(document);
	else if (!r->answer && result != -ENOENT)
		r->answer = not_valid(r, &error);
	return result;
}

int request_check_rights(struct request *r, struct document *document)
{
	struct schema_error error = {0};
	int result;

	if (!request_is_restricted(r))
		return 0;
	result = document_check_rights(r->server->document, document, &error);
	if (result < 0)
		r->answer = request_error(result == -EBADMSG ? &error : NULL, ONLY_ADMINISTRATORS);
	return result < 0 ? -EACCES : 0;
}

static uint64_t base_of(struct request *r, const char *session)
{
	struct session *found = session_find(&r->server->sessions, session, clock_boot_ns());

	return found ? found->base : r->server->revision.number;
}

static void keep(struct request *r, const char *session, const struct document *document)
{
	char etag[REQUEST_ETAG_MAX];
	size_t size;
	const char *text = document_text(document, &size);
	int result = session_set(&r->server->sessions, session, base_of(r, session), text, size,
				 clock_boot_ns());

	if (result == -EBUSY)
		r->answer = request_refusal(API_TAG_RESOURCE_DENIED, NULL,
					    "%d candidates are open, or %d of one user, no further "
					    "one can be: trireme discard ends one",
					    SESSIONS_MAX, SESSIONS_OWN_MAX);
	else if (result < 0)
		r->answer = request_refusal(API_TAG_INVALID_VALUE, NULL,
					    "session: allowed is a name of 1 to %d characters",
					    SESSION_NAME_MAX - 1);
	if (result < 0)
		return;
	request_etag_candidate(r, etag);
	r->answer = request_summary("changed in the candidate; trireme diff shows it, "
				    "trireme commit takes it into use");
	json_object_set_new(r->answer, "etag", json_string(etag));
	json_object_set_new(r->answer, "created", json_boolean(r->written.created));
	if (r->written.location)
		json_object_set_new(r->answer, "location", json_string(r->written.location));
}

void request_edit(struct request *r)
{
	_cleanup_(request_document_clear) struct request_document base = {0};
	_cleanup_(document_freep) struct document *document = NULL;
	char etag[REQUEST_ETAG_MAX];
	int result = request_document(r, "base", "candidate", &base);

	if (result < 0)
		return;
	request_etag_candidate(r, etag);
	if (request_check_etag(r, etag) < 0)
		return;
	result = request_new_document(r, base.document, &document);
	if (result == -ENOENT)
		r->answer = request_refusal(API_TAG_MALFORMED, NULL,
					    "one of edits, patch, document and method is missing");
	if (result == 0 && request_check_rights(r, document) == 0)
		keep(r, request_text(r->json, "session"), document);
}

void request_discard(struct request *r)
{
	struct session *session = session_find(&r->server->sessions,
					       request_text(r->json, "session"), clock_boot_ns());

	r->answer = session ? request_summary("the candidate is forgotten")
			    : request_summary("there was no candidate");
	session_clear(session);
}
