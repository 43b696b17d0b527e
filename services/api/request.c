// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/api_ipc.h"

enum kind {
	KIND_TEXT,
	KIND_OBJECT,
	KIND_NUMBER,
	KIND_BOOLEAN,
	KIND_WHAT, /* text or number */
	KIND_ANY,
};

static const char *const kind_words[] = {
	[KIND_TEXT] = "a text",
	[KIND_OBJECT] = "an object",
	[KIND_NUMBER] = "a number",
	[KIND_BOOLEAN] = "true or false",
	[KIND_WHAT] = "a text or a number",
	[KIND_ANY] = "anything",
};

/* A member that is allowed, and in which operations. */
struct member {
	const char *name;
	size_t max; /* KIND_TEXT: bytes with NUL */
	enum kind kind;
	unsigned int ops; /* bits */
};

#define OP(op) (1u << (op))
#define ALL_OPS (OP(ACCESS_OPS) - 1)

static const struct member members[] = {
	{"op", 16, KIND_TEXT, ALL_OPS},
	{"credential", 0, KIND_OBJECT, ALL_OPS},
	{"from", REQUEST_FROM_MAX, KIND_TEXT, ALL_OPS},
	{"session", REQUEST_SESSION_MAX, KIND_TEXT,
	 OP(ACCESS_GET) | OP(ACCESS_WRITE) | OP(ACCESS_RPC)},
	{"target", REQUEST_TARGET_MAX, KIND_TEXT,
	 OP(ACCESS_GET) | OP(ACCESS_WRITE) | OP(ACCESS_STATE)},
	{"what", 0, KIND_WHAT, OP(ACCESS_GET) | OP(ACCESS_WRITE)},
	{"metrics", 0, KIND_BOOLEAN, OP(ACCESS_STATE)},
	{"method", 16, KIND_TEXT, OP(ACCESS_WRITE)},
	{"value", 0, KIND_ANY, OP(ACCESS_WRITE)},
	{"insert", 16, KIND_TEXT, OP(ACCESS_WRITE)},
	{"point", REQUEST_TARGET_MAX, KIND_TEXT, OP(ACCESS_WRITE)},
	{"if-match", REQUEST_ETAG_MAX, KIND_TEXT, OP(ACCESS_WRITE)},
	{"comment", REQUEST_COMMENT_MAX, KIND_TEXT, OP(ACCESS_WRITE)},
	{"confirm", 0, KIND_NUMBER, OP(ACCESS_WRITE)},
	{"name", 32, KIND_TEXT, OP(ACCESS_RPC)},
	{"input", 0, KIND_OBJECT, OP(ACCESS_RPC)},
};

static const struct member credential_members[] = {
	{"token", REQUEST_TOKEN_MAX, KIND_TEXT, 0},	  {"user", REQUEST_USER_MAX, KIND_TEXT, 0},
	{"password", REQUEST_PASSWORD_MAX, KIND_TEXT, 0}, {"uid", 0, KIND_NUMBER, 0},
	{"name", REQUEST_USER_MAX, KIND_TEXT, 0},
};

static bool is_kind(const json_t *value, enum kind kind)
{
	switch (kind) {
	case KIND_TEXT:
		return json_is_string(value);
	case KIND_OBJECT:
		return json_is_object(value);
	case KIND_NUMBER:
		return json_is_integer(value) && json_integer_value(value) >= 0;
	case KIND_BOOLEAN:
		return json_is_boolean(value);
	case KIND_WHAT:
		return json_is_string(value) || json_is_integer(value);
	default:
		return true;
	}
}

static int check_member(const struct member *member, const json_t *value, struct answer *answer)
{
	if (!is_kind(value, member->kind)) {
		answer_error(answer, API_TAG_MALFORMED, NULL, "member %s: allowed is %s",
			     member->name, kind_words[member->kind]);
		return -EBADMSG;
	}
	if (member->kind == KIND_TEXT && json_string_length(value) >= member->max) {
		answer_error(answer, API_TAG_TOO_BIG, NULL,
			     "member %s: allowed are at most %zu bytes", member->name,
			     member->max - 1);
		return -EBADMSG;
	}
	return 0;
}

