// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/operation_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/state.h"
#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/text.h"
#include "proto/api_ipc.h"
#include "proto/config_client_io.h"
#include "proto/state_words.h"

#define LINE_MAX_BYTES 4096 /* of a file whose first line is shown */
#define SESSION_TEXT_MAX (BROKER_NAME_MAX + REQUEST_SESSION_MAX)

/* The file's first line, as much as fits; "" when there is none. */
static void read_line(const char *path, char *buf, size_t size)
{
	_cleanup_free_ char *data = NULL;

	buf[0] = '\0';
	if (file_read(path, LINE_MAX_BYTES, &data, NULL) < 0)
		return;
	snprintf(buf, size, "%.*s", (int)strcspn(data, "\n"), data);
	for (char *c = buf; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
}

void operation_hello(struct exchange *x)
{
	struct broker *b = x->broker;
	char version[64], fingerprint[128], node[CONFIG_NAME_MAX];
	bool users;

	read_line(b->release_path, version, sizeof(version));
	read_line(b->fingerprint_path, fingerprint, sizeof(fingerprint));
	pthread_rwlock_rdlock(&b->directory_lock);
	memcpy(node, b->directory.node, sizeof(node));
	users = b->directory.n_users > 0;
	pthread_rwlock_unlock(&b->directory_lock);
	answer_json(&x->answer,
		    json_pack("{s:s, s:s, s:b, s:s*}", "node", node, "version", version, "users",
			      users, "fingerprint", fingerprint[0] ? fingerprint : NULL));
}

/* Each user has candidates of his own: nobody sees or changes another's. */
static void session_name(const struct exchange *x, char name[SESSION_TEXT_MAX])
{
	snprintf(name, SESSION_TEXT_MAX, "%s%s%s", x->principal.name,
		 x->request.session[0] ? "#" : "", x->request.session);
}

/* A commit of what the request itself says has nothing to do with a candidate, which stays. */
static bool has_session(const json_t *request)
{
	const char *op = json_string_value(json_object_get(request, "op"));

	return !json_object_get(request, "method") || !op || strcmp(op, "commit") != 0;
}

/* What the config service is to know of who asks. */
static int add_principal(const struct exchange *x, json_t *request)
{
	char session[SESSION_TEXT_MAX];
	int r = 0;

	session_name(x, session);
	r |= json_object_set_new(request, "author", json_string(x->principal.name));
	if (has_session(request))
		r |= json_object_set_new(request, "session", json_string(session));
	if (x->principal.role < ACCESS_ADMINISTRATOR)
		r |= json_object_set_new(request, "restricted", json_true());
	return r ? -ENOMEM : 0;
}

static void no_answer(struct exchange *x, int error)
{
	char words[128];
	struct text text = TEXT_ON(words);

	if (error == -EFBIG) {
		answer_error(&x->answer, API_TAG_TOO_BIG, NULL,
			     "the request is larger than any document");
		return;
	}
	word_no_answer("config service", error, &text);
	answer_error(&x->answer, API_TAG_FAILED, API_APP_BUSY, "%s%s", words,
		     error == -ETIMEDOUT
			     ? "; whether a change has been made is not known: see the history"
			     : "");
}

static void too_busy(struct exchange *x)
{
	answer_error(&x->answer, API_TAG_FAILED, API_APP_BUSY,
		     "the config service is busy with others' requests, for longer than a second: "
		     "try again");
	answer_error_add(&x->answer, "retry-after", json_integer(1));
}

int operation_config(struct exchange *x, json_t *request, int wait_ms, json_t **ret_answer)
{
	struct gate *gate = wait_ms > OPERATION_LOOK_MS ? &x->broker->commits : &x->broker->looks;
	json_t *answer = NULL;
	size_t place;
	int r = request ? add_principal(x, request) : -ENOMEM;

	if (r == 0 && gate_enter(gate, &place) < 0) {
		json_decref(request);
		too_busy(x);
		return -EBUSY;
	}
	if (r == 0) {
		r = config_ask(request, wait_ms, &answer);
		gate_leave(gate, place);
	}
	json_decref(request);
	if (r < 0) {
		no_answer(x, r);
		return r;
	}
	if (json_object_get(answer, "error")) {
		answer_json(&x->answer, answer);
		return -EBADMSG;
	}
	*ret_answer = answer;
	return 0;
}

/* The answer is a document: it is passed on as it is. */
static void pass_on(struct exchange *x, json_t *request)
{
	struct gate *gate = &x->broker->looks;
	_cleanup_free_ char *text = NULL;
	size_t place;
	int r = request ? add_principal(x, request) : -ENOMEM;

	if (r == 0)
		text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (text && gate_enter(gate, &place) < 0) {
		too_busy(x);
		return;
	}
	r = text ? config_ask_text(text, strlen(text), OPERATION_LOOK_MS, &x->answer.text,
				   &x->answer.size)
		 : -ENOMEM;
	if (text)
		gate_leave(gate, place);
	if (r < 0)
		no_answer(x, r);
}

/* Without what, it is about the running configuration. */
static json_t *what_of(const struct exchange *x)
{
	return x->request.what ? json_incref((json_t *)x->request.what)
			       : json_string(API_WHAT_RUNNING);
}

void operation_get(struct exchange *x)
{
	pass_on(x, json_pack("{s:s, s:o, s:s}", "op", "get", "what", what_of(x), "target",
			     x->request.target));
}

void operation_changed(struct exchange *x, const json_t *answer)
{
	const json_t *revision = json_object_get(answer, "revision");

	state_forget(&x->broker->state);
	if (revision)
		broker_wait_revision(x->broker, (uint64_t)json_integer_value(revision));
}

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text[0])
		(void)json_object_set_new(object, key, json_string(text));
}

