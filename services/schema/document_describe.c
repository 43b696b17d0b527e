// SPDX-License-Identifier: GPL-2.0-or-later
/* What the model says of a place, for completions, forms and help. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/allowed.h"
#include "schema/document_path.h"
#include "schema/error.h"

#define ALLOWED_MAX 512
#define REFERENCES_MAX 256

/* Sets a text, if there is one. */
static void set_text(json_t *object, const char *name, const char *text)
{
	if (text)
		(void)json_object_set_new(object, name, json_string(text));
}

static void set_true(json_t *object, const char *name, bool value)
{
	if (value)
		(void)json_object_set_new(object, name, json_true());
}

static void set_bounds(json_t *object, const struct lysc_range *range)
{
	LY_ARRAY_COUNT_TYPE n = range ? LY_ARRAY_COUNT(range->parts) : 0;

	if (n == 0)
		return;
	(void)json_object_set_new(object, "min", json_integer((json_int_t)range->parts[0].min_u64));
	(void)json_object_set_new(object, "max",
				  json_integer((json_int_t)range->parts[n - 1].max_u64));
}

static void set_values(json_t *object, const struct lysc_type_enum *type)
{
	json_t *values = json_array();
	LY_ARRAY_COUNT_TYPE u;

	LY_ARRAY_FOR(type->enums, u)
	{
		json_t *value = json_object();

		set_text(value, "name", type->enums[u].name);
		set_text(value, "help", type->enums[u].dsc);
		(void)json_array_append_new(values, value);
	}
	(void)json_object_set_new(object, "values", values);
}

/* The paths of a union of references, with " | " between; of any other union nothing. */
static void set_references(json_t *object, const struct lysc_type_union *type)
{
	char paths[REFERENCES_MAX] = "";
	LY_ARRAY_COUNT_TYPE u;

	LY_ARRAY_FOR(type->types, u)
	{
		const struct lysc_type_leafref *one = (const void *)type->types[u];

		if (one->basetype != LY_TYPE_LEAFREF)
			return;
		error_append(paths, sizeof(paths), "%s%s", u ? " | " : "",
			     lyxp_get_expr(one->path));
	}
	set_text(object, "reference", paths);
}

static void set_type(json_t *object, const struct lysc_type *type)
{
	switch (type->basetype) {
	case LY_TYPE_LEAFREF:
		set_text(object, "reference",
			 lyxp_get_expr(((const struct lysc_type_leafref *)type)->path));
		set_type(object, ((const struct lysc_type_leafref *)type)->realtype);
		return;
	case LY_TYPE_UINT8:
	case LY_TYPE_UINT16:
	case LY_TYPE_UINT32:
		set_text(object, "type", "number");
		set_bounds(object, ((const struct lysc_type_num *)type)->range);
		return;
	case LY_TYPE_ENUM:
		set_text(object, "type", "enumeration");
		set_values(object, (const struct lysc_type_enum *)type);
		return;
	case LY_TYPE_BOOL:
		set_text(object, "type", "boolean");
		return;
	case LY_TYPE_UNION:
		set_references(object, (const struct lysc_type_union *)type);
		set_text(object, "type", "string");
		return;
	default:
		set_text(object, "type", "string");
	}
}

/* The members that leaves and leaf-lists have alike stand at the same places in libyang's structs.
 */
static void set_leaf(json_t *object, const struct lysc_node *node)
{
	const struct lysc_node_leaf *leaf = (const struct lysc_node_leaf *)node;
	char allowed[ALLOWED_MAX];

	allowed_values(node, allowed, sizeof(allowed));
	set_text(object, "allowed", allowed);
	set_text(object, "units", leaf->units);
	set_type(object, leaf->type);
	if (node->nodetype == LYS_LEAF && leaf->dflt)
		set_text(object, "default", lyd_value_get_canonical(node->module->ctx, leaf->dflt));
	set_true(object, "secret", schema_is_secret(node));
}

static void set_keys(json_t *object, const struct lysc_node *list)
{
	json_t *keys = json_array();

	for (size_t i = 0; i < path_keys(list); i++)
		(void)json_array_append_new(keys, json_string(path_key(list, i)->name));
	(void)json_object_set_new(object, "keys", keys);
}

/* The choices around a node, which are not nodes of the data: the outermost first. */
static void set_choices(json_t *object, const struct lysc_node *node)
{
	json_t *choices = json_array();
	const struct lysc_node *c = node->parent;

	for (; c && c->nodetype == LYS_CASE; c = c->parent->parent)
		(void)json_array_insert_new(
			choices, 0,
			json_pack("{s:s, s:s}", "choice", c->parent->name, "case", c->name));
	if (json_array_size(choices) > 0)
		(void)json_object_set(object, "choices", choices);
	json_decref(choices);
}

static json_t *describe_node(const struct lysc_node *node)
{
	struct lysc_when **when = lysc_node_when(node);
	json_t *object = json_object();

	set_text(object, "name", node->name);
	set_text(object, "kind", lys_nodetype2str(node->nodetype));
	set_text(object, "help", node->dsc);
	set_text(object, "condition", when ? when[0]->dsc : NULL);
	set_choices(object, node);
	set_true(object, "mandatory", node->flags & LYS_MAND_TRUE || lysc_is_key(node));
	if (node->nodetype & LYD_NODE_TERM)
		set_leaf(object, node);
	if (node->nodetype == LYS_LIST)
		set_keys(object, node);
	set_true(object, "restricted", schema_is_restricted(node));
	set_true(object, "presence", node->nodetype == LYS_CONTAINER && node->flags & LYS_PRESENCE);
	return object;
}

static json_t *describe(const struct lys_module *module, const struct lysc_node *node)
{
	json_t *object = node ? describe_node(node) : json_object();
	json_t *children = json_array();
	const struct lysc_node *child = NULL;

	if (node && node->nodetype & LYD_NODE_TERM) {
		json_decref(children);
		return object;
	}
	while ((child = lys_getnext(child, node, node ? NULL : module->compiled, 0)))
		(void)json_array_append_new(children, describe_node(child));
	(void)json_object_set_new(object, "children", children);
	return object;
}

int document_describe(const struct schema *schema, const char *where, char **ret_json,
		      struct schema_error *error)
{
	const struct lysc_node *node = NULL;
	struct path path;
	json_t *object;
	char *text;

	*error = (struct schema_error){0};
	if (where[0] && strcmp(where, "/") != 0) {
		int r = path_parse_schema(schema, where, &path, error);

		if (r < 0)
			return r;
		node = path_last(&path)->node;
	}
	object = describe(schema->module, node);
	text = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (!text)
		return -ENOMEM;
	*ret_json = text;
	return 0;
}
