// SPDX-License-Identifier: GPL-2.0-or-later
/* RPCs about who may do what. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "api/authenticate_io.h"
#include "api/operation_io.h"
#include "api/rpc_input.h"
#include "base/cleanup.h"
#include "base/parse.h"
#include "proto/api_ipc.h"

#define AUDIT_DEFAULT 100
#define TARGET_MAX 128

static void forget_user(struct config_user *user)
{
	explicit_bzero(user, sizeof(*user));
}

void rpc_sign_in(struct exchange *x)
{
	_cleanup_(forget_user) struct config_user user = {0};
	const json_t *input = x->request.input;
	char token[TOKEN_TEXT_MAX], expires[TIME_TEXT_MAX];
	int64_t end;
	int r;

	if (authenticate_password(x, rpc_input_text(input, "user"),
				  rpc_input_text(input, "password"), &user) < 0)
		return;
	r = authenticate_begin(x->broker, &user, token, &end);
	if (r < 0) {
		answer_error(&x->answer, API_TAG_FAILED, NULL, "no session can begin: %s",
			     strerror(-r));
		return;
	}
	answer_output(&x->answer, json_pack("{s:s, s:s, s:s}", "token", token, "role",
					    access_role_name(access_role_of(user.role)), "expires",
					    format_time(end, expires)));
	explicit_bzero(token, sizeof(token));
}

void rpc_sign_out(struct exchange *x)
{
	struct broker *b = x->broker;

	if (x->principal.has_session) {
		pthread_mutex_lock(&b->guard);
		ended_add(&b->ended, &x->principal.session);
		pthread_mutex_unlock(&b->guard);
	}
	/* No later token of a session that has ended. */
	x->principal.renew[0] = '\0';
	answer_output(&x->answer, json_object());
}

/* Whoever changes his own password shows that he knows it; another's is the administrators'. */
static int may_set(struct exchange *x, const char *name)
{
	_cleanup_(forget_user) struct config_user user = {0};
	const char *old = rpc_input_text(x->request.input, "old");
	bool own = x->principal.is_user && strcmp(x->principal.name, name) == 0;

	if (!own && x->principal.role < ACCESS_ADMINISTRATOR) {
		operation_deny(x, ACCESS_ADMINISTRATOR);
		return -EACCES;
	}
	if (!own)
		return 0;
	if (!old[0]) {
		answer_error(&x->answer, API_TAG_MISSING_ELEMENT, NULL,
			     "old is missing: the password as it is now");
		return -EINVAL;
	}
	return authenticate_password(x, name, old, &user);
}

void rpc_set_password(struct exchange *x)
{
	const char *name = rpc_input_text(x->request.input, "user");
	char plain[sizeof(CONFIG_PASSWORD_PLAIN) + REQUEST_PASSWORD_MAX], target[TARGET_MAX];
	json_t *request;

	if (may_set(x, name) < 0)
		return;
	snprintf(plain, sizeof(plain), "%s%s", CONFIG_PASSWORD_PLAIN,
		 rpc_input_text(x->request.input, "password"));
	snprintf(target, sizeof(target), "/trireme:access/user=%s", name);
	request = json_pack("{s:s, s:s, s:s, s:{s:[{s:s, s:s}]}, s:s}", "op", "commit", "method",
			    API_METHOD_PATCH, "target", target, "value", "trireme:user", "name",
			    name, "password", plain, "comment", "password set");
	explicit_bzero(plain, sizeof(plain));
	/* What is the administrators' otherwise; may_set() has found that it is his. */
	x->principal.role = ACCESS_ADMINISTRATOR;
	operation_commit(x, request);
}

/* The token's entry: of its secret, only the hash. */
static json_t *token_entry(const json_t *input, const char *hash)
{
	return json_pack("{s:s, s:O, s:s, s:O*}", "name", rpc_input_text(input, "name"), "role",
			 json_object_get(input, "role"), "hash", hash, "expires",
			 json_object_get(input, "expires"));
}

/* The answer of the commit becomes one that has the token, the only time that it is seen. */
static void answer_token(struct exchange *x, const char *token)
{
	json_t *output = json_object_get(x->answer.json, "output");

	if (output)
		(void)json_object_set_new(output, "token", json_string(token));
}

void rpc_create_token(struct exchange *x)
{
	const json_t *input = x->request.input;
	char token[TOKEN_TEXT_MAX], name[CONFIG_NAME_MAX], hash[TOKEN_HASH_MAX];
	uint8_t secret[TOKEN_SECRET_SIZE];
	int r = 0;

	if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
		r = -EIO;
	if (r == 0)
		r = token_api_write(rpc_input_text(input, "name"), secret, token);
	explicit_bzero(secret, sizeof(secret));
	if (r == 0)
		r = token_api_read(token, name, hash);
	if (r < 0) {
		answer_error(&x->answer, API_TAG_FAILED, NULL, "no token can be made: %s",
			     strerror(-r));
		return;
	}
	operation_commit(x, json_pack("{s:s, s:s, s:s, s:{s:[o]}, s:s}", "op", "commit", "method",
				      API_METHOD_POST, "target", "/trireme:access", "value",
				      "trireme:token", token_entry(input, hash), "comment",
				      "token created"));
	answer_token(x, token);
	explicit_bzero(token, sizeof(token));
}

void rpc_audit(struct exchange *x)
{
	const json_t *count = json_object_get(x->request.input, "count");
	json_t *entries = NULL;
	int r = audit_read(&x->broker->audit,
			   count ? (size_t)json_integer_value(count) : AUDIT_DEFAULT, &entries);

	if (r < 0)
		answer_error(&x->answer, API_TAG_FAILED, NULL, "the audit cannot be read: %s",
			     strerror(-r));
	else
		answer_output(&x->answer, json_pack("{s:o}", "entry", entries));
}
