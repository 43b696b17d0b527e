// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/document_order.h"
#include "schema/document_path.h"
#include "schema/document_value.h"
#include "schema/error.h"
#include "schema/tree.h"

/* One edit that is being made. */
struct change {
	const struct schema *schema;
	const struct document_edit *edit;
	struct path path;
	struct lyd_node **tree; /* the first node at the top */
	bool guarded;		/* document_guard() */
	struct schema_error *error;
};

static const char *const operation_names[] = {
	[DOCUMENT_MERGE] = "merge",   [DOCUMENT_REPLACE] = "replace", [DOCUMENT_CREATE] = "create",
	[DOCUMENT_DELETE] = "delete", [DOCUMENT_REMOVE] = "remove",   [DOCUMENT_INSERT] = "insert",
	[DOCUMENT_MOVE] = "move",
};

int document_operation_parse(const char *name, enum document_operation *ret_operation)
{
	for (size_t i = 0; i < ARRAY_SIZE(operation_names); i++) {
		if (strcmp(operation_names[i], name) == 0) {
			*ret_operation = (enum document_operation)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int refuse(struct change *change, enum schema_fault fault, const char *allowed)
{
	struct schema_error *error = change->error;

	error->fault = fault;
	error_text(error->path, sizeof(error->path), "%s", change->path.text);
	error_text(error->value, sizeof(error->value), "%s",
		   operation_names[change->edit->operation]);
	error_text(error->allowed, sizeof(error->allowed), "%s", allowed);
	return -EBADMSG;
}

/* The node at the path that names one, or NULL; a default counts as not there. */
static struct lyd_node *find(const struct lyd_node *tree, const char *path)
{
	struct lyd_node *node = NULL;

	if (!tree || lyd_find_path(tree, path, 0, &node) != LY_SUCCESS || !tree_is_set(node))
		return NULL;
	return node;
}

/* The first node that the path means: itself, or the first entry of the list; or NULL. */
static struct lyd_node *find_first(const struct change *change)
{
	const struct path *path = &change->path;
	const struct lysc_node *schema = path_last(path)->node;
	const struct lyd_node *siblings = *change->tree;
	struct lyd_node *node = NULL;

	if (!path_is_set(path))
		return find(siblings, path->text);
	if (path->n > 1) {
		char parent[PATH_TEXT_MAX];

		error_text(parent, sizeof(parent), "%.*s",
			   (int)(strrchr(path->text, '/') - path->text), path->text);
		siblings = lyd_child(find(siblings, parent));
	}
	for (node = (struct lyd_node *)siblings; node && node->schema != schema;)
		node = node->next;
	return node;
}

static void detach_and_free(struct change *change, struct lyd_node *node)
{
	tree_detach(change->tree, node);
	lyd_free_tree(node);
}

static int merge_all(struct change *change, struct lyd_node *parent, struct lyd_node *from);

/* Takes node, which stands alone. Values replace those there, entries are added at the end. */
static int merge_one(struct change *change, struct lyd_node *parent, struct lyd_node *node)
{
	struct lyd_node *match = tree_match(parent ? lyd_child(parent) : *change->tree, node);
	int r = 0;

	if (match && node->schema->nodetype == LYS_LEAF && !lysc_is_key(node->schema)) {
		detach_and_free(change, match);
		match = NULL;
	}
	if (!match)
		return tree_attach(change->tree, parent, node);
	if (!(node->schema->nodetype & LYD_NODE_TERM))
		r = merge_all(change, match, lyd_child(node));
	lyd_free_tree(node);
	return r;
}

/* Takes from and its siblings; as deep as a document, which shape.h bounds. */
static int merge_all(struct change *change, struct lyd_node *parent, struct lyd_node *from)
{
	while (from) {
		struct lyd_node *next = from->next;
		int r;

		lyd_unlink_tree(from);
		r = merge_one(change, parent, from);
		if (r < 0) {
			lyd_free_all(next);
			return r;
		}
		from = next;
	}
	return 0;
}

/* What the path means goes, but for the keys of an entry that keeps its place. */
static void clear(struct change *change, struct lyd_node *node, bool entry_stays)
{
	const struct lysc_node *schema = node->schema;
	bool set = path_is_set(&change->path);

	if (entry_stays && !set && !(schema->nodetype & LYD_NODE_TERM)) {
		struct lyd_node *child = lyd_child_no_keys(node);

		while (child) {
			struct lyd_node *next = child->next;

			detach_and_free(change, child);
			child = next;
		}
		return;
	}
	do {
		struct lyd_node *next = node->next;

		detach_and_free(change, node);
		node = next;
	} while (set && node && node->schema == schema);
}

/* Merge, replace, create, insert: the value goes to its place. */
static int put(struct change *change, struct lyd_node *there)
{
	_cleanup_(tree_freep) struct lyd_node *value = NULL;
	int r = value_tree(change->schema, &change->path, change->edit->value, &value,
			   change->error);

	if (r == 0)
		r = secret_restore(value, *change->tree, change->error);
	if (r < 0)
		return r;
	if (there && change->edit->operation == DOCUMENT_REPLACE)
		clear(change, there, true);
	return merge_all(change, NULL, take_ptr(value));
}

/* The entry behind which node shall stand: *ret_after NULL is in front of all. */
static int find_after(struct change *change, const struct lyd_node *node,
		      const struct lyd_node **ret_after)
{
	const struct document_edit *edit = change->edit;
	const struct lyd_node *point, *after;
	struct path path;
	int r;

	if (edit->where == DOCUMENT_FIRST || edit->where == DOCUMENT_LAST) {
		after = NULL;
		for (point = node; edit->where == DOCUMENT_LAST && point; point = point->next) {
			if (point != node && point->schema == node->schema)
				after = point;
		}
		*ret_after = after || edit->where == DOCUMENT_FIRST ? after : node;
		return 0;
	}
	r = path_parse(change->schema, edit->point ? edit->point : "", &path, change->error);
	if (r < 0)
		return r;
	point = find(*change->tree, path.text);
	if (!point || point == node || point->schema != node->schema ||
	    lyd_parent(point) != lyd_parent(node))
		return refuse(change, SCHEMA_FAULT_MISSING,
			      "beside another entry of the same list, which is there");
	after = point->prev->next && point->prev->schema == node->schema ? point->prev : NULL;
	*ret_after = edit->where == DOCUMENT_AFTER ? point : after;
	return 0;
}

static int move(struct change *change)
{
	struct lyd_node *node = find(*change->tree, change->path.text);
	const struct lyd_node *after = NULL;
	int r;

	if (!node || !(node->schema->nodetype & (LYS_LIST | LYS_LEAFLIST)))
		return refuse(change, SCHEMA_FAULT_MISSING, "an entry of a list, which is there");
	r = find_after(change, node, &after);
	return r < 0 || after == node ? r : order_move(change->tree, node, after);
}

/* What an operation needs of what is there. */
static int check_there(struct change *change, const struct lyd_node *there)
{
	const struct lysc_node *schema = path_last(&change->path)->node;

	switch (change->edit->operation) {
	case DOCUMENT_CREATE:
	case DOCUMENT_INSERT:
		return there ? refuse(change, SCHEMA_FAULT_EXISTS,
				      "something that is not there yet: it is")
			     : 0;
	case DOCUMENT_DELETE:
		if (!there)
			return refuse(change, SCHEMA_FAULT_MISSING,
				      "something that is there: it is not");
		break;
	default:
		break;
	}
	if (lysc_is_key(schema))
		return refuse(change, SCHEMA_FAULT_METHOD, "the whole entry: this is its key");
	return 0;
}

static int apply(struct change *change)
{
	struct lyd_node *there;
	int r = path_parse(change->schema, change->edit->path, &change->path, change->error);

	if (r == 0 && change->guarded)
		r = path_check_public(&change->path, change->error);
	if (r < 0)
		return r;
	there = find_first(change);
	r = check_there(change, there);
	if (r < 0)
		return r;
	switch (change->edit->operation) {
	case DOCUMENT_DELETE:
	case DOCUMENT_REMOVE:
		if (there)
			clear(change, there, false);
		return 0;
	case DOCUMENT_MOVE:
		return move(change);
	default:
		r = put(change, there);
		return r == 0 && change->edit->operation == DOCUMENT_INSERT ? move(change) : r;
	}
}

static int apply_all(const struct document *base, struct lyd_node **tree,
		     const struct document_edit *edits, size_t n, struct schema_error *error)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++) {
		struct change change = {
			.schema = base->schema,
			.edit = &edits[i],
			.tree = tree,
			.guarded = base->guarded,
			.error = error,
		};

		r = apply(&change);
		if (r < 0)
			error->edit = (unsigned int)i + 1;
	}
	return r;
}

/* Whether a document that is not valid is so at another place than the one that was changed. */
static bool is_beside(const struct schema *schema, const struct document_edit *edit,
		      const struct schema_error *error)
{
	struct schema_error ignored = {0};
	struct path path;
	size_t size;

	if (path_parse(schema, edit->path, &path, &ignored) < 0)
		return false;
	size = strlen(path.text);
	return error->path[0] && strncmp(error->path, path.text, size) != 0;
}

int document_edit(struct document *base, const struct document_edit *edits, size_t n,
		  struct document **ret_document, struct schema_error *error)
{
	struct lyd_node *tree;
	int r = document_tree(base, &tree);

	*error = (struct schema_error){0};
	if (r < 0)
		return r;
	if (n > DOCUMENT_EDITS_MAX) {
		error_text(error->allowed, sizeof(error->allowed), "at most %d changes at once",
			   DOCUMENT_EDITS_MAX);
		return -EBADMSG;
	}
	/* Changed in place; on a failure the tree goes, and base is parsed again when needed. */
	base->tree = NULL;
	r = apply_all(base, &tree, edits, n, error);
	if (r == 0) {
		r = tree_document(base->schema, tree, ret_document, error);
		error->beside = r == -EBADMSG && n == 1 && is_beside(base->schema, edits, error);
		return r;
	}
	lyd_free_all(tree);
	error_make_printable(error);
	return r;
}
