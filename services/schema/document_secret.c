// SPDX-License-Identifier: GPL-2.0-or-later
/* Secrets of a document: hidden, sealed, plain. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/config_build.h"
#include "schema/error.h"
#include "schema/explain.h"
#include "schema/tree.h"

/* What is done with a secret leaf; 0 or -errno, which ends the walk. */
typedef int leaf_fn(struct lyd_node *leaf, void *user);

static int walk(struct lyd_node *tree, leaf_fn *act, void *user)
{
	for (struct lyd_node *top = tree; top; top = top->next) {
		struct lyd_node *node;

		LYD_TREE_DFS_BEGIN(top, node)
		{
			int r = schema_is_secret(node->schema) ? act(node, user) : 0;

			if (r < 0)
				return r;
			LYD_TREE_DFS_END(top, node);
		}
	}
	return 0;
}

static int refuse(const struct lyd_node *leaf, const char *allowed, struct schema_error *error)
{
	tree_path(leaf, error->path, sizeof(error->path));
	error_text(error->value, sizeof(error->value), EXPLAIN_SECRET);
	error_text(error->allowed, sizeof(error->allowed), "%s", allowed);
	error_make_printable(error);
	return -EBADMSG;
}

struct restore {
	const struct lyd_node *base;
	struct schema_error *error;
};

static bool is_hidden(const struct lyd_node *leaf)
{
	return strcmp(lyd_get_value(leaf), DOCUMENT_HIDDEN) == 0;
}

static int restore_leaf(struct lyd_node *leaf, void *user)
{
	const struct restore *restore = user;
	_cleanup_free_ char *path = NULL;
	struct lyd_node *old = NULL;

	if (!is_hidden(leaf))
		return 0;
	path = lyd_path(leaf, LYD_PATH_STD, NULL, 0);
	if (!path)
		return -ENOMEM;
	/* Where only what is above is there, libyang gives that. */
	if (!restore->base || lyd_find_path(restore->base, path, 0, &old) != LY_SUCCESS ||
	    is_hidden(old))
		return refuse(leaf,
			      "the secret itself: " DOCUMENT_HIDDEN
			      " stands for one that is stored already, and here is none",
			      restore->error);
	return lyd_change_term(leaf, lyd_get_value(old)) == LY_SUCCESS ? 0 : -ENOMEM;
}

int secret_restore(struct lyd_node *tree, const struct lyd_node *base, struct schema_error *error)
{
	struct restore restore = {base, error};

	return walk(tree, restore_leaf, &restore);
}

struct conversion {
	document_secret_fn *convert;
	void *user;
	bool from_sealed;
	struct schema_error *error;
};

static int convert_leaf(struct lyd_node *leaf, void *user)
{
	const struct conversion *conversion = user;
	const char *value = lyd_get_value(leaf);
	bool sealed = strncmp(value, DOCUMENT_SEALED, strlen(DOCUMENT_SEALED)) == 0;
	_cleanup_free_ char *path = NULL, *converted = NULL;
	LY_ERR changed;
	int r;

	if (sealed != conversion->from_sealed)
		return 0;
	path = lyd_path(leaf, LYD_PATH_STD, NULL, 0);
	if (!path)
		return -ENOMEM;
	r = conversion->convert(conversion->user, path, value, &converted);
	if (r < 0) {
		(void)refuse(leaf,
			     sealed ? "a secret of this cluster: it cannot be opened"
				    : "a secret that can be sealed",
			     conversion->error);
		return r;
	}
	changed = lyd_change_term(leaf, converted);
	explicit_bzero(converted, strlen(converted));
	if (changed == LY_SUCCESS || changed == LY_EEXIST || changed == LY_ENOT)
		return 0;
	return refuse(leaf, "a secret of the form that the model gives", conversion->error);
}

/* The document's tree with its secrets converted; base is parsed again when it is needed. */
static int converted_tree(struct document *document, struct conversion *conversion,
			  struct lyd_node **ret_tree)
{
	struct lyd_node *tree;
	int r = document_tree(document, &tree);

	*conversion->error = (struct schema_error){0};
	if (r < 0)
		return r;
	document->tree = NULL;
	r = walk(tree, convert_leaf, conversion);
	if (r < 0)
		lyd_free_all(tree);
	else
		*ret_tree = tree;
	return r;
}

int document_seal(struct document *document, document_secret_fn *seal, void *user,
		  struct schema_error *error)
{
	struct conversion conversion = {seal, user, false, error};
	struct document *sealed = NULL;
	struct lyd_node *tree = NULL;
	int r = converted_tree(document, &conversion, &tree);

	if (r == 0)
		r = tree_document(document->schema, tree, &sealed, error);
	if (!sealed)
		return r;
	document_clear(document);
	*document = *sealed;
	free(sealed);
	return 0;
}

int document_unseal(struct document *document, document_secret_fn *unseal, void *user,
		    struct config **ret_config, struct schema_error *error)
{
	struct conversion conversion = {unseal, user, true, error};
	_cleanup_(tree_freep) struct lyd_node *tree = NULL;
	int r = converted_tree(document, &conversion, &tree);

	return r < 0 ? r : config_build(tree, ret_config);
}
