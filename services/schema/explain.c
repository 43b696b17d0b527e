// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/explain.h"

#include <string.h>

#include "schema/allowed.h"
#include "schema/error.h"
#include "schema/tree.h"

#define PATH_SIZE 256

/* Where libyang says the error is; parts that it does not say are empty or 0. */
struct location {
	char data[PATH_SIZE];	/* /trireme:cluster/node[name='r1']/id */
	char schema[PATH_SIZE]; /* /trireme:cluster/node/id */
	char line[12];
};

/* Copies what stands between mark and the next `end`; nothing when mark is not in the text. */
static void copy_between(const char *text, const char *mark, const char *end, char *ret_part,
			 size_t size)
{
	const char *start = strstr(text, mark);

	ret_part[0] = '\0';
	if (!start)
		return;
	start += strlen(mark);
	error_text(ret_part, size, "%.*s", (int)strcspn(start, end), start);
}

const struct ly_err_item *explain_first(const struct ly_ctx *ctx)
{
	static const struct ly_err_item unknown = {.msg = (char *)"an unknown error of libyang"};
	const struct ly_err_item *item = ly_err_first(ctx);

	while (item && (item->level != LY_LLERR || !item->msg))
		item = item->next;
	return item ? item : &unknown;
}

/* ly_err_item.path: `Data location "…", line number 5.`, in any combination and either case. */
static void locate(const struct ly_err_item *item, struct location *ret_location)
{
	const char *text = item->path ? item->path : "";

	copy_between(text, "ata location \"", "\"", ret_location->data, PATH_SIZE);
	copy_between(text, "chema location \"", "\"", ret_location->schema, PATH_SIZE);
	copy_between(text, "ine number ", ".", ret_location->line, sizeof(ret_location->line));
}

