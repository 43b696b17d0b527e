// SPDX-License-Identifier: GPL-2.0-or-later
/* POST, PUT, PATCH and DELETE of configuration (RFC 8040, sections 4.4 to 4.8; RFC 8072). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "proto/api_ipc.h"
#include "web/exchange.h"
#include "web/restconf_error.h"
#include "web/restconf_patch.h"

#define DATASTORE "ietf-restconf:data"
#define CONFIRM_MAX_S 86400
#define COMMENT_MAX 256

static bool is_patch(const struct request *request)
{
	return request->method == METHOD_PATCH &&
	       header_is_type(request->header[HEADER_CONTENT_TYPE], TYPE_PATCH);
}

/* The broker's name of what is done; NULL: the media type of the body is not one for it. */
static const char *write_method(const struct request *request)
{
	const char *type = request->header[HEADER_CONTENT_TYPE];

	if (request->method == METHOD_DELETE)
		return API_METHOD_DELETE;
	if (is_patch(request))
		return API_METHOD_YANG_PATCH;
	return header_is_type(type, TYPE_YANG) ? method_name(request->method) : NULL;
}

static int refuse_type(const struct request *request, struct problem *problem)
{
	problem_say(problem, "invalid-value", "the body cannot have this media type",
		    request->header[HEADER_CONTENT_TYPE],
		    request->method == METHOD_PATCH ? TYPE_YANG ", " TYPE_PATCH : TYPE_YANG);
	problem->status = 415;
	return -EINVAL;
}

static int refuse_body(struct problem *problem, const char *message, const char *where)
{
	problem_say(problem, "malformed-message", message, where,
		    "one JSON object, without a name twice (RFC 7951)");
	return -EINVAL;
}

static int refuse_json(struct problem *problem, const json_error_t *error)
{
	char where[64];

	snprintf(where, sizeof(where), "line %d, column %d", error->line, error->column);
	return refuse_body(problem, error->text, where);
}

static int read_patch(struct exchange *x, struct problem *problem)
{
	x->patch = patch_has_id(x->value) ? x->value : NULL;
	return patch_check(x->value, problem);
}

/* The body's value; a datastore is written without the member around it. */
static int read_body(struct exchange *x, struct problem *problem)
{
	const struct request *request = x->request;
	json_error_t error;
	json_t *inner;

	if (request->method == METHOD_DELETE)
		return 0;
	if (!request->body || !request->size)
		return refuse_body(problem, "the request has no body", NULL);
	x->value = json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, &error);
	if (!x->value)
		return refuse_json(problem, &error);
	if (!json_is_object(x->value))
		return refuse_body(problem, "the body is no object", NULL);
	if (is_patch(request))
		return read_patch(x, problem);
	inner = json_object_get(x->value, DATASTORE);
	if (inner && json_object_size(x->value) == 1 && x->resource.path.n_steps == 0) {
		json_incref(inner);
		json_decref(x->value);
		x->value = inner;
	}
	return 0;
}

static int set_confirm(json_t *ask, const char *value, struct problem *problem)
{
	uint32_t seconds;

	if (!value)
		return 0;
	if (parse_u32(value, 1, CONFIRM_MAX_S, &seconds) < 0) {
		problem_say(problem, "invalid-value", "X-Trireme-Confirm has a wrong value", value,
			    "1 to 86400 seconds");
		return -EINVAL;
	}
	json_object_set_new(ask, "confirm", json_integer(seconds));
	return 0;
}

static int set_comment(json_t *ask, const char *value, struct problem *problem)
{
	json_t *text;

	if (!value)
		return 0;
	text = strnlen(value, COMMENT_MAX + 1) <= COMMENT_MAX ? json_string(value) : NULL;
	if (!text) {
		problem_say(problem, "invalid-value", "the comment of a change has a wrong value",
			    NULL,
			    "X-Trireme-Comment, or comment of a YANG Patch, of at most 256 bytes "
			    "of UTF-8");
		return -EINVAL;
	}
	json_object_set_new(ask, "comment", text);
	return 0;
}

static int set_options(const struct exchange *x, json_t *ask, struct problem *problem)
{
	const char *const *header = x->request->header;
	int r = set_confirm(ask, header[HEADER_CONFIRM], problem);

	if (r == 0)
		r = set_comment(ask,
				header[HEADER_COMMENT] ? header[HEADER_COMMENT]
						       : patch_comment(x->patch),
				problem);
	if (x->query.insert)
		json_object_set_new(ask, "insert", json_string(x->query.insert));
	if (x->query.point[0])
		json_object_set_new(ask, "point", json_string(x->query.point));
	if (x->etag[0])
		json_object_set_new(ask, "if-match", json_string(x->etag));
	return r;
}

