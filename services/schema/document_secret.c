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

/* A leaf that was converted, and what it was. */
struct converted {
	struct lyd_node *leaf;
	char *value;
};

struct conversion {
	document_secret_fn *convert;
	void *user;
	bool from_sealed;
	struct schema_error *error;
	struct converted *done; /* n of them, in a buffer for room */
	size_t n, room;
};

static void wipe(char *secret)
{
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* What a leaf is before it is converted. */
static int remember(struct conversion *conversion, struct lyd_node *leaf)
{
	char *value;

	if (conversion->n == conversion->room) {
		size_t room = conversion->room ? 2 * conversion->room : 4;
		struct converted *larger =
			reallocarray(conversion->done, room, sizeof(*conversion->done));

		if (!larger)
			return -ENOMEM;
		conversion->done = larger;
		conversion->room = room;
	}
	value = strdup(lyd_get_value(leaf));
	if (!value)
		return -ENOMEM;
	conversion->done[conversion->n++] = (struct converted){leaf, value};
	return 0;
}

/* The tree becomes what it was. False: it cannot, and is to be parsed again. */
static bool undo(struct conversion *conversion)
{
	bool whole = true;

	for (size_t i = 0; i < conversion->n; i++) {
		LY_ERR r = lyd_change_term(conversion->done[i].leaf, conversion->done[i].value);

		whole = whole && (r == LY_SUCCESS || r == LY_EEXIST || r == LY_ENOT);
	}
	return whole;
}

static void conversion_clear(struct conversion *conversion)
{
	for (size_t i = 0; i < conversion->n; i++)
		wipe(conversion->done[i].value);
	free(conversion->done);
}

static int convert_leaf(struct lyd_node *leaf, void *user)
{
	struct conversion *conversion = user;
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
	r = remember(conversion, leaf);
	changed = r == 0 ? lyd_change_term(leaf, converted) : LY_EMEM;
	explicit_bzero(converted, strlen(converted));
	if (r < 0)
		return r;
	if (changed == LY_SUCCESS || changed == LY_EEXIST || changed == LY_ENOT)
		return 0;
	return refuse(leaf, "a secret of the form that the model gives", conversion->error);
}

/* Converts the secrets in the document's tree, which is another one than its text then. */
static int convert_all(struct document *document, struct conversion *conversion)
{
	struct lyd_node *tree;
	int r = document_tree(document, &tree);

	*conversion->error = (struct schema_error){0};
	return r < 0 ? r : walk(tree, convert_leaf, conversion);
}

/* The document's tree says what its text does again. */
static void convert_back(struct document *document, struct conversion *conversion)
{
	if (undo(conversion))
		return;
	lyd_free_all(document->tree);
	document->tree = NULL;
}

/* Takes over what the tree says now. */
static int take_tree(struct document *document, struct schema_error *error)
{
	struct document *sealed;
	struct lyd_node *tree = document->tree;
	int r;

	document->tree = NULL;
	r = tree_document(document->schema, tree, &sealed, error);
	if (r < 0)
		return r;
	document_clear(document);
	*document = *sealed;
	free(sealed);
	return 0;
}

int document_seal(struct document *document, document_secret_fn *seal, void *user,
		  struct schema_error *error)
{
	_cleanup_(conversion_clear) struct conversion conversion = {
		.convert = seal, .user = user, .from_sealed = false, .error = error};
	int r = convert_all(document, &conversion);

	if (r < 0)
		convert_back(document, &conversion);
	else if (conversion.n > 0)
		r = take_tree(document, error);
	return r;
}

int document_unseal(struct document *document, document_secret_fn *unseal, void *user,
		    struct config **ret_config, struct schema_error *error)
{
	_cleanup_(conversion_clear) struct conversion conversion = {
		.convert = unseal, .user = user, .from_sealed = true, .error = error};
	int r = convert_all(document, &conversion);

	if (r == 0)
		r = config_build(document->tree, ret_config);
	convert_back(document, &conversion);
	return r;
}
