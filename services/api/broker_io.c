// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/broker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/authenticate_io.h"
#include "api/operation_io.h"
#include "api/rpc_input.h"
#include "api/wait_io.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "proto/api_ipc.h"

#define REVISION_WAIT_NS NSEC_PER_SEC

void operation_deny(struct exchange *x, enum access_role needed)
{
	enum access_role role = x->principal.role;

	if (role == ACCESS_NOBODY)
		answer_error(&x->answer, API_TAG_ACCESS_DENIED, API_APP_SIGN_IN,
			     "sign in first: nobody who has not may do this");
	else
		answer_error(&x->answer, API_TAG_ACCESS_DENIED, NULL,
			     "this needs the role %s, and %s has the role %s",
			     access_role_name(needed), x->principal.name, access_role_name(role));
}

/* Numbers for Prometheus, where the configuration gives them to everybody. */
static bool is_for_everybody(const struct exchange *x)
{
	bool anonymous;

	if (x->request.op != ACCESS_STATE || !x->request.metrics)
		return false;
	pthread_rwlock_rdlock(&x->broker->directory_lock);
	anonymous = x->broker->directory.metrics_anonymous;
	pthread_rwlock_unlock(&x->broker->directory_lock);
	return anonymous;
}

static enum access_role needed_role(const struct exchange *x)
{
	const struct request *q = &x->request;

	if (q->op == ACCESS_RPC)
		return access_rpc_role(q->rpc);
	return is_for_everybody(x) ? ACCESS_NOBODY : access_op_role(q->op, q->target);
}

/* What everybody may ask for is not refused for a token that is too old. */
static bool needs_nobody(const struct exchange *x)
{
	return x->request.op == ACCESS_HELLO ||
	       (x->request.op == ACCESS_RPC && x->request.rpc == ACCESS_SIGN_IN);
}

/* Each change, and each try of one. Signing in notes itself. */
static bool is_audited(const struct exchange *x)
{
	if (x->request.op == ACCESS_RPC)
		return access_rpc_is_audited(x->request.rpc) && x->request.rpc != ACCESS_SIGN_IN;
	return x->request.op == ACCESS_WRITE;
}

/* What the request is about, of names alone: no value is ever part of it. */
static void describe(const struct exchange *x, char *buf, size_t size)
{
	static const char *const members[] = {"user",	     "name",	    "node",  "pool",
					      "real-server", "admin-state", "group", "revision"};
	const struct request *q = &x->request;
	size_t n = 0;

	buf[0] = '\0';
	if (q->op == ACCESS_WRITE) {
		snprintf(buf, size, "%s%s", q->target[0] ? q->target : "/",
			 q->what && json_is_string(q->what) &&
					 strcmp(json_string_value(q->what), API_WHAT_CANDIDATE) == 0
				 ? " of the candidate"
				 : "");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(members) && n < size; i++) {
		const json_t *value = json_object_get(q->input, members[i]);

		if (json_is_string(value))
			n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? " " : "",
					      json_string_value(value));
		else if (json_is_integer(value))
			n += (size_t)snprintf(buf + n, size - n, "%s%lld", n ? " " : "",
					      (long long)json_integer_value(value));
	}
}

static void outcome(const struct exchange *x, char *buf, size_t size)
{
	const json_t *error = answer_error_of(&x->answer);
	const json_t *output = json_object_get(x->answer.json, "output");
	const json_t *revision = json_object_get(output ? output : x->answer.json, "revision");
	const char *tag = json_string_value(json_object_get(error, "tag"));
	const char *app_tag = json_string_value(json_object_get(error, "app-tag"));

	if (error)
		snprintf(buf, size, "%s%s%s", tag ? tag : API_TAG_FAILED, app_tag ? ", " : "",
			 app_tag ? app_tag : "");
	else if (json_is_integer(revision))
		snprintf(buf, size, "revision %lld", (long long)json_integer_value(revision));
	else
		snprintf(buf, size, "ok");
}

static void note(struct exchange *x)
{
	char target[AUDIT_TARGET_MAX], result[AUDIT_OUTCOME_MAX];
	struct audit_entry entry = {
		.user = x->principal.name,
		.from = x->request.from,
		.action = x->request.op == ACCESS_RPC ? access_rpc_name(x->request.rpc)
						      : x->request.method,
		.target = target,
		.outcome = result,
	};

	describe(x, target, sizeof(target));
	outcome(x, result, sizeof(result));
	audit_note(&x->broker->audit, &entry);
}

static void carry_out(struct exchange *x)
{
	static void (*const operations[ACCESS_OPS])(struct exchange *) = {
		[ACCESS_HELLO] = operation_hello, [ACCESS_GET] = operation_get,
		[ACCESS_WRITE] = operation_write, [ACCESS_RPC] = operation_rpc,
		[ACCESS_STATE] = operation_state,
	};
	enum access_role needed = needed_role(x);

	/* The credential has been refused: that was answered, and noted. */
	if (!needs_nobody(x) && authenticate(x) < 0)
		return;
	if (x->principal.role < needed)
		operation_deny(x, needed);
	else if (x->request.op != ACCESS_RPC ||
		 rpc_input_check(x->request.rpc, x->request.input, &x->answer) == 0)
		operations[x->request.op](x);
	/* What nobody tries without a name is no event: it would only fill the audit. */
	if (is_audited(x) && x->principal.name[0])
		note(x);
}

int broker_request(void *data, bool is_local, const char *text, size_t size, char **ret_answer,
		   size_t *ret_size)
{
	struct exchange x = {.broker = data, .is_local = is_local};
	int r;

	if (request_read(text, size, is_local, &x.request, &x.answer) == 0)
		carry_out(&x);
	r = answer_text(&x.answer, x.principal.renew, ret_answer, ret_size);
	answer_clear(&x.answer);
	request_clear(&x.request);
	explicit_bzero(&x.principal, sizeof(x.principal));
	return r;
}

void broker_wait_revision(struct broker *b, uint64_t number)
{
	struct timespec due = wait_due(REVISION_WAIT_NS);
	int r = 0;

	pthread_mutex_lock(&b->revision_lock);
	while (b->revision < number && r == 0)
		r = wait_until(&b->revision_changed, &b->revision_lock, &due);
	pthread_mutex_unlock(&b->revision_lock);
}

void broker_take(struct broker *b, const struct directory *directory, const struct token_key *key,
		 uint64_t revision)
{
	pthread_rwlock_wrlock(&b->directory_lock);
	b->directory = *directory;
	b->session_key = *key;
	pthread_rwlock_unlock(&b->directory_lock);
	pthread_mutex_lock(&b->revision_lock);
	b->revision = revision;
	pthread_cond_broadcast(&b->revision_changed);
	pthread_mutex_unlock(&b->revision_lock);
}