/* Each member of the object is one of the list; null is as if it were not there. */
static int check_members(json_t *object, const struct member *list, size_t n, unsigned int op,
			 struct answer *answer)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, name, value)
	{
		const struct member *member = NULL;
		int r;

		for (size_t i = 0; i < n && !member; i++) {
			if (strcmp(list[i].name, name) == 0 && (list[i].ops & op) == op)
				member = &list[i];
		}
		if (!member) {
			answer_error(answer, API_TAG_MALFORMED, NULL,
				     "member '%.32s' is none of this request", name);
			return -EBADMSG;
		}
		if (json_is_null(value) && member->kind != KIND_ANY) {
			json_object_del(object, name);
			continue;
		}
		r = check_member(member, value, answer);
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static int read_op(struct request *q, struct answer *answer)
{
	const char *op = text_of(q->json, "op"), *name = text_of(q->json, "name");

	if (access_op_parse(op, &q->op) < 0) {
		answer_error(answer, API_TAG_NOT_SUPPORTED, NULL, "there is no operation '%.16s'",
			     op);
		return -EBADMSG;
	}
	if (q->op == ACCESS_RPC && access_rpc_parse(name, &q->rpc) < 0) {
		answer_error(answer, API_TAG_NOT_SUPPORTED, API_APP_NOT_FOUND,
			     "there is no RPC '%.32s'", name);
		return -EBADMSG;
	}
	return 0;
}

static int refuse_credential(struct answer *answer)
{
	answer_error(answer, API_TAG_MALFORMED, NULL,
		     "credential: allowed are token, or user and password%s",
		     "; from the local socket uid");
	return -EBADMSG;
}

static int read_credential(struct request *q, bool is_local, struct answer *answer)
{
	json_t *credential = json_object_get(q->json, "credential");
	bool token, user, password, uid;
	int r;

	q->token = q->user = q->password = "";
	if (!credential)
		return 0;
	r = check_members(credential, credential_members, ARRAY_SIZE(credential_members), 0,
			  answer);
	if (r < 0)
		return r;
	token = json_object_get(credential, "token");
	user = json_object_get(credential, "user");
	password = json_object_get(credential, "password");
	uid = json_object_get(credential, "uid");
	if (token + (user && password) + uid != 1 || user != password || (uid && !is_local))
		return refuse_credential(answer);
	q->credential = token ? REQUEST_TOKEN : uid ? REQUEST_PEER : REQUEST_PASSWORD;
	q->token = text_of(credential, "token");
	q->password = text_of(credential, "password");
	q->user = text_of(credential, uid ? "name" : "user");
	q->uid = (uint64_t)json_integer_value(json_object_get(credential, "uid"));
	return 0;
}

static void read_members(struct request *q)
{
	const json_t *json = q->json;

	q->from = text_of(json, "from");
	q->session = text_of(json, "session");
	q->target = text_of(json, "target");
	q->what = json_object_get(json, "what");
	q->metrics = json_is_true(json_object_get(json, "metrics"));
	q->method = text_of(json, "method");
	q->insert = text_of(json, "insert");
	q->point = text_of(json, "point");
	q->if_match = text_of(json, "if-match");
	q->comment = text_of(json, "comment");
	q->value = json_object_get(json, "value");
	q->confirm = json_object_get(json, "confirm");
	q->input = json_object_get(json, "input");
}

int request_read(const char *text, size_t size, bool is_local, struct request *ret_request,
		 struct answer *answer)
{
	_cleanup_(request_clear) struct request q = {0};
	json_error_t error;
	int r;

	q.json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(q.json)) {
		answer_error(answer, API_TAG_MALFORMED, NULL, "the request is no JSON object");
		return -EBADMSG;
	}
	r = read_op(&q, answer);
	if (r == 0)
		r = check_members(q.json, members, ARRAY_SIZE(members), OP(q.op), answer);
	if (r == 0)
		r = read_credential(&q, is_local, answer);
	if (r < 0)
		return r;
	read_members(&q);
	*ret_request = q;
	q = (struct request){0};
	return 0;
}

void request_clear(struct request *request)
{
	json_decref(request->json);
	*request = (struct request){0};
}
