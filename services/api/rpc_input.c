// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/rpc_input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/audit_io.h"
#include "proto/agent_record.h"
#include "api/request.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "proto/api_ipc.h"
#include "proto/config_revision.h"

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
#define NUMBER_MAX UINT32_MAX /* of a revision */

static const char *const formats[] = {"lines", "patch", NULL};
static const char *const import_formats[] = {"lvs", "keepalived", NULL};
static const char *const admin_states[] = {"enabled", "drain", "disabled", NULL};
static const char *const roles[] = {API_ROLE_VIEWER, API_ROLE_OPERATOR, API_ROLE_ADMINISTRATOR,
				    NULL};

#define NAME(name, mandatory)                                           \
	{                                                               \
		name, RPC_NAME, mandatory, 1, CONFIG_NAME_MAX - 1, NULL \
	}
#define TEXT(name, mandatory, min, max)                   \
	{                                                 \
		name, RPC_TEXT, mandatory, min, max, NULL \
	}
#define NUMBER(name, mandatory, min, max)                   \
	{                                                   \
		name, RPC_NUMBER, mandatory, min, max, NULL \
	}
#define CHOICE(name, mandatory, values)                   \
	{                                                 \
		name, RPC_CHOICE, mandatory, 0, 0, values \
	}
#define COMMENT TEXT("comment", false, 0, REVISION_COMMENT_MAX - 1)
#define CONFIRM NUMBER("confirm", false, 1, REVISION_CONFIRM_MAX)
#define PASSWORD(name, mandatory) TEXT(name, mandatory, 1, REQUEST_PASSWORD_MAX - 1)

static const struct rpc_member members[ACCESS_RPCS][RPC_MEMBERS_MAX + 1] = {
	[ACCESS_SIGN_IN] = {NAME("user", true), PASSWORD("password", true)},
	[ACCESS_COMMIT] = {COMMENT, CONFIRM, {"emergency", RPC_BOOLEAN, false, 0, 0, NULL}},
	[ACCESS_CONFIRM] = {COMMENT},
	[ACCESS_ROLLBACK] = {NUMBER("revision", true, 1, NUMBER_MAX), COMMENT, CONFIRM},
	[ACCESS_DIFF] = {{"from", RPC_DOCUMENT, false, 1, NUMBER_MAX, NULL},
			 {"to", RPC_DOCUMENT, false, 1, NUMBER_MAX, NULL},
			 CHOICE("format", false, formats)},
	[ACCESS_DESCRIBE] = {TEXT("path", false, 0, RPC_PATH_MAX)},
	[ACCESS_HISTORY] = {NUMBER("count", false, 1, RPC_HISTORY_MAX)},
	[ACCESS_GET_REVISION] = {NUMBER("revision", true, 1, NUMBER_MAX),
				 TEXT("target", false, 0, RPC_PATH_MAX)},
	[ACCESS_OVERRIDE] = {TEXT("word", true, 1, 32)},
	[ACCESS_FORCE_QUORUM] = {TEXT("word", true, 1, 32)},
	[ACCESS_SWITCH_OVER] = {NAME("group", false)},
	[ACCESS_STANDBY] = {NAME("node", true), COMMENT},
	[ACCESS_ONLINE] = {NAME("node", true), COMMENT},
	[ACCESS_SET_ADMIN_STATE] = {NAME("pool", true), NAME("real-server", true),
				    CHOICE("admin-state", true, admin_states)},
	[ACCESS_IMPORT] = {TEXT("text", true, 1, RPC_IMPORT_MAX),
			   CHOICE("format", false, import_formats)},
	[ACCESS_SET_PASSWORD] = {NAME("user", true), PASSWORD("password", true),
				 PASSWORD("old", false)},
	[ACCESS_CREATE_TOKEN] = {NAME("name", true), CHOICE("role", true, roles),
				 TEXT("expires", false, 20, 35)},
	[ACCESS_AUDIT] = {NUMBER("count", false, 1, AUDIT_ENTRIES_MAX)},
	[ACCESS_DECISIONS] = {NUMBER("count", false, 1, AGENT_RECORD_KEPT)},
};

const struct rpc_member *rpc_input_members(enum access_rpc rpc)
{
	return members[rpc];
}

