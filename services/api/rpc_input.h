/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each RPC takes: the same as trireme-api.yang says, which a test compares. Pure. */
#ifndef TRIREME_API_RPC_INPUT_H
#define TRIREME_API_RPC_INPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/access.h"
#include "api/answer.h"

enum rpc_kind {
	RPC_TEXT,   /* min to max bytes */
	RPC_NAME,   /* the same, of letters, digits, '_', '-' and '.': needs no quoting in a path */
	RPC_NUMBER, /* min to max */
	RPC_BOOLEAN,
	RPC_CHOICE,   /* one of values */
	RPC_DOCUMENT, /* a revision's number, "running" or "candidate" */
};

#define RPC_MEMBERS_MAX 4
#define RPC_HISTORY_MAX 1000
#define RPC_PATH_MAX 768
#define RPC_IMPORT_MAX ((size_t)1 << 20) /* bytes of a file of another product */

struct rpc_member {
	const char *name; /* NULL: no further one */
	enum rpc_kind kind;
	bool mandatory;
	uint64_t min, max;
	const char *const *values; /* ends with NULL */
};

/* RPC_MEMBERS_MAX of them at most; the last one's name is NULL where there are fewer. */
const struct rpc_member *rpc_input_members(enum access_rpc rpc);

/* Each member is one of these, and all that must be there are. -EBADMSG, and the answer says why.
 */
int rpc_input_check(enum access_rpc rpc, const json_t *input, struct answer *answer);

/* The text of that member; "" when it is not there. */
const char *rpc_input_text(const json_t *input, const char *name);

#endif
