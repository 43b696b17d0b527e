// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/access.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/api_ipc.h"

const char *const access_restricted[] = {"access", "management", "fencing", NULL};

static const char *const role_names[] = {
	[ACCESS_NOBODY] = "nobody",
	[ACCESS_VIEWER] = API_ROLE_VIEWER,
	[ACCESS_OPERATOR] = API_ROLE_OPERATOR,
	[ACCESS_ADMINISTRATOR] = API_ROLE_ADMINISTRATOR,
};

static const struct {
	const char *name;
	enum access_role role;
} ops[ACCESS_OPS] = {
	[ACCESS_HELLO] = {API_OP_HELLO, ACCESS_NOBODY},
	[ACCESS_GET] = {API_OP_GET, ACCESS_VIEWER},
	[ACCESS_WRITE] = {API_OP_WRITE, ACCESS_OPERATOR},
	/* Each RPC says for itself. */
	[ACCESS_RPC] = {API_OP_RPC, ACCESS_NOBODY},
	[ACCESS_STATE] = {API_OP_STATE, ACCESS_VIEWER},
};

static const struct {
	const char *name;
	enum access_role role;
	bool audited;
} rpcs[ACCESS_RPCS] = {
	[ACCESS_SIGN_IN] = {"sign-in", ACCESS_NOBODY, true},
	[ACCESS_SIGN_OUT] = {"sign-out", ACCESS_VIEWER, true},
	[ACCESS_COMMIT] = {"commit", ACCESS_OPERATOR, true},
	[ACCESS_CONFIRM] = {"confirm", ACCESS_OPERATOR, true},
	[ACCESS_DISCARD] = {"discard", ACCESS_OPERATOR, true},
	[ACCESS_ROLLBACK] = {"rollback", ACCESS_OPERATOR, true},
	[ACCESS_DIFF] = {"diff", ACCESS_VIEWER, false},
	[ACCESS_DESCRIBE] = {"describe", ACCESS_VIEWER, false},
	[ACCESS_HISTORY] = {"history", ACCESS_VIEWER, false},
	[ACCESS_GET_REVISION] = {"get-revision", ACCESS_VIEWER, false},
	[ACCESS_OVERRIDE] = {"override", ACCESS_ADMINISTRATOR, true},
	/* At the machine itself, which its handler checks. */
	[ACCESS_FORCE_QUORUM] = {"force-quorum", ACCESS_ADMINISTRATOR, true},
	[ACCESS_SWITCH_OVER] = {"switch-over", ACCESS_OPERATOR, true},
	[ACCESS_STANDBY] = {"standby", ACCESS_OPERATOR, true},
	[ACCESS_ONLINE] = {"online", ACCESS_OPERATOR, true},
	[ACCESS_SET_ADMIN_STATE] = {"set-admin-state", ACCESS_OPERATOR, true},
	[ACCESS_IMPORT] = {"import", ACCESS_OPERATOR, true},
	/* One's own; another's: administrators, which its handler checks. */
	[ACCESS_SET_PASSWORD] = {"set-password", ACCESS_VIEWER, true},
	[ACCESS_CREATE_TOKEN] = {"create-token", ACCESS_ADMINISTRATOR, true},
	[ACCESS_AUDIT] = {"audit", ACCESS_ADMINISTRATOR, false},
	[ACCESS_DECISIONS] = {"decisions", ACCESS_VIEWER, false},
};

const char *access_role_name(enum access_role role)
{
	return role_names[role];
}

int access_role_parse(const char *name, enum access_role *ret_role)
{
	for (size_t i = ACCESS_VIEWER; i < ARRAY_SIZE(role_names); i++) {
		if (strcmp(role_names[i], name) == 0) {
			*ret_role = (enum access_role)i;
			return 0;
		}
	}
	return -EINVAL;
}

enum access_role access_role_of(enum config_access_role role)
{
	switch (role) {
	case CONFIG_ACCESS_ADMINISTRATOR:
		return ACCESS_ADMINISTRATOR;
	case CONFIG_ACCESS_OPERATOR:
		return ACCESS_OPERATOR;
	case CONFIG_ACCESS_VIEWER:
		return ACCESS_VIEWER;
	}
	return ACCESS_NOBODY;
}

int access_op_parse(const char *name, enum access_op *ret_op)
{
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		if (strcmp(ops[i].name, name) == 0) {
			*ret_op = (enum access_op)i;
			return 0;
		}
	}
	return -ENOENT;
}

int access_rpc_parse(const char *name, enum access_rpc *ret_rpc)
{
	for (size_t i = 0; i < ARRAY_SIZE(rpcs); i++) {
		if (strcmp(rpcs[i].name, name) == 0) {
			*ret_rpc = (enum access_rpc)i;
			return 0;
		}
	}
	return -ENOENT;
}

const char *access_rpc_name(enum access_rpc rpc)
{
	return rpcs[rpc].name;
}

enum access_role access_rpc_role(enum access_rpc rpc)
{
	return rpcs[rpc].role;
}

bool access_rpc_is_audited(enum access_rpc rpc)
{
	return rpcs[rpc].audited;
}

bool access_is_restricted(const char *target)
{
	static const char module[] = "trireme:";

	target += strspn(target, "/");
	if (strncmp(target, module, strlen(module)) == 0)
		target += strlen(module);
	for (size_t i = 0; access_restricted[i]; i++) {
		size_t length = strlen(access_restricted[i]);

		if (strncmp(target, access_restricted[i], length) == 0 &&
		    strchr("/=[", target[length]))
			return true;
	}
	return false;
}

enum access_role access_op_role(enum access_op op, const char *target)
{
	if ((op == ACCESS_GET || op == ACCESS_WRITE) && access_is_restricted(target))
		return ACCESS_ADMINISTRATOR;
	return ops[op].role;
}
