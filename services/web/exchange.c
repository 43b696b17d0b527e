// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/exchange.h"

#include <string.h>

#include "base/parse.h"
#include "proto/api_ipc.h"
#include "web/discovery.h"
#include "web/restconf_error.h"

json_t *exchange_op(const char *op)
{
	return json_pack("{s:s}", "op", op);
}

json_t *exchange_state(const char *target)
{
	return json_pack("{s:s,s:s}", "op", API_OP_STATE, "target", target);
}

void exchange_session(const struct exchange *x, json_t *ask)
{
	const char *session = x->request->header[HEADER_SESSION];

	if (session)
		json_object_set_new(ask, "session", json_string(session));
}

json_t *exchange_about(const struct exchange *x, const char *op, const char *target)
{
	const char *what =
		x->resource.store == DATASTORE_CANDIDATE ? API_WHAT_CANDIDATE : API_WHAT_RUNNING;
	json_t *ask = json_pack("{s:s,s:s,s:s}", "op", op, "what", what, "target", target);

	exchange_session(x, ask);
	return ask;
}

void exchange_target(const struct exchange *x, char buf[API_PATH_MAX])
{
	struct text text;

	/* It fits: it came as a path of at most that length. */
	text_init(&text, buf, API_PATH_MAX);
	api_path_format(&x->resource.path, &text);
}

void exchange_question(struct exchange *x, json_t *ask, exchange_take_fn *take)
{
	json_decref(x->ask);
	x->ask = ask;
	x->take = take;
	x->absent = NULL;
	if (x->credential)
		json_object_set(ask, "credential", x->credential);
	json_object_set_new(ask, "from", json_string(x->request->from));
}

static void finish(struct exchange *x)
{
	json_decref(x->ask);
	x->ask = NULL;
}

void exchange_refuse(struct exchange *x, const struct problem *problem)
{
	finish(x);
	problem_answer(problem, x->request, x->patch, &x->answer);
}

void exchange_text(struct exchange *x, const char *type, char *text)
{
	finish(x);
	answer_take(&x->answer, 200, type, text);
}

void exchange_json(struct exchange *x, unsigned int status, json_t *body)
{
	finish(x);
	answer_take(&x->answer, status, TYPE_YANG, body ? json_dumps(body, JSON_COMPACT) : NULL);
	json_decref(body);
}

const json_t *exchange_ask(const struct exchange *x)
{
	return x->ask;
}

static bool is_not_found(const json_t *error)
{
	const char *tag = json_string_value(json_object_get(error, "app-tag"));

	return tag && strcmp(tag, API_APP_NOT_FOUND) == 0;
}

/* A token that takes the place of the cookie's. */
static void renew(struct exchange *x, const json_t *reply)
{
	const char *token = json_string_value(json_object_get(reply, "renew"));

	if (token && x->kind == CREDENTIAL_COOKIE)
		discovery_cookie(token, x->answer.cookie, sizeof(x->answer.cookie));
}

void exchange_tell(struct exchange *x, json_t *reply)
{
	const json_t *error = json_object_get(reply, "error");
	json_t *asked = x->ask;

	x->ask = NULL;
	if (is_not_found(error) && x->absent)
		x->absent(x, reply);
	else if (!reply || error)
		problem_broker(error, x->request, x->patch, &x->answer);
	else
		x->take(x, reply);
	if (reply && !error)
		renew(x, reply);
	json_decref(asked);
}

void exchange_end(struct exchange *x)
{
	json_decref(x->ask);
	json_decref(x->credential);
	json_decref(x->document);
	json_decref(x->value);
	free(x->session);
	answer_clear(&x->answer);
	*x = (struct exchange){0};
}
