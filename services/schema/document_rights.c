// SPDX-License-Identifier: GPL-2.0-or-later
/* What only administrators may change. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
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

/* The topmost node above it that is the administrators', or itself. */
static const struct lyd_node *find_restricted(const struct lyd_node *node)
{
	while (diff_is_restricted(lyd_parent(node)))
		node = lyd_parent(node);
	return node;
}

static int check_change(void *user, const struct diff *diff)
{
	const struct lyd_node *node = diff->b ? diff->b : diff->a;
	struct schema_error *error = user;

	/* Which users there are is not told; an entry that moves takes its secrets along. */
	if (diff_is_restricted(node))
		node = find_restricted(node);
	else
		node = diff->kind == DIFF_MOVED ? NULL : find_secret(node);
	if (!node)
		return 0;
	*error = (struct schema_error){.fault = SCHEMA_FAULT_DENIED};
	tree_path(node, error->path, sizeof(error->path));
	error_text(error->allowed, sizeof(error->allowed), "administrators only");
	error_make_printable(error);
	return -EBADMSG;
}

static void note_secret(struct buffer *buffer, const struct lyd_node *leaf)
{
	_cleanup_free_ char *path = lyd_path(leaf, LYD_PATH_STD, NULL, 0);

	if (!path && buffer->error == 0)
		buffer->error = -ENOMEM;
	buffer_text(buffer, path ? path : "");
	buffer_text(buffer, " ");
	buffer_text(buffer, lyd_get_value(leaf));
	buffer_text(buffer, "\n");
}

static void note(struct buffer *buffer, const struct lyd_node *top)
{
	const struct lyd_node *node;

	LYD_TREE_DFS_BEGIN(top, node)
	{
		if (schema_is_restricted(node->schema)) {
			tree_print_node(buffer, node, DOCUMENT_COMPLETE);
			LYD_TREE_DFS_continue = 1;
		} else if (schema_is_secret(node->schema)) {
			note_secret(buffer, node);
		}
		LYD_TREE_DFS_END(top, node);
	}
}

void document_guard(struct document *document, bool guarded)
{
	document->guarded = guarded;
}

int document_note_rights(struct document *document)
{
	_cleanup_buffer_ struct buffer buffer = buffer_of(SCHEMA_DOCUMENT_MAX);
	struct lyd_node *tree;
	int r = document->rights ? 0 : document_tree(document, &tree);

	if (r < 0 || document->rights)
		return r;
	for (const struct lyd_node *top = tree; top; top = top->next)
		note(&buffer, top);
	return buffer_take(&buffer, &document->rights, NULL);
}

int document_check_rights(struct document *a, struct document *b, struct schema_error *error)
{
	int r = document_note_rights(a);

	if (r == 0)
		r = document_note_rights(b);
	if (r < 0)
		return r;
	/* The same in another order is no change either: then the comparison finds none. */
	if (strcmp(a->rights, b->rights) == 0)
		return 0;
	return diff_documents(a, b, DOCUMENT_REDACTED, check_change, error);
}
