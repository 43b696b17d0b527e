// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/document_value.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/allowed.h"
#include "schema/error.h"
#include "schema/explain.h"

static void json_freep(json_t **json)
{
	json_decref(*json);
}

static int refuse(const struct path *path, const char *value, const char *allowed,
		  struct schema_error *error)
{
	error->fault = SCHEMA_FAULT_VALUE;
	error_text(error->path, sizeof(error->path), "%s", path->text);
	error_text(error->value, sizeof(error->value), "%s", value);
	error_text(error->allowed, sizeof(error->allowed), "%s", allowed);
	return -EBADMSG;
}

/* A key in the form in which a document has it. */
static json_t *key_json(const struct lysc_node *key, const char *value)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)key)->type;

	if (type->basetype == LY_TYPE_LEAFREF)
		type = ((const struct lysc_type_leafref *)type)->realtype;
	if (type->basetype == LY_TYPE_STRING || type->basetype == LY_TYPE_ENUM)
		return json_string(value);
	return json_loads(value, JSON_DECODE_ANY, NULL);
}

/* The keys of the path stand before what the value says; if it has them too, they must be equal. */
static int entry_json(const struct path *path, const struct path_step *step, json_t *body,
		      json_t **ret_entry, struct schema_error *error)
{
	_cleanup_(json_freep) json_t *entry = json_object();

	for (size_t i = 0; i < step->n_values; i++) {
		const struct lysc_node *key = path_key(step->node, i);
		json_t *value = key_json(key, step->values[i]), *given;
		char text[128];

		if (!value) {
			allowed_values(key, text, sizeof(text));
			return refuse(path, step->values[i], text, error);
		}
		given = json_object_get(body, key->name);
		if (given && !json_equal(given, value)) {
			json_decref(value);
			return refuse(path, key->name, "the key as it is in the path", error);
		}
		if (json_object_set_new(entry, key->name, value) < 0)
			return -ENOMEM;
	}
	if (json_object_update_missing(entry, body) < 0)
		return -ENOMEM;
	*ret_entry = take_ptr(entry);
	return 0;
}

/* Takes body, the content of the step's node, and wraps it into the node above. */
static int wrap(const struct path *path, size_t n, json_t *body, json_t **ret_json,
		struct schema_error *error)
{
	_cleanup_(json_freep) json_t *content = body, *parent = json_object();
	const struct path_step *step = &path->steps[n];
	char name[128];
	int r;

	if (step->node->nodetype == LYS_LIST && step->n_values) {
		json_t *entry = NULL;

		r = entry_json(path, step, body, &entry, error);
		if (r < 0)
			return r;
		json_decref(content);
		content = json_pack("[o]", entry);
	}
	error_text(name, sizeof(name), n ? "%s" : "trireme:%s", step->node->name);
	if (!content || json_object_set(parent, name, content) < 0)
		return -ENOMEM;
	*ret_json = take_ptr(parent);
	return 0;
}

/* What the value must be at that place: an object or, of all entries, an array. */
static int check_kind(const struct path *path, json_t **value, struct schema_error *error)
{
	bool list = path_last(path)->node->nodetype == LYS_LIST;

	if (!path_is_set(path))
		return json_is_object(*value) ? 0 : refuse(path, "", "an object: {...}", error);
	if (json_is_array(*value))
		return 0;
	if (list && !json_is_object(*value))
		return refuse(path, "", "entries: [{...}, ...], or one: {...}", error);
	/* One entry without its brackets. */
	*value = json_pack("[o]", *value);
	return *value ? 0 : -ENOMEM;
}

/* The whole document that the value at the path makes. */
static int whole_json(const struct path *path, const char *text, char **ret_text,
		      struct schema_error *error)
{
	_cleanup_(json_freep) json_t *json = NULL;
	json_error_t where;
	int r;

	json = json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &where);
	if (!json) {
		char allowed[128];

		error_text(allowed, sizeof(allowed),
			   "JSON as in {\"name\": \"web\"}; it is none at character %d of line %d",
			   where.column, where.line);
		r = refuse(path, "", allowed, error);
		error->fault = SCHEMA_FAULT_FORM;
		return r;
	}
	r = check_kind(path, &json, error);
	for (size_t n = path->n; n > 0 && r == 0; n--) {
		json_t *inner = json;

		json = NULL;
		r = wrap(path, n - 1, inner, &json, error);
	}
	if (r < 0)
		return r;
	*ret_text = json_dumps(json, JSON_COMPACT);
	return *ret_text ? 0 : -ENOMEM;
}

/* A leaf from its bare text; a JSON string loses its quotes. */
static int leaf_tree(const struct schema *schema, const struct path *path, const char *value,
		     struct lyd_node **ret_tree, struct schema_error *error)
{
	_cleanup_(json_freep) json_t *string = NULL;
	const struct lysc_node *leaf = path_last(path)->node;
	char allowed[sizeof(error->allowed)];
	LY_ERR r;

	if (value && value[0] == '"')
		string = json_loads(value, JSON_DECODE_ANY, NULL);
	if (string)
		value = json_string_value(string);
	if (value) {
		ly_err_clean(schema->ctx, NULL);
		r = lyd_new_path2(NULL, schema->ctx, path->text, value, strlen(value), 0, 0,
				  ret_tree, NULL);
		if (r == LY_SUCCESS)
			return 0;
	}
	allowed_values(leaf, allowed, sizeof(allowed));
	return refuse(path,
		      schema_is_secret(leaf) ? EXPLAIN_SECRET
		      : value		     ? value
					     : "",
		      allowed, error);
}

/* A container or entry with nothing in it but its keys. */
static int empty_tree(const struct schema *schema, const struct path *path,
		      struct lyd_node **ret_tree, struct schema_error *error)
{
	ly_err_clean(schema->ctx, NULL);
	if (!path_is_set(path) && lyd_new_path2(NULL, schema->ctx, path->text, NULL, 0, 0, 0,
						ret_tree, NULL) == LY_SUCCESS)
		return 0;
	return refuse(path, "", path_is_set(path) ? "a value" : explain_first(schema->ctx)->msg,
		      error);
}

int value_tree(const struct schema *schema, const struct path *path, const char *value,
	       struct lyd_node **ret_tree, struct schema_error *error)
{
	const struct path_step *last = path_last(path);
	_cleanup_free_ char *text = NULL;
	int r;

	/* An entry of a leaf-list is its own value. */
	if (last->node->nodetype == LYS_LEAFLIST && last->n_values)
		return leaf_tree(schema, path, last->values[0], ret_tree, error);
	if (last->node->nodetype == LYS_LEAF)
		return leaf_tree(schema, path, value, ret_tree, error);
	if (!value)
		return empty_tree(schema, path, ret_tree, error);
	if (last->node->nodetype == LYS_LEAFLIST && value[0] != '[')
		return refuse(path, "", "an array: [...]", error);
	r = whole_json(path, value, &text, error);
	return r < 0 ? r : tree_parse(schema, text, strlen(text), ret_tree, error);
}