/* Where what was made is: of POST the broker says it, of PUT the request. */
static void set_location(struct exchange *x, const char *made)
{
	static const char *const stores[] = {
		[DATASTORE_ALL] = "/restconf/data",
		[DATASTORE_RUNNING] = "/restconf/ds/ietf-datastores:running",
		[DATASTORE_CANDIDATE] = "/restconf/ds/ietf-datastores:candidate",
		[DATASTORE_OPERATIONAL] = "/restconf/data",
	};
	struct text text = TEXT_ON(x->answer.location);
	char target[API_PATH_MAX];

	exchange_target(x, target);
	text_add(&text, "%s%s", stores[x->resource.store], made ? made : target);
}

static void take_written(struct exchange *x, json_t *reply)
{
	const char *etag = json_string_value(json_object_get(reply, "etag"));

	if (x->patch) {
		exchange_json(x, 200, patch_status(x->patch, 0, NULL));
	} else if (json_is_true(json_object_get(reply, "created"))) {
		x->answer.status = 201;
		set_location(x, json_string_value(json_object_get(reply, "location")));
	} else {
		x->answer.status = 204;
	}
	if (etag)
		snprintf(x->answer.etag, sizeof(x->answer.etag), "\"%.90s\"", etag);
}

static void ask_write(struct exchange *x)
{
	json_t *ask;
	char target[API_PATH_MAX];
	struct problem problem;

	exchange_target(x, target);
	ask = exchange_about(x, API_OP_WRITE, target);
	json_object_set_new(ask, "method", json_string(write_method(x->request)));
	if (x->value)
		json_object_set(ask, "value", x->value);
	if (set_options(x, ask, &problem) == 0) {
		exchange_question(x, ask, take_written);
		return;
	}
	json_decref(ask);
	exchange_refuse(x, &problem);
}

static void refuse_precondition(struct exchange *x, const char *message)
{
	struct problem problem;

	problem_say(&problem, "operation-failed", message, NULL, NULL);
	problem.app_tag = API_APP_PRECONDITION;
	exchange_refuse(x, &problem);
}

/*
 * What If-Match and If-None-Match ask (RFC 9110, 13.1.1 and 13.1.2) of the datastore's etag, and
 * with "*" of the target. First comes the etag, then the look at the target; the write is bound to
 * that etag, so that nothing comes between.
 */
static void take_present(struct exchange *x, json_t *reply)
{
	(void)reply;
	if (header_is_any(x->request->header[HEADER_IF_NONE_MATCH]))
		refuse_precondition(x, "If-None-Match: *, but the target is there");
	else
		ask_write(x);
}

static void take_absent(struct exchange *x, json_t *reply)
{
	(void)reply;
	if (header_is_any(x->request->header[HEADER_IF_MATCH]))
		refuse_precondition(x, "If-Match: *, but the target is not there");
	else
		ask_write(x);
}

static void take_etag(struct exchange *x, json_t *reply)
{
	const char *etag = json_string_value(json_object_get(reply, "etag"));
	const char *match = x->request->header[HEADER_IF_MATCH];
	const char *none = x->request->header[HEADER_IF_NONE_MATCH];
	char target[API_PATH_MAX], quoted[sizeof(x->etag) + 2];

	if (etag && copy_text(x->etag, sizeof(x->etag), etag) < 0)
		x->etag[0] = '\0';
	snprintf(quoted, sizeof(quoted), "\"%s\"", x->etag);
	if (match && !header_has_etag(match, quoted, false)) {
		refuse_precondition(x, "If-Match has not the entity-tag of what is there");
	} else if (none && !header_is_any(none) && header_has_etag(none, quoted, true)) {
		refuse_precondition(x, "If-None-Match has the entity-tag of what is there");
	} else if (header_is_any(match) || header_is_any(none)) {
		exchange_target(x, target);
		exchange_question(x, exchange_about(x, API_OP_GET, target), take_present);
		x->absent = take_absent;
	} else {
		ask_write(x);
	}
}

static bool is_precondition(const char *value)
{
	return !value || header_is_any(value) || header_is_etags(value);
}

/* 0: no look is needed, since the broker compares one entity-tag; 1: one is; -EINVAL. */
static int read_preconditions(struct exchange *x, struct problem *problem)
{
	const char *match = x->request->header[HEADER_IF_MATCH];
	const char *none = x->request->header[HEADER_IF_NONE_MATCH];

	if (!is_precondition(match) || !is_precondition(none)) {
		problem_say(problem, "invalid-value", "a precondition that cannot be read",
			    is_precondition(match) ? none : match,
			    "If-Match and If-None-Match with entity-tags in quotes, or *");
		return -EINVAL;
	}
	if (none)
		return 1;
	return match && header_etag(match, x->etag, sizeof(x->etag)) < 0;
}

void restconf_write(struct exchange *x)
{
	struct problem problem;
	int r;

	if (!write_method(x->request))
		r = refuse_type(x->request, &problem);
	else
		r = read_body(x, &problem);
	if (r == 0)
		r = read_preconditions(x, &problem);
	if (r < 0) {
		exchange_refuse(x, &problem);
		x->answer.patchable = problem.status == 415 && x->request->method == METHOD_PATCH;
	} else if (r > 0) {
		exchange_question(x, exchange_about(x, API_OP_GET, ""), take_etag);
	} else {
		ask_write(x);
	}
}
