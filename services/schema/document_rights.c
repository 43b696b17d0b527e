// SPDX-License-Identifier: GPL-2.0-or-later
/* What only administrators may change. */
#include <errno.h>

#include "schema/document_diff.h"
#include "schema/error.h"

/* The first secret at or below the node, or NULL. */
static const struct lyd_node *find_secret(const struct lyd_node *top)
{
	const struct lyd_node *node;

	LYD_TREE_DFS_BEGIN(top, node)
	{
		if (schema_is_secret(node->schema))
			return node;
		LYD_TREE_DFS_END(top, node);
	}
	return NULL;
}

static int check_change(void *user, const struct diff *diff)
{
	const struct lyd_node *node = diff->b ? diff->b : diff->a;
	struct schema_error *error = user;

	/* An entry that moves takes its secrets along as they are. */
	if (!diff_is_restricted(node))
		node = diff->kind == DIFF_MOVED ? NULL : find_secret(node);
	if (!node)
		return 0;
	*error = (struct schema_error){.fault = SCHEMA_FAULT_DENIED};
	tree_path(node, error->path, sizeof(error->path));
	error_text(error->allowed, sizeof(error->allowed), "administrators only");
	error_make_printable(error);
	return -EBADMSG;
}

int document_check_rights(struct document *a, struct document *b, struct schema_error *error)
{
	return diff_documents(a, b, DOCUMENT_REDACTED, check_change, error);
}