/* The nth text in double quotes of a message, counted from 0. */
static void quoted(const char *message, int n, char *ret_text, size_t size)
{
	ret_text[0] = '\0';
	for (int i = 0; i <= n; i++) {
		const char *start = strchr(message, '"');
		const char *end = start ? strchr(start + 1, '"') : NULL;

		if (!end)
			return;
		if (i == n)
			error_text(ret_text, size, "%.*s", (int)(end - start - 1), start + 1);
		message = end + 1;
	}
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* The path without predicates names the schema node. A predicate's value is in quotes. */
static void strip_predicates(const char *path, char *ret_path, size_t size)
{
	size_t n = 0;
	char quote = '\0';
	bool inside = false;

	for (; *path && n + 1 < size; path++) {
		if (quote && *path == quote)
			quote = '\0';
		else if (quote)
			continue;
		else if (inside && (*path == '\'' || *path == '"'))
			quote = *path;
		else if (*path == '[')
			inside = true;
		else if (*path == ']')
			inside = false;
		else if (!inside)
			ret_path[n++] = *path;
	}
	ret_path[n] = '\0';
}

/* The node of the model at a path whose parts may be choices and cases. */
static const struct lysc_node *choice_at(const struct ly_ctx *ctx, const char *path)
{
	const struct lys_module *module = ly_ctx_get_module_implemented(ctx, "trireme");
	const struct lysc_node *node = NULL, *next = module->compiled->data;

	path = strchr(path, ':') ? strchr(path, ':') + 1 : path;
	while (next && *path) {
		size_t length = strcspn(path, "/");

		while (next && (strncmp(next->name, path, length) != 0 || next->name[length]))
			next = next->next;
		node = next;
		next = node ? lysc_node_child(node) : NULL;
		path += length + (path[length] == '/');
	}
	return *path ? NULL : node;
}

static const struct lysc_node *schema_at(const struct ly_ctx *ctx, const char *path)
{
	const struct lysc_node *node;
	char plain[PATH_SIZE];

	strip_predicates(path, plain, sizeof(plain));
	node = plain[0] ? lys_find_path(ctx, NULL, plain, 0) : NULL;
	return node || !plain[0] ? node : choice_at(ctx, plain);
}

static bool is_leaf(const struct lysc_node *node)
{
	return node && (node->nodetype & LYD_NODE_TERM);
}

static bool is_secret(const struct lysc_node *node)
{
	return is_leaf(node) && schema_is_secret(node);
}

static LY_ERR note_secret(struct lysc_node *node, void *found, ly_bool *ret_skip)
{
	(void)ret_skip;
	*(bool *)found |= is_secret(node);
	return LY_SUCCESS;
}

static bool has_secret(const struct lysc_node *node)
{
	bool found = false;

	if (node)
		lysc_tree_dfs_full(node, note_secret, &found);
	return found;
}

/* The rule that is broken may quote the value, a rule of the model does not. */
static void hide_secret(const struct lysc_node *schema, struct schema_error *error)
{
	if (!is_secret(schema))
		return;
	error_text(error->value, sizeof(error->value), EXPLAIN_SECRET);
	allowed_values(schema, error->allowed, sizeof(error->allowed));
}

static const char *opaque_name(const struct lyd_node *node)
{
	return node->schema ? node->schema->name : ((const struct lyd_node_opaq *)node)->name.name;
}

/* The names of the node and of all above it are those of the schema node and all above it. */
static bool same_place(const struct lyd_node *node, const struct lysc_node *schema)
{
	while (node && schema) {
		if (schema->nodetype & (LYS_CHOICE | LYS_CASE)) {
			schema = schema->parent;
			continue;
		}
		if (strcmp(opaque_name(node), schema->name) != 0)
			return false;
		node = lyd_parent(node);
		schema = schema->parent;
	}
	return !node && !schema;
}

/* The parser stops at the first error: the first unparsed value of that place is the one. */
static void opaque_value(const struct lyd_node *opaque, const struct lysc_node *schema,
			 char *ret_value, size_t size)
{
	for (const struct lyd_node *root = opaque; root; root = root->next) {
		const struct lyd_node *node;

		LYD_TREE_DFS_BEGIN(root, node)
		{
			if (!node->schema && same_place(node, schema)) {
				error_text(ret_value, size, "%s",
					   ((const struct lyd_node_opaq *)node)->value);
				return;
			}
			LYD_TREE_DFS_END(root, node);
		}
	}
}

static void explain_unknown(const struct ly_ctx *ctx, const struct ly_err_item *item,
			    const struct location *at, struct schema_error *error)
{
	const struct lysc_node *parent = schema_at(ctx, at->data);
	char name[128];

	quoted(item->msg, 0, name, sizeof(name));
	error->fault = SCHEMA_FAULT_UNKNOWN;
	error_text(error->path, sizeof(error->path), "%s/%s%s", at->data,
		   strstr(item->msg, "in the \"trireme\" module") ? "trireme:" : "", name);
	error_text(error->value, sizeof(error->value), "%s", name);
	allowed_children(parent, ly_ctx_get_module_implemented(ctx, "trireme"), error->allowed,
			 sizeof(error->allowed));
}

static void explain_value(const struct ly_err_item *item, const struct lysc_node *leaf,
			  const struct lyd_node *opaque, struct schema_error *error)
{
	allowed_values(leaf, error->allowed, sizeof(error->allowed));
	if (strstr(item->msg, "non-number-encoded"))
		error_append(error->allowed, sizeof(error->allowed), " (a number, without quotes)");
	else if (strstr(item->msg, "non-string-encoded"))
		error_append(error->allowed, sizeof(error->allowed), " (text, in quotes)");
	opaque_value(opaque, leaf, error->value, sizeof(error->value));
	if (!error->value[0])
		copy_between(item->msg, "value \"", "\"", error->value, sizeof(error->value));
}

/* `List instance is missing its key "name".` with the list's path. */
static void explain_key(const struct ly_err_item *item, const struct lysc_node *list,
			const struct location *at, struct schema_error *error)
{
	const struct lysc_node *leaf = NULL;
	char key[64], text[256] = "";

	quoted(item->msg, 0, key, sizeof(key));
	if (list)
		leaf = lys_find_child(list, list->module, key, 0, 0, 0);
	if (leaf)
		allowed_values(leaf, text, sizeof(text));
	error_append(error->path, sizeof(error->path), "/%s", key);
	error_text(error->allowed, sizeof(error->allowed),
		   "it is missing in the entry that ends at line %s, and must be given: %s",
		   at->line, text);
}

/*
 * libyang's own sentence, with the line when it says one. What it quotes of the document ends it,
 * where a secret can be near.
 */
static void explain_plainly(const struct ly_err_item *item, const struct location *at,
			    const struct lysc_node *schema, struct schema_error *error)
{
	int length = (int)(has_secret(schema) ? strcspn(item->msg, "\"") : strlen(item->msg));

	if (at->line[0])
		error_text(error->allowed, sizeof(error->allowed), "line %s: %.*s", at->line,
			   length, item->msg);
	else
		error_text(error->allowed, sizeof(error->allowed), "%.*s", length, item->msg);
}

void explain_parse(const struct ly_ctx *ctx, const struct ly_err_item *item,
		   const struct lyd_node *opaque, struct schema_error *error)
{
	const struct lysc_node *schema;
	struct location at;

	locate(item, &at);
	error_text(error->path, sizeof(error->path), "%s", at.data);
	schema = schema_at(ctx, at.data);
	if (starts_with(item->msg, "Node \"") && strstr(item->msg, "not found"))
		explain_unknown(ctx, item, &at, error);
	else if (strstr(item->msg, "must be namespace-qualified") ||
		 starts_with(item->msg, "No module named"))
		explain_unknown(ctx, item, &(struct location){0}, error);
	else if (starts_with(item->msg, "List instance is missing its key"))
		explain_key(item, schema, &at, error);
	else if (is_leaf(schema) && item->vecode == LYVE_DATA)
		explain_value(item, schema, opaque, error);
	else
		explain_plainly(item, &at, schema, error);
	hide_secret(schema, error);
}

static size_t count_instances(const struct lyd_node *parent, const struct lysc_node *schema)
{
	size_t n = 0;

	for (const struct lyd_node *c = lyd_child(parent); c; c = c->next)
		n += c->schema == schema;
	return n;
}

/* One of the parent's children belongs to that choice or case. */
static bool has_part(const struct lyd_node *parent, const struct lysc_node *part)
{
	for (const struct lyd_node *c = lyd_child(parent); c; c = c->next) {
		const struct lysc_node *above = c->schema;

		while (above && above != part && above != parent->schema)
			above = above->parent;
		if (above == part && !(c->flags & LYD_DEFAULT))
			return true;
	}
	return false;
}

/* The node belongs to a case of which the parent has nothing: it has another one. */
static bool is_of_other_case(const struct lyd_node *parent, const struct lysc_node *schema)
{
	return schema->parent && schema->parent->nodetype == LYS_CASE &&
	       !has_part(parent, schema->parent);
}

/*
 * Of some errors only the schema node is told: the first instance of its parent that has fewer
 * than min or more than max instances of it is the one. Sets the path; returns their number.
 */
static size_t find_instance(const struct lysc_node *schema, const struct lyd_node *tree, size_t min,
			    size_t max, struct schema_error *error)
{
	const struct lysc_node *parent = lysc_data_parent(schema);
	struct ly_set *set = NULL;
	char path[PATH_SIZE];
	size_t n = 0;

	if (!parent || !lysc_path(parent, LYSC_PATH_DATA, path, PATH_SIZE) ||
	    lyd_find_xpath(tree, path, &set) != LY_SUCCESS)
		return 0;
	for (uint32_t i = 0; i < set->count; i++) {
		n = count_instances(set->dnodes[i], schema);
		if ((n >= min && n <= max) || is_of_other_case(set->dnodes[i], schema))
			continue;
		lyd_path(set->dnodes[i], LYD_PATH_STD, path, PATH_SIZE);
		error_text(error->path, sizeof(error->path), "%s/%s", path, schema->name);
		break;
	}
	ly_set_free(set, NULL);
	return n;
}

static void explain_missing(const struct lysc_node *missing, const struct lyd_node *tree,
			    struct schema_error *error)
{
	char text[300];

	if (is_leaf(missing))
		allowed_values(missing, text, sizeof(text));
	else
		allowed_children(missing, missing->module, text, sizeof(text));
	find_instance(missing, tree, 1, SIZE_MAX, error);
	error_text(error->allowed, sizeof(error->allowed), "it is missing and must be given: %s",
		   text);
}

static void explain_count(const struct lysc_node *schema, const struct lyd_node *tree,
			  struct schema_error *error)
{
	const struct lysc_node_list *list = (const struct lysc_node_list *)schema;
	const struct lysc_node_leaflist *leaflist = (const struct lysc_node_leaflist *)schema;
	bool is_list = schema->nodetype == LYS_LIST;
	uint32_t min = is_list ? list->min : leaflist->min;
	uint32_t max = is_list ? list->max : leaflist->max;
	size_t n = find_instance(schema, tree, min, max, error);

	if (n < min)
		error_text(error->allowed, sizeof(error->allowed), "at least %u; there %s %zu", min,
			   n == 1 ? "is" : "are", n);
	else
		error_text(error->allowed, sizeof(error->allowed), "at most %u; there are more",
			   max);
}

/* The first node of that place in the document that has both; the path becomes its own. */
static bool find_both(const struct lyd_node *tree, const char *first, const char *second,
		      char *path, size_t size)
{
	struct ly_set *set = NULL;
	char both[PATH_SIZE];
	bool found;

	error_text(both, sizeof(both), "%s[%s][%s]", path, first, second);
	if (lyd_find_xpath(tree, both, &set) != LY_SUCCESS)
		return false;
	found = set->count && lyd_path(set->dnodes[0], LYD_PATH_STD, path, size);
	ly_set_free(set, NULL);
	return found;
}

/*
 * `Data for both cases "mac" and "pci-path" exist.`, with the choice's path in the model, where the
 * choices and cases above it are parts too.
 */
static void explain_choice(const struct ly_err_item *item, const struct lyd_node *tree,
			   struct schema_error *error)
{
	char first[64], second[64], path[PATH_SIZE], *end;

	quoted(item->msg, 0, first, sizeof(first));
	quoted(item->msg, 1, second, sizeof(second));
	error_text(error->allowed, sizeof(error->allowed), "either %s or %s, not both", first,
		   second);
	error_text(path, sizeof(path), "%s", error->path);
	while ((end = strrchr(path, '/')) && end > path) {
		*end = '\0';
		if (!find_both(tree, first, second, path, sizeof(path)))
			continue;
		error_text(error->path, sizeof(error->path), "%s", path);
		return;
	}
}

/* `Unique data leaf(s) "id" not satisfied in "A" and "B".` */
static void explain_unique(const struct ly_err_item *item, const struct lyd_node *tree,
			   struct schema_error *error)
{
	char leaf[64], first[PATH_SIZE], second[PATH_SIZE];
	struct lyd_node *node = NULL;

	quoted(item->msg, 0, leaf, sizeof(leaf));
	quoted(item->msg, 1, first, sizeof(first));
	quoted(item->msg, 2, second, sizeof(second));
	error_text(error->path, sizeof(error->path), "%s", first);
	if (!strchr(leaf, ' ')) {
		error_append(error->path, sizeof(error->path), "/%s", leaf);
		if (lyd_find_path(tree, error->path, 0, &node) == LY_SUCCESS)
			error_text(error->value, sizeof(error->value), "%s", lyd_get_value(node));
	}
	error_text(error->allowed, sizeof(error->allowed), "a value of its own: %s has the same %s",
		   second, leaf);
}

/* `Mandatory choice "port" data do not exist.`, with the choice's path in the model. */
static void explain_no_case(const struct ly_ctx *ctx, const struct lyd_node *tree,
			    struct schema_error *error)
{
	const struct lysc_node *choice = choice_at(ctx, error->path), *child = NULL;
	const struct lysc_node *parent = choice ? lysc_data_parent(choice) : NULL;
	struct ly_set *set = NULL;
	const char *separator = ": one of ";
	char path[PATH_SIZE];

	error_text(error->allowed, sizeof(error->allowed), "it is missing and must be given");
	if (!parent || !lysc_path(parent, LYSC_PATH_DATA, path, PATH_SIZE) ||
	    lyd_find_xpath(tree, path, &set) != LY_SUCCESS)
		return;
	for (uint32_t i = 0; i < set->count; i++) {
		if (has_part(set->dnodes[i], choice) || (choice->parent->nodetype == LYS_CASE &&
							 !has_part(set->dnodes[i], choice->parent)))
			continue;
		lyd_path(set->dnodes[i], LYD_PATH_STD, error->path, sizeof(error->path));
		break;
	}
	ly_set_free(set, NULL);
	while ((child = lys_getnext(child, choice, NULL, 0))) {
		error_append(error->allowed, sizeof(error->allowed), "%s%s", separator,
			     child->name);
		separator = ", ";
	}
}

/* What the model says of the first condition that the node has. */
static const char *condition_of(const struct lysc_node *schema)
{
	struct lysc_when **when = schema ? lysc_node_when(schema) : NULL;

	return when ? when[0]->dsc : NULL;
}

static void explain_node(const struct ly_err_item *item, const struct lysc_node *schema,
			 const struct lyd_node *tree, struct schema_error *error)
{
	const char *condition =
		starts_with(item->msg, "When condition") ? condition_of(schema) : NULL;
	struct lyd_node *node = NULL;

	if (is_leaf(schema) && lyd_find_path(tree, error->path, 0, &node) == LY_SUCCESS)
		error_text(error->value, sizeof(error->value), "%s", lyd_get_value(node));
	if (item->apptag && strcmp(item->apptag, "instance-required") == 0 && is_leaf(schema))
		allowed_references(schema, tree, error->allowed, sizeof(error->allowed));
	else if (condition)
		error_text(error->allowed, sizeof(error->allowed), "%s", condition);
	else
		error_text(error->allowed, sizeof(error->allowed), "%s", item->msg);
}

void explain_validation(const struct ly_ctx *ctx, const struct ly_err_item *item,
			const struct lyd_node *tree, struct schema_error *error)
{
	const struct lysc_node *schema;
	struct location at;

	locate(item, &at);
	error_text(error->path, sizeof(error->path), "%s", at.data[0] ? at.data : at.schema);
	schema = schema_at(ctx, error->path);
	if (schema && starts_with(item->msg, "Mandatory node")) {
		/* It quotes nothing of the document. */
		explain_missing(schema, tree, error);
		return;
	}
	if (starts_with(item->msg, "Mandatory choice"))
		explain_no_case(ctx, tree, error);
	else if (starts_with(item->msg, "Unique data leaf"))
		explain_unique(item, tree, error);
	else if (schema && schema->nodetype & (LYS_LIST | LYS_LEAFLIST) &&
		 starts_with(item->msg, "Too "))
		explain_count(schema, tree, error);
	else if (starts_with(item->msg, "Data for both cases"))
		explain_choice(item, tree, error);
	else if (starts_with(item->msg, "Duplicate instance"))
		error_text(error->allowed, sizeof(error->allowed), "given once; it is there twice");
	else
		explain_node(item, schema, tree, error);
	hide_secret(schema, error);
}