const char *rpc_input_text(const json_t *input, const char *name)
{
	const char *text = json_string_value(json_object_get(input, name));

	return text ? text : "";
}

static bool is_one_of(const char *text, const char *const *values)
{
	while (*values && strcmp(*values, text) != 0)
		values++;
	return *values;
}

static bool is_number(const struct rpc_member *m, const json_t *value)
{
	return json_is_integer(value) && json_integer_value(value) >= 0 &&
	       (uint64_t)json_integer_value(value) >= m->min &&
	       (uint64_t)json_integer_value(value) <= m->max;
}

static bool is_length(const struct rpc_member *m, const json_t *value)
{
	return json_is_string(value) && json_string_length(value) >= m->min &&
	       json_string_length(value) <= m->max &&
	       /* No text of ours goes on behind a NUL. */
	       strlen(json_string_value(value)) == json_string_length(value);
}

static bool is_allowed(const struct rpc_member *m, const json_t *value)
{
	const char *text = json_string_value(value);

	switch (m->kind) {
	case RPC_TEXT:
		return is_length(m, value);
	case RPC_NAME:
		return is_length(m, value) && text[strspn(text, NAME_CHARACTERS)] == '\0';
	case RPC_NUMBER:
		return is_number(m, value);
	case RPC_BOOLEAN:
		return json_is_boolean(value);
	case RPC_CHOICE:
		return text && is_one_of(text, m->values);
	case RPC_DOCUMENT:
		return is_number(m, value) || (text && (strcmp(text, API_WHAT_RUNNING) == 0 ||
							strcmp(text, API_WHAT_CANDIDATE) == 0));
	}
	return false;
}

/* In words, for the refusal. */
static void say_allowed(const struct rpc_member *m, struct text *text)
{
	switch (m->kind) {
	case RPC_TEXT:
		text_add(text, "a text of %" PRIu64 " to %" PRIu64 " bytes", m->min, m->max);
		break;
	case RPC_NAME:
		text_add(text,
			 "a name of %" PRIu64 " to %" PRIu64 " letters, digits, '_', '-' and '.'",
			 m->min, m->max);
		break;
	case RPC_NUMBER:
		text_add(text, "a number, %" PRIu64 " to %" PRIu64, m->min, m->max);
		break;
	case RPC_BOOLEAN:
		text_add(text, "true or false");
		break;
	case RPC_CHOICE:
		text_add(text, "one of:");
		for (size_t i = 0; m->values[i]; i++)
			text_add(text, "%s %s", i ? "," : "", m->values[i]);
		break;
	case RPC_DOCUMENT:
		text_add(text, "a revision's number, running or candidate");
		break;
	}
}

static int refuse(enum access_rpc rpc, const char *name, const char *tag, const char *message,
		  const struct rpc_member *m, struct answer *answer)
{
	char words[256], path[128];
	struct text text = TEXT_ON(words);

	snprintf(path, sizeof(path), "/trireme-api:%s/input/%.32s", access_rpc_name(rpc), name);
	answer_error(answer, tag, NULL, "%.32s %s", name, message);
	answer_error_add(answer, "path", json_string(path));
	if (m) {
		say_allowed(m, &text);
		answer_error_add(answer, "allowed", json_string(words));
	}
	return -EBADMSG;
}

static const struct rpc_member *find(const struct rpc_member *list, const char *name)
{
	while (list->name && strcmp(list->name, name) != 0)
		list++;
	return list->name ? list : NULL;
}

/* The value is never quoted: it may be a password. */
int rpc_input_check(enum access_rpc rpc, const json_t *input, struct answer *answer)
{
	const struct rpc_member *list = members[rpc], *m;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)input, name, value)
	{
		m = find(list, name);
		if (!m)
			return refuse(rpc, name, API_TAG_UNKNOWN_ELEMENT,
				      "is none of the RPC's input", NULL, answer);
		if (!is_allowed(m, value))
			return refuse(rpc, name, API_TAG_INVALID_VALUE, "has a wrong value", m,
				      answer);
	}
	for (m = list; m->name; m++) {
		if (m->mandatory && !json_object_get(input, m->name))
			return refuse(rpc, m->name, API_TAG_MISSING_ELEMENT, "is missing", m,
				      answer);
	}
	return 0;
}
