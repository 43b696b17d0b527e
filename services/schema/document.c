// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/document.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "schema/error.h"
#include "schema/shape.h"
#include "schema/tree.h"

const char *schema_model(const struct schema *schema)
{
	return schema->module->revision;
}

void document_clear(struct document *document)
{
	lyd_free_all(document->tree);
	config_free(document->config);
	if (document->text)
		explicit_bzero(document->text, document->size);
	free(document->text);
	if (document->rights)
		explicit_bzero(document->rights, strlen(document->rights));
	free(document->rights);
}

void document_free(struct document *document)
{
	if (!document)
		return;
	document_clear(document);
	free(document);
}

const char *document_text(const struct document *document, size_t *ret_size)
{
	if (ret_size)
		*ret_size = document->size;
	return document->text;
}

const struct config *document_config(const struct document *document)
{
	return document->config;
}

int document_tree(struct document *document, struct lyd_node **ret_tree)
{
	_cleanup_(tree_freep) struct lyd_node *tree = NULL;
	const struct schema *schema = document->schema;

	if (document->tree) {
		*ret_tree = document->tree;
		return 0;
	}
	/* The text has been accepted before: only memory can be missing. */
	if (lyd_parse_data_mem(schema->ctx, document->text, LYD_JSON,
			       LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree) != LY_SUCCESS ||
	    lyd_new_implicit_all(&tree, schema->ctx, LYD_IMPLICIT_NO_STATE, NULL) != LY_SUCCESS)
		return -ENOMEM;
	*ret_tree = document->tree = take_ptr(tree);
	return 0;
}

int document_print(struct document *document, enum document_view view, char **ret_text)
{
	_cleanup_buffer_ struct buffer buffer = buffer_of(SCHEMA_DOCUMENT_MAX);
	struct lyd_node *tree;
	int r = document_tree(document, &tree);

	if (r < 0)
		return r;
	tree_print(&buffer, tree, view);
	return buffer_take(&buffer, ret_text, NULL);
}

/* Prints and, for what is accepted must be readable later, checks the bounds. */
static int set_text(struct document *document, struct schema_error *error)
{
	_cleanup_buffer_ struct buffer buffer = buffer_of(SCHEMA_DOCUMENT_MAX);
	char *text;
	size_t size;
	int r;

	tree_print(&buffer, document->tree, DOCUMENT_COMPLETE);
	r = buffer_take(&buffer, &text, &size);
	if (r == -EFBIG) {
		error->fault = SCHEMA_FAULT_SIZE;
		error_text(error->allowed, sizeof(error->allowed),
			   "a document of at most %u MiB: this one is larger",
			   SCHEMA_DOCUMENT_MAX >> 20);
		return -EBADMSG;
	}
	if (r < 0)
		return r;
	if (document->text)
		explicit_bzero(document->text, document->size);
	free(document->text);
	document->text = text;
	document->size = size;
	return shape_check(text, error);
}

int tree_document(const struct schema *schema, struct lyd_node *tree,
		  struct document **ret_document, struct schema_error *error)
{
	_cleanup_(document_freep) struct document *document = calloc(1, sizeof(*document));
	int r;

	*error = (struct schema_error){0};
	if (!document) {
		lyd_free_all(tree);
		return -ENOMEM;
	}
	document->schema = schema;
	document->tree = tree;
	r = tree_validate(schema, &document->tree, &document->config, error);
	if (r == 0)
		r = set_text(document, error);
	if (r < 0)
		return r;
	*ret_document = take_ptr(document);
	return 0;
}

int document_parse(const struct schema *schema, struct document *base, const char *text,
		   size_t size, struct document **ret_document, struct schema_error *error)
{
	_cleanup_(tree_freep) struct lyd_node *tree = NULL;
	struct lyd_node *base_tree = NULL;
	int r = tree_parse(schema, text, size, &tree, error);

	if (r == 0 && base)
		r = document_tree(base, &base_tree);
	if (r == 0)
		r = secret_restore(tree, base_tree, error);
	return r < 0 ? r : tree_document(schema, take_ptr(tree), ret_document, error);
}

int document_take_machine(struct document *document, char ret_node[CONFIG_NAME_MAX])
{
	struct schema_error error;
	struct lyd_node *tree, *machine, *leaf;
	int r = document_tree(document, &tree);

	if (r < 0)
		return r;
	ret_node[0] = '\0';
	if (lyd_find_path(tree, "/trireme:machine", 0, &machine) != LY_SUCCESS)
		return 0;
	if (lyd_find_path(machine, "node", 0, &leaf) == LY_SUCCESS)
		r = copy_text(ret_node, CONFIG_NAME_MAX, lyd_get_value(leaf));
	if (r < 0)
		return r;
	tree_detach(&document->tree, machine);
	lyd_free_tree(machine);
	document->config->this_node[0] = '\0';
	return set_text(document, &error);
}

/* Of a union: the type among its types that the value has. */
static const struct lysc_type *type_in_union(const struct lyd_node *node)
{
	const struct lyd_value *value = &((const struct lyd_node_term *)node)->value;
	const struct lysc_type_union *type = (const struct lysc_type_union *)value->realtype;
	LY_ARRAY_COUNT_TYPE u;

	LY_ARRAY_FOR(type->types, u)
	{
		const struct lysc_type *is = type->types[u];

		if (is->basetype == LY_TYPE_LEAFREF)
			is = ((const struct lysc_type_leafref *)is)->realtype;
		if (is == value->subvalue->value.realtype)
			return type->types[u];
	}
	return NULL;
}

/* The level that the node needs by itself, or by the type of its value; 0: any. */
static uint32_t level_of(const struct lyd_node *node)
{
	const struct lysc_ext_instance *since = schema_extension(node->schema, "since");
	uint32_t level = 0;

	if (!tree_is_set(node))
		return 0;
	if (!since && node->schema->nodetype & LYD_NODE_TERM &&
	    ((const struct lyd_node_term *)node)->value.realtype->basetype == LY_TYPE_UNION) {
		const struct lysc_type *type = type_in_union(node);

		since = type ? extension_in(type->exts, "since") : NULL;
	}
	if (since)
		(void)parse_u32(since->argument, 0, UINT32_MAX, &level);
	return level;
}

int document_level(struct document *document, uint32_t *ret_level, char *ret_path, size_t size)
{
	const struct lyd_node *node, *highest = NULL;
	struct lyd_node *tree;
	uint32_t level = 0;
	int r = document_tree(document, &tree);

	if (r < 0)
		return r;
	for (const struct lyd_node *top = tree; top; top = top->next) {
		LYD_TREE_DFS_BEGIN(top, node)
		{
			uint32_t needed = level_of(node);

			if (needed > level) {
				level = needed;
				highest = node;
			}
			LYD_TREE_DFS_END(top, node);
		}
	}
	ret_path[0] = '\0';
	if (highest)
		tree_path(highest, ret_path, size);
	*ret_level = level;
	return 0;
}