/* The request of the front as one of the config service. */
static json_t *write_request(const struct exchange *x, bool is_running)
{
	const struct request *q = &x->request;
	json_t *request = json_pack("{s:s, s:s, s:s}", "op", is_running ? "commit" : "edit",
				    "method", q->method, "target", q->target);

	set_text(request, "insert", q->insert);
	set_text(request, "point", q->point);
	set_text(request, "if-match", q->if_match);
	set_text(request, "comment", q->comment);
	if (q->value)
		(void)json_object_set(request, "value", (json_t *)q->value);
	if (q->confirm)
		(void)json_object_set(request, "confirm", (json_t *)q->confirm);
	return request;
}

void operation_write(struct exchange *x)
{
	const char *what = json_string_value(x->request.what);
	bool is_running = !x->request.what || (what && strcmp(what, API_WHAT_RUNNING) == 0);
	json_t *answer;

	if (!is_running && !(what && strcmp(what, API_WHAT_CANDIDATE) == 0)) {
		answer_error(&x->answer, API_TAG_NOT_SUPPORTED, NULL,
			     "what: only the running configuration and the candidate can be "
			     "written");
		return;
	}
	if (operation_config(x, write_request(x, is_running), OPERATION_COMMIT_MS, &answer) < 0)
		return;
	operation_changed(x, answer);
	answer_json(&x->answer, answer);
}

void operation_commit(struct exchange *x, json_t *request)
{
	json_t *answer;

	if (operation_config(x, request, OPERATION_COMMIT_MS, &answer) < 0)
		return;
	operation_changed(x, answer);
	answer_output(&x->answer,
		      json_pack("{s:O*, s:O*}", "revision", json_object_get(answer, "revision"),
				"summary", json_object_get(answer, "summary")));
	json_decref(answer);
}

void operation_state(struct exchange *x)
{
	_cleanup_free_ struct config_group *groups = calloc(CONFIG_GROUPS_MAX, sizeof(*groups));
	_cleanup_free_ char *members = NULL;
	struct broker *b = x->broker;
	char version[64], node[CONFIG_NAME_MAX];
	struct state_source source = {.node = node, .version = version, .groups = groups};
	int r = groups ? 0 : -ENOMEM;

	read_line(b->release_path, version, sizeof(version));
	if (r == 0) {
		pthread_rwlock_rdlock(&b->directory_lock);
		memcpy(node, b->directory.node, sizeof(node));
		memcpy(groups, b->directory.groups, sizeof(b->directory.groups));
		source.n_groups = b->directory.n_groups;
		source.has_resources = b->directory.has_resources;
		pthread_rwlock_unlock(&b->directory_lock);
		r = state_get(&b->state, &source, &members);
	}
	if (r == 0)
		r = state_answer(members, x->principal.name, x->principal.role, &x->answer.text,
				 &x->answer.size);
	if (r < 0)
		answer_error(&x->answer, API_TAG_FAILED, API_APP_BUSY, "the state: %s",
			     strerror(-r));
}

void operation_rpc(struct exchange *x)
{
	static void (*const handlers[ACCESS_RPCS])(struct exchange *) = {
		[ACCESS_SIGN_IN] = rpc_sign_in,
		[ACCESS_SIGN_OUT] = rpc_sign_out,
		[ACCESS_COMMIT] = rpc_commit,
		[ACCESS_CONFIRM] = rpc_confirm,
		[ACCESS_DISCARD] = rpc_discard,
		[ACCESS_ROLLBACK] = rpc_rollback,
		[ACCESS_DIFF] = rpc_diff,
		[ACCESS_DESCRIBE] = rpc_describe,
		[ACCESS_HISTORY] = rpc_history,
		[ACCESS_GET_REVISION] = rpc_get_revision,
		[ACCESS_OVERRIDE] = rpc_override,
		[ACCESS_FORCE_QUORUM] = rpc_force_quorum,
		[ACCESS_SWITCH_OVER] = rpc_switch_over,
		[ACCESS_STANDBY] = rpc_standby,
		[ACCESS_ONLINE] = rpc_online,
		[ACCESS_SET_ADMIN_STATE] = rpc_set_admin_state,
		[ACCESS_IMPORT] = rpc_import,
		[ACCESS_SET_PASSWORD] = rpc_set_password,
		[ACCESS_CREATE_TOKEN] = rpc_create_token,
		[ACCESS_AUDIT] = rpc_audit,
		[ACCESS_DECISIONS] = rpc_decisions,
	};

	handlers[x->request.rpc](x);
}
