// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/restconf_error.h"

#include <string.h>

#include "web/restconf_patch.h"

#define RETRY_S 1 /* until a broker that is not there, or busy, may be asked again */

struct status {
	const char *tag;
	unsigned int status;
};

/* RFC 8040, section 7; where it gives a choice, what fits errors without an app-tag. */
static const struct status by_tag[] = {
	{"in-use", 409},
	{"invalid-value", 400},
	{"too-big", 413},
	{"missing-attribute", 400},
	{"bad-attribute", 400},
	{"unknown-attribute", 400},
	{"missing-element", 400},
	{"bad-element", 400},
	{"unknown-element", 400},
	{"unknown-namespace", 400},
	{"access-denied", 403},
	{"lock-denied", 409},
	{"resource-denied", 409},
	{"rollback-failed", 500},
	{"data-exists", 409},
	{"data-missing", 409},
	{"operation-not-supported", 501},
	{"operation-failed", 500},
	{"partial-operation", 500},
	{"malformed-message", 400},
};

/* Our own, which say more than the tag. */
static const struct status by_app_tag[] = {
	{"sign-in-required", 401}, {"locked-out", 429}, {"not-found", 404},
	{"precondition", 412},	   {"busy", 503},
};

static unsigned int find(const struct status *table, size_t n, const char *tag)
{
	for (size_t i = 0; tag && i < n; i++)
		if (strcmp(table[i].tag, tag) == 0)
			return table[i].status;
	return 0;
}

unsigned int problem_status(const char *tag, const char *app_tag)
{
	unsigned int status = find(by_app_tag, ARRAY_SIZE(by_app_tag), app_tag);

	if (!status)
		status = find(by_tag, ARRAY_SIZE(by_tag), tag);
	return status ? status : 500;
}

/* As much of the text as fits, whole characters of UTF-8 only: jansson takes nothing else. */
static void copy_cut(char *buf, size_t size, const char *text)
{
	size_t length = text ? strnlen(text, size) : 0;

	if (length == size)
		for (length--; length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80;)
			length--;
	memcpy(buf, text ? text : "", length);
	buf[length] = '\0';
}

#define COPY(field, text) copy_cut(field, sizeof(field), text)

struct problem *problem_say(struct problem *problem, const char *tag, const char *message,
			    const char *value, const char *allowed)
{
	*problem = (struct problem){.tag = tag};
	COPY(problem->message, message);
	COPY(problem->value, value);
	COPY(problem->allowed, allowed);
	return problem;
}

/* A text that is not UTF-8, as a client may have sent, is said to be that. */
static void set(json_t *object, const char *name, const char *text)
{
	json_t *value = NULL;

	if (!text || !text[0])
		return;
	value = json_string(text);
	json_object_set_new(object, name, value ? value : json_string("(not UTF-8)"));
}

/* Of what the broker judges, of what HTTP and RESTCONF say, or of what lies between (RFC
 * 8040, 7.1). */
static const char *error_type(const struct problem *problem, unsigned int status)
{
	if (status == 503)
		return "transport";
	return problem->application ? "application" : "protocol";
}

static json_t *errors_of(const struct problem *problem, unsigned int status)
{
	json_t *error = json_object(), *info = json_object();

	set(error, "error-type", error_type(problem, status));
	set(error, "error-tag", problem->tag);
	set(error, "error-app-tag", problem->app_tag);
	set(error, "error-path", problem->path);
	set(error, "error-message", problem->message);
	set(info, "value", problem->value);
	set(info, "allowed", problem->allowed);
	if (json_object_size(info) > 0)
		json_object_set(error, "error-info", info);
	json_decref(info);
	return json_pack("{s:[o]}", "error", error);
}

static char *body_text(const struct problem *problem, const json_t *patch, unsigned int status)
{
	json_t *errors = errors_of(problem, status), *body;
	char *text;

	body = patch ? patch_status(patch, problem->edit, errors)
		     : json_pack("{s:o}", "ietf-restconf:errors", errors);
	text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	json_decref(body);
	return text;
}

void problem_answer(const struct problem *problem, const struct request *request,
		    const json_t *patch, struct answer *answer)
{
	unsigned int status = problem->status;

	if (!status)
		status = problem_status(problem->tag, problem->app_tag);
	answer_clear(answer);
	answer_take(answer, status, TYPE_YANG, body_text(problem, patch, status));
	answer->retry_s = problem->retry_s;
	/* The page asks for name and password itself; a browser must not. */
	answer->challenge = status == 401 && !request->local && !request->header[HEADER_TRIREME];
}

void problem_broker(const json_t *error, const struct request *request, const json_t *patch,
		    struct answer *answer)
{
	struct problem problem = {.tag = "operation-failed", .app_tag = "busy"};
	const char *tag = json_string_value(json_object_get(error, "tag"));
	json_int_t retry = json_integer_value(json_object_get(error, "retry-after"));
	json_int_t edit = json_integer_value(json_object_get(error, "edit"));

	if (!error) {
		COPY(problem.message, "the service that answers (trireme-api) cannot be reached");
	} else {
		problem.application = true;
		problem.tag = tag ? tag : "operation-failed";
		problem.app_tag = json_string_value(json_object_get(error, "app-tag"));
		COPY(problem.message, json_string_value(json_object_get(error, "message")));
		COPY(problem.path, json_string_value(json_object_get(error, "path")));
		COPY(problem.value, json_string_value(json_object_get(error, "value")));
		COPY(problem.allowed, json_string_value(json_object_get(error, "allowed")));
	}
	if (edit > 0 && edit <= INT32_MAX)
		problem.edit = (unsigned int)edit;
	if (retry > 0 && retry <= 86400)
		problem.retry_s = (unsigned int)retry;
	else if (problem_status(problem.tag, problem.app_tag) == 503)
		problem.retry_s = RETRY_S;
	problem_answer(&problem, request, patch, answer);
}
