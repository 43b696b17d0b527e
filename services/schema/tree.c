// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/tree.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/config_build.h"
#include "schema/error.h"
#include "schema/explain.h"
#include "schema/shape.h"
#include "schema/validate.h"

const struct lysc_ext_instance *extension_in(const struct lysc_ext_instance *extensions,
					     const char *name)
{
	LY_ARRAY_COUNT_TYPE u;

	LY_ARRAY_FOR(extensions, u)
	{
		if (strcmp(extensions[u].def->name, name) == 0)
			return &extensions[u];
	}
	return NULL;
}

const struct lysc_ext_instance *schema_extension(const struct lysc_node *node, const char *name)
{
	return extension_in(node->exts, name);
}

/* A second, tolerant parse only serves the message. */
static void parse_failed(const struct schema *schema, const char *text, struct schema_error *error)
{
	_cleanup_(tree_freep) struct lyd_node *opaque = NULL;
	const struct ly_err_item *item = explain_first(schema->ctx);

	if (lyd_parse_data_mem(schema->ctx, text, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0,
			       &opaque) != LY_SUCCESS)
		opaque = NULL;
	explain_parse(schema->ctx, item, opaque, error);
}

static int parse(const struct schema *schema, const char *text, size_t size,
		 struct lyd_node **ret_tree, struct schema_error *error)
{
	int r;

	if (size == 0 || memchr(text, '\0', size)) {
		error_text(error->allowed, sizeof(error->allowed), "a JSON document: this one %s",
			   size ? "has a zero byte in it" : "is empty");
		return -EBADMSG;
	}
	r = shape_check(text, error);
	if (r < 0)
		return r;
	ly_err_clean(schema->ctx, NULL);
	if (lyd_parse_data_mem(schema->ctx, text, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0,
			       ret_tree) == LY_SUCCESS)
		return 0;
	parse_failed(schema, text, error);
	return -EBADMSG;
}

int tree_parse(const struct schema *schema, const char *text, size_t size,
	       struct lyd_node **ret_tree, struct schema_error *error)
{
	struct lyd_node *tree = NULL;
	int r;

	*error = (struct schema_error){0};
	r = parse(schema, text, size, &tree, error);
	error_make_printable(error);
	if (r == 0)
		*ret_tree = tree;
	return r;
}

static int validate(const struct schema *schema, struct lyd_node **tree, struct config **ret_config,
		    struct schema_error *error)
{
	_cleanup_(config_freep) struct config *config = NULL;
	int r;

	ly_err_clean(schema->ctx, NULL);
	if (lyd_validate_all(tree, schema->ctx, LYD_VALIDATE_NO_STATE, NULL) != LY_SUCCESS) {
		explain_validation(schema->ctx, explain_first(schema->ctx), *tree, error);
		return -EBADMSG;
	}
	r = config_build(*tree, &config);
	if (r < 0) {
		error_text(error->allowed, sizeof(error->allowed),
			   "the program and its model do not match (error %d)", -r);
		return r;
	}
	r = config_validate(config, error);
	if (r < 0)
		return r;
	*ret_config = take_ptr(config);
	return 0;
}

int tree_validate(const struct schema *schema, struct lyd_node **tree, struct config **ret_config,
		  struct schema_error *error)
{
	int r;

	*error = (struct schema_error){0};
	r = validate(schema, tree, ret_config, error);
	error_make_printable(error);
	return r;
}

const struct lyd_node *tree_first_set(const struct lyd_node *first)
{
	while (first && !tree_is_set(first))
		first = first->next;
	return first;
}

void tree_path(const struct lyd_node *node, char *buf, size_t size)
{
	_cleanup_free_ char *path = lyd_path(node, LYD_PATH_STD, NULL, 0);

	error_text(buf, size, "%s", path ? path : "");
}

/* lyd_find_sibling_first() would compare values and whether they are defaults. */
struct lyd_node *tree_match(const struct lyd_node *siblings, const struct lyd_node *node)
{
	struct lyd_node *match = NULL;
	LY_ERR r = LY_ENOTFOUND;

	if (siblings && node->schema->nodetype == LYS_LIST)
		r = lyd_find_sibling_first(siblings, node, &match);
	else if (siblings && node->schema->nodetype == LYS_LEAFLIST)
		r = lyd_find_sibling_val(siblings, node->schema, lyd_get_value(node), 0, &match);
	else if (siblings)
		r = lyd_find_sibling_val(siblings, node->schema, NULL, 0, &match);
	return r == LY_SUCCESS ? match : NULL;
}

void tree_detach(struct lyd_node **tree, struct lyd_node *node)
{
	if (*tree == node)
		*tree = node->next;
	lyd_unlink_tree(node);
}

int tree_attach(struct lyd_node **tree, struct lyd_node *parent, struct lyd_node *node)
{
	LY_ERR r = parent ? lyd_insert_child(parent, node) : lyd_insert_sibling(*tree, node, tree);

	if (r == LY_SUCCESS)
		return 0;
	lyd_free_tree(node);
	return -ENOMEM;
}
