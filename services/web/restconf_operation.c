// SPDX-License-Identifier: GPL-2.0-or-later
/* POST of an operation (RFC 8040, section 4.4.2). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/api_ipc.h"
#include "web/discovery.h"
#include "web/exchange.h"
#include "web/restconf_error.h"

#define SIGN_IN "sign-in"
#define SIGN_OUT "sign-out"

static const struct api_step *operation_of(const struct exchange *x)
{
	return &x->resource.path.steps[0];
}

static bool is(const struct exchange *x, const char *name)
{
	return strcmp(operation_of(x)->name, name) == 0;
}

/*
 * The page's token goes into a cookie that no script can read, and nowhere else; a program gets it
 * to send it by itself.
 */
static void hide_token(struct exchange *x, json_t *output)
{
	const char *token = json_string_value(json_object_get(output, "token"));

	if (!x->request->header[HEADER_TRIREME] || x->request->local || !token)
		return;
	discovery_cookie(token, x->answer.cookie, sizeof(x->answer.cookie));
	json_object_del(output, "token");
}

static void take_output(struct exchange *x, json_t *reply)
{
	json_t *output = json_object_get(reply, "output");
	char member[160];

	if (is(x, SIGN_IN))
		hide_token(x, output);
	if (is(x, SIGN_OUT) && x->kind == CREDENTIAL_COOKIE)
		discovery_cookie("", x->answer.cookie, sizeof(x->answer.cookie));
	if (json_object_size(output) == 0) {
		x->answer.status = 204;
		return;
	}
	snprintf(member, sizeof(member), "%s:output", operation_of(x)->module);
	exchange_json(x, 200, json_pack("{s:O}", member, output));
}

static int refuse_input(struct problem *problem, const char *message, const char *value)
{
	problem_say(problem, "malformed-message", message, value,
		    "no body, or a JSON object with the one member MODULE:input");
	return -EINVAL;
}

/* The object "MODULE:input"; without a body it is empty. */
static int read_input(const struct exchange *x, json_t **ret_input, struct problem *problem)
{
	const struct request *request = x->request;
	json_t *body, *input;
	json_error_t error;
	char member[160];

	if (!request->size) {
		*ret_input = json_object();
		return 0;
	}
	if (!header_is_type(request->header[HEADER_CONTENT_TYPE], TYPE_YANG)) {
		problem_say(problem, "invalid-value", "the body cannot have this media type",
			    request->header[HEADER_CONTENT_TYPE], TYPE_YANG);
		problem->status = 415;
		return -EINVAL;
	}
	body = json_loadb(request->body, request->size, JSON_REJECT_DUPLICATES, &error);
	if (!body)
		return refuse_input(problem, error.text, "");
	snprintf(member, sizeof(member), "%s:input", operation_of(x)->module);
	input = json_object_size(body) == 1 ? json_object_get(body, member) : NULL;
	*ret_input = json_is_object(input) ? json_incref(input) : NULL;
	json_decref(body);
	return *ret_input ? 0 : refuse_input(problem, "the body is not the input", member);
}

void restconf_operation(struct exchange *x)
{
	const struct api_step *step = operation_of(x);
	struct problem problem;
	json_t *input, *ask;

	if (x->resource.path.n_steps != 1 || step->n_keys ||
	    !model_has_operation(x->site->model, step->module, step->name)) {
		problem_say(&problem, "invalid-value", "there is no such operation", step->name,
			    "one of those that /restconf/operations has");
		problem.app_tag = API_APP_NOT_FOUND;
		exchange_refuse(x, &problem);
		return;
	}
	if (read_input(x, &input, &problem) < 0) {
		exchange_refuse(x, &problem);
		return;
	}
	/* Whoever signs in is not yet who the cookie says. */
	if (is(x, SIGN_IN)) {
		json_decref(x->credential);
		x->credential = NULL;
	}
	ask = exchange_op(API_OP_RPC);
	json_object_set_new(ask, "name", json_string(step->name));
	json_object_set_new(ask, "input", input);
	exchange_session(x, ask);
	exchange_question(x, ask, take_output);
}
