// SPDX-License-Identifier: GPL-2.0-or-later
/* A part of a document. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/document_path.h"
#include "schema/error.h"
#include "schema/tree.h"

static int not_there(const struct path *path, struct schema_error *error)
{
	error->fault = SCHEMA_FAULT_TARGET;
	error_text(error->path, sizeof(error->path), "%s", path->text);
	error_text(error->allowed, sizeof(error->allowed),
		   "what the document has: this is not set");
	return -EBADMSG;
}

/* All entries of a list or leaf-list: {"trireme:pool":[…]}. */
static void print_set(struct buffer *buffer, struct lyd_node *first, enum document_view view)
{
	_cleanup_(tree_freep) struct lyd_node *copies = NULL;
	const struct lysc_node *schema = first->schema;

	for (struct lyd_node *node = first; node; node = node->next) {
		struct lyd_node *copy = NULL;

		if (node->schema != schema || !tree_is_set(node))
			continue;
		if (lyd_dup_single(node, NULL, LYD_DUP_RECURSIVE, &copy) != LY_SUCCESS ||
		    lyd_insert_sibling(copies, copy, &copies) != LY_SUCCESS) {
			lyd_free_tree(copy);
			buffer->error = -ENOMEM;
			return;
		}
	}
	tree_print(buffer, copies, view);
}

static struct lyd_node *find_first(struct lyd_node *tree, const struct path *path)
{
	const struct lysc_node *wanted = path_last(path)->node;
	char parent[PATH_TEXT_MAX];
	struct lyd_node *node = tree, *found = NULL;
	char *slash;

	if (path->n > 1) {
		memcpy(parent, path->text, sizeof(parent));
		/* The last step names no entry, so no key's value has the last slash. */
		slash = strrchr(parent, '/');
		*slash = '\0';
		if (lyd_find_path(tree, parent, 0, &found) != LY_SUCCESS)
			return NULL;
		node = lyd_child(found);
	}
	while (node && (node->schema != wanted || !tree_is_set(node)))
		node = node->next;
	return node;
}

void document_hide_error(const struct schema *schema, struct schema_error *error)
{
	struct schema_error ignored = {0};
	struct path path;

	if (error->path[0] && path_parse_schema(schema, error->path, &path, &ignored) == 0)
		(void)path_check_public(&path, error);
}

/* Every node on the way must be part of the view. */
static int check_view(const struct path *path, enum document_view view, struct schema_error *error)
{
	return view == DOCUMENT_PUBLIC ? path_check_public(path, error) : 0;
}

static int print_path(struct document *document, const struct path *path, enum document_view view,
		      char **ret_text, struct schema_error *error)
{
	_cleanup_buffer_ struct buffer buffer = buffer_of(SCHEMA_DOCUMENT_MAX);
	struct lyd_node *tree = NULL, *node = NULL;
	int r = check_view(path, view, error);

	if (r == 0)
		r = document_tree(document, &tree);
	if (r < 0)
		return r;
	if (path_is_set(path)) {
		node = find_first(tree, path);
		if (node)
			print_set(&buffer, node, view);
	} else if (tree && lyd_find_path(tree, path->text, 0, &node) == LY_SUCCESS) {
		tree_print_node(&buffer, node, view);
	} else {
		/* If only a parent is there, libyang gives that one (LY_EINCOMPLETE). */
		node = NULL;
	}
	return node ? buffer_take(&buffer, ret_text, NULL) : not_there(path, error);
}

int document_print_at(struct document *document, const char *where, enum document_view view,
		      char **ret_text, struct schema_error *error)
{
	struct path path;
	int r;

	if (!where[0] || strcmp(where, "/") == 0)
		return document_print(document, view, ret_text);
	r = path_parse(document->schema, where, &path, error);
	return r < 0 ? r : print_path(document, &path, view, ret_text, error);
}

int document_print_target(struct document *document, const char *target, enum document_view view,
			  char **ret_text, struct schema_error *error)
{
	struct path path;
	int r;

	if (!target[0] || strcmp(target, "/") == 0)
		return document_print(document, view, ret_text);
	r = path_parse_target(document->schema, target, &path, error);
	if (r == -EBADMSG)
		error->fault = SCHEMA_FAULT_TARGET;
	return r < 0 ? r : print_path(document, &path, view, ret_text, error);
}
