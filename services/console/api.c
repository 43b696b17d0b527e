// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/api.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "console/path.h"

#define TYPE_DATA "application/yang-data+json"
#define TYPE_PATCH "application/yang-patch+json"
#define DATASTORE "ietf-restconf:data"
#define ERRORS "ietf-restconf:errors"

#define WAIT_READ_MS 15000
/* A commit waits for the members, at most API_IPC_ANSWER_MS (proto/api_ipc.h). */
#define WAIT_CHANGE_MS 65000

static const char *const stores[] = {
	[API_RUNNING] = "/restconf/ds/ietf-datastores:running",
	[API_CANDIDATE] = "/restconf/ds/ietf-datastores:candidate",
	[API_STATE] = "/restconf/data/trireme-api:state",
};

const char *json_text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

bool json_flag_of(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

long long json_number_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? strtoll(json_string_value(value), NULL, 10)
				     : json_integer_value(value);
}

static int begin(struct api_request *request, const char *method, const char *base,
		 const char *path, int wait_ms)
{
	struct text target;

	*request = (struct api_request){.method = method, .wait_ms = wait_ms};
	target = TEXT_ON(request->target);
	text_add(&target, "%s%s", base, path);
	return text_result(&target);
}

static int set_body(struct api_request *request, const char *type, json_t *body)
{
	request->type = type;
	request->body = body;
	return body ? 0 : -ENOMEM;
}

int api_get(struct api_request *request, enum api_store store, const char *path)
{
	return begin(request, "GET", stores[store], path, WAIT_READ_MS);
}

int api_rpc(struct api_request *request, const char *name, json_t *input)
{
	int r = begin(request, "POST", "/restconf/operations/trireme-api:", name, WAIT_CHANGE_MS);
	json_t *body = json_pack("{s:o}", "trireme-api:input", input);

	if (r == 0)
		return set_body(request, TYPE_DATA, body);
	json_decref(body);
	return r;
}

int api_replace(struct api_request *request, json_t *document)
{
	int r = begin(request, "PUT", stores[API_CANDIDATE], "", WAIT_CHANGE_MS);

	return r < 0 ? r : set_body(request, TYPE_DATA, json_pack("{s:O}", DATASTORE, document));
}

/* The value of an edit has one member: what the target names, an entry of a list in an array. */
static json_t *wrap_value(const char *path, json_t *value)
{
	char member[PATH_TEXT_MAX];
	struct text text = TEXT_ON(member);
	size_t size;
	const char *name = path_name(path, &size);

	text_add(&text, "trireme:%.*s", (int)size, name);
	if (json_is_object(value) && name[size] == '=')
		value = json_pack("[o]", value);
	return json_pack("{s:o}", member, value);
}

int api_edit(struct api_request *request, enum api_store store, const char *operation,
	     const char *path, json_t *value)
{
	int r = begin(request, "PATCH", stores[store], "", WAIT_CHANGE_MS);
	json_t *edit = json_pack("{s:s, s:s, s:s}", "edit-id", "1", "operation", operation,
				 "target", path);

	if (value && json_object_set_new(edit, "value", wrap_value(path, value)) < 0)
		r = -ENOMEM;
	if (r == 0)
		return set_body(request, TYPE_PATCH,
				json_pack("{s:{s:s, s:[o]}}", "ietf-yang-patch:yang-patch",
					  "patch-id", "trireme", "edit", edit));
	json_decref(edit);
	return r;
}

void api_request_clear(struct api_request *request)
{
	json_decref(request->body);
	request->body = NULL;
}

void api_answer_clear(struct api_answer *answer)
{
	json_decref(answer->body);
	answer->body = NULL;
}

const json_t *api_content(const struct api_answer *answer)
{
	static const char *const around[] = {DATASTORE, "trireme-api:state", "trireme-api:output"};

	for (size_t i = 0; i < ARRAY_SIZE(around); i++) {
		const json_t *content = json_object_get(answer->body, around[i]);

		if (content)
			return content;
	}
	return answer->body;
}

/* Which error-tags (RFC 8040, 7) mean that somebody else was there before. */
static bool is_conflict(const json_t *error)
{
	static const char *const tags[] = {"in-use", "lock-denied"};
	const char *tag = json_text_of(error, "error-tag");

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		if (strcmp(tag, tags[i]) == 0)
			return true;
	}
	return strcmp(json_text_of(error, "error-app-tag"), "precondition") == 0;
}

static enum exit_code code_of(const struct api_answer *answer, const json_t *error)
{
	switch (answer->status) {
	case 401:
	case 403:
	case 429:
		return EXIT_FORBIDDEN;
	case 412:
		return EXIT_CONFLICT;
	case 502:
	case 503:
	case 504:
		return EXIT_UNREACHABLE;
	default:
		return is_conflict(error) ? EXIT_CONFLICT : EXIT_REFUSED;
	}
}

static void add_error(const json_t *error, struct text *words)
{
	const json_t *info = json_object_get(error, "error-info");
	const struct {
		const json_t *object;
		const char *key, *label;
	} parts[] = {{error, "error-path", "path"},
		     {info, "value", "value"},
		     {info, "allowed", "allowed"}};

	text_add(words, "%s\n", json_text_of(error, "error-message"));
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *text = json_text_of(parts[i].object, parts[i].key);

		if (text[0])
			text_add(words, "  %-8s %s\n", parts[i].label, text);
	}
}

/* A YANG Patch says its errors in a status of its own (RFC 8072, 2.3). */
static const json_t *errors_of(const json_t *body)
{
	const json_t *status = json_object_get(body, "ietf-yang-patch:yang-patch-status");
	const json_t *edits = json_object_get(json_object_get(status, "edit-status"), "edit");
	const json_t *errors = json_object_get(body, ERRORS);

	if (!errors)
		errors = json_object_get(status, "errors");
	if (!errors)
		errors = json_object_get(json_array_get(edits, 0), "errors");
	return json_object_get(errors, "error");
}

enum exit_code api_outcome(const struct api_answer *answer, struct text *words)
{
	const json_t *errors = errors_of(answer->body), *error;
	size_t i;

	if (answer->status < 300 && !errors)
		return EXIT_OK;
	json_array_foreach(errors, i, error)
	{
		add_error(error, words);
	}
	if (json_array_size(errors) == 0)
		text_add(words, "the API answers with status %u of HTTP and says nothing more\n",
			 answer->status);
	return code_of(answer, json_array_get(errors, 0));
}
