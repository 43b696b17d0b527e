/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may do what: roles, and the role that each request needs. Pure. */
#ifndef TRIREME_API_ACCESS_H
#define TRIREME_API_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/config.h"

/* In the order of rising rights: each has those before it. */
enum access_role {
	ACCESS_NOBODY, /* has not signed in */
	ACCESS_VIEWER,
	ACCESS_OPERATOR,
	ACCESS_ADMINISTRATOR,
};

enum access_op {
	ACCESS_HELLO,
	ACCESS_GET,
	ACCESS_WRITE,
	ACCESS_RPC,
	ACCESS_STATE,
	ACCESS_OPS, /* how many there are */
};

enum access_rpc {
	ACCESS_SIGN_IN,
	ACCESS_SIGN_OUT,
	ACCESS_COMMIT,
	ACCESS_CONFIRM,
	ACCESS_DISCARD,
	ACCESS_ROLLBACK,
	ACCESS_DIFF,
	ACCESS_DESCRIBE,
	ACCESS_HISTORY,
	ACCESS_GET_REVISION,
	ACCESS_OVERRIDE,
	ACCESS_FORCE_QUORUM,
	ACCESS_SWITCH_OVER,
	ACCESS_STANDBY,
	ACCESS_ONLINE,
	ACCESS_SET_ADMIN_STATE,
	ACCESS_IMPORT,
	ACCESS_SET_PASSWORD,
	ACCESS_CREATE_TOKEN,
	ACCESS_AUDIT,
	ACCESS_DECISIONS,
	ACCESS_RPCS, /* how many there are */
};

/* "viewer", …; "nobody". */
const char *access_role_name(enum access_role role);

/* -EINVAL: no role that somebody can be given. */
int access_role_parse(const char *name, enum access_role *ret_role);

enum access_role access_role_of(enum config_access_role role);

/* The operation or RPC of that name; -ENOENT. */
int access_op_parse(const char *name, enum access_op *ret_op);
int access_rpc_parse(const char *name, enum access_rpc *ret_rpc);

const char *access_rpc_name(enum access_rpc rpc);

/* The role that is needed at least. */
enum access_role access_rpc_role(enum access_rpc rpc);

/* It changes something, or lets somebody in or out: each use is part of the audit. */
bool access_rpc_is_audited(enum access_rpc rpc);

/*
 * The same of the other operations: of ACCESS_GET and ACCESS_WRITE by their target, an api-path of
 * RFC 8040.
 */
enum access_role access_op_role(enum access_op op, const char *target);

/*
 * The target is in a part of the configuration that is the administrators' (extension `restricted`
 * of the model). A target above such a part is not: there the config service leaves it out, and
 * refuses to change it.
 */
bool access_is_restricted(const char *target);

/* The names of these parts, without the module's; ends with NULL. */
extern const char *const access_restricted[];

#endif
