// SPDX-License-Identifier: GPL-2.0-or-later
/* RPCs about the configuration: most are the config service's, in other words. */
#include <stdio.h>
#include <string.h>

#include "api/operation_io.h"
#include "api/rpc_input.h"
#include "base/text.h"
#include "proto/api_ipc.h"
#include "proto/daemon_client_io.h"
#include "proto/state_words.h"

#define TARGET_MAX 128
#define FORCE_WORD "others-are-off"

/* {"op": op} and those members of the input that are given. */
static json_t *with_input(const struct exchange *x, const char *op)
{
	json_t *request = json_pack("{s:s}", "op", op);

	if (x->request.input && json_object_update(request, (json_t *)x->request.input) < 0) {
		json_decref(request);
		return NULL;
	}
	return request;
}

void rpc_commit(struct exchange *x)
{
	operation_commit(x, with_input(x, "commit"));
}

void rpc_confirm(struct exchange *x)
{
	operation_commit(x, with_input(x, "confirm"));
}

void rpc_discard(struct exchange *x)
{
	operation_commit(x, with_input(x, "discard"));
}

void rpc_rollback(struct exchange *x)
{
	operation_commit(x, with_input(x, "rollback"));
}

void rpc_override(struct exchange *x)
{
	operation_commit(x, with_input(x, "override"));
}

/* A request that looks: its answer is the output. */
static void look(struct exchange *x, const char *op)
{
	json_t *answer;

	if (operation_config(x, with_input(x, op), OPERATION_LOOK_MS, &answer) == 0)
		answer_output(&x->answer, answer);
}

void rpc_diff(struct exchange *x)
{
	look(x, "diff");
}

void rpc_describe(struct exchange *x)
{
	look(x, "describe");
}

/* As the state has them: the number is the key. */
static json_t *revisions(const json_t *answer, const char *key)
{
	json_t *list = json_object_get(answer, key), *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		json_object_set(entry, "number", json_object_get(entry, "revision"));
		json_object_del(entry, "revision");
	}
	return list;
}

void rpc_history(struct exchange *x)
{
	json_t *answer;

	if (operation_config(x, with_input(x, "history"), OPERATION_LOOK_MS, &answer) < 0)
		return;
	answer_output(&x->answer,
		      json_pack("{s:O, s:O}", "revision", revisions(answer, "revisions"),
				"replaced", revisions(answer, "superseded")));
	json_decref(answer);
}

/* The rights are the config service's matter, as of every look at a whole document. */
void rpc_get_revision(struct exchange *x)
{
	const json_t *input = x->request.input;
	json_t *answer;

	if (operation_config(x,
			     json_pack("{s:s, s:O, s:s}", "op", "get", "what",
				       json_object_get(input, "revision"), "target",
				       rpc_input_text(input, "target")),
			     OPERATION_LOOK_MS, &answer) < 0)
		return;
	answer_output(&x->answer,
		      json_pack("{s:O}", "document", json_object_get(answer, "document")));
	json_decref(answer);
}

/* r: of asking the agent at all. */
static void agent_output(struct exchange *x, int r, const struct agent_result *result)
{
	char words[128];
	struct text text = TEXT_ON(words);

	state_forget(&x->broker->state);
	if (r < 0) {
		word_no_answer("agent", r, &text);
		answer_error(&x->answer, API_TAG_FAILED, API_APP_BUSY, "%s", words);
	} else if (result->header.error < 0) {
		answer_error(&x->answer, API_TAG_FAILED, NULL, "%s", result->message);
	} else {
		answer_output(&x->answer, json_pack("{s:s}", "summary", result->message));
	}
}

void rpc_switch_over(struct exchange *x)
{
	struct agent_result result;

	agent_output(x, daemon_switchover(rpc_input_text(x->request.input, "group"), &result),
		     &result);
}

void rpc_force_quorum(struct exchange *x)
{
	struct agent_result result;

	if (x->request.credential != REQUEST_PEER)
		answer_error(&x->answer, API_TAG_ACCESS_DENIED, NULL,
			     "this is done at the machine itself, by trireme cluster force-quorum");
	else if (strcmp(rpc_input_text(x->request.input, "word"), FORCE_WORD) != 0)
		answer_error(&x->answer, API_TAG_INVALID_VALUE, NULL,
			     "word: allowed is '%s'; it is your word that every other node is "
			     "off: if one of them serves, both have the addresses",
			     FORCE_WORD);
	else
		agent_output(x, daemon_force_quorum(&result), &result);
}

/*
 * One leaf of what is there, committed at once; what it is goes into the history if no comment is
 * given. Names are RPC_NAME: they stand as they are.
 */
static void set_leaf(struct exchange *x, const char *target, const char *list, const char *name,
		     const char *leaf, json_t *value, json_t *what)
{
	json_t *given = json_object_get(x->request.input, "comment");
	json_t *entry = json_pack("{s:s, s:o}", "name", name, leaf, value);

	operation_commit(x, json_pack("{s:s, s:s, s:s, s:{s:[o]}, s:O*}", "op", "commit", "method",
				      API_METHOD_PATCH, "target", target, "value", list, entry,
				      "comment", given ? given : what));
	json_decref(what);
}

static void set_standby(struct exchange *x, bool standby)
{
	const char *node = rpc_input_text(x->request.input, "node");
	char target[TARGET_MAX];

	snprintf(target, sizeof(target), "/trireme:cluster/node=%s", node);
	set_leaf(x, target, "trireme:node", node, "standby", json_boolean(standby),
		 json_sprintf("%s %s", standby ? "standby" : "online", node));
}

void rpc_standby(struct exchange *x)
{
	set_standby(x, true);
}

void rpc_online(struct exchange *x)
{
	set_standby(x, false);
}

void rpc_set_admin_state(struct exchange *x)
{
	const json_t *input = x->request.input;
	const char *real = rpc_input_text(input, "real-server");
	const char *pool = rpc_input_text(input, "pool");
	const char *state = rpc_input_text(input, "admin-state");
	char target[TARGET_MAX];

	snprintf(target, sizeof(target), "/trireme:pool=%s/real-server=%s", pool, real);
	set_leaf(x, target, "trireme:real-server", real, "admin-state", json_string(state),
		 json_sprintf("%s %s %s", state, pool, real));
}
