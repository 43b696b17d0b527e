// SPDX-License-Identifier: GPL-2.0-or-later
/* Every leaf of the model says what it is and what holds without it, and every number how large it
 * can be and in what. */
#include <libyang/libyang.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"

/* Numbers that only tell one thing from another, and shares of nothing in particular. */
static bool is_without_unit(const char *name)
{
	static const char *const names[] = {"id",	  "mark",      "firewall-mark", "port",
					    "port-first", "port-last", "first",		"last",
					    "priority",	  "weight"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* Or it is there in any case, or the help says what holds when it is left out. */
static bool has_default(const struct lysc_node *node)
{
	const struct lysc_node_leaf *leaf = (const struct lysc_node_leaf *)node;

	return node->nodetype != LYS_LEAF || leaf->dflt || lysc_is_key(node) ||
	       node->flags & LYS_MAND_TRUE ||
	       (node->parent && node->parent->nodetype == LYS_CASE) || strstr(node->dsc, "eft out");
}

static const char *missing(const struct lysc_node *node)
{
	const struct lysc_node_leaf *leaf = (const struct lysc_node_leaf *)node;
	const struct lysc_type_num *number = (const struct lysc_type_num *)leaf->type;

	if (!node->dsc)
		return "description";
	if (!has_default(node))
		return "default";
	if (leaf->type->basetype < LY_TYPE_UINT8 || leaf->type->basetype > LY_TYPE_UINT64)
		return NULL;
	if (!number->range)
		return "range";
	return leaf->units || is_without_unit(node->name) ? NULL : "units";
}

struct found {
	size_t leaves, failed;
};

static LY_ERR look(struct lysc_node *node, void *data, ly_bool *ret_skip)
{
	const char *what = node->nodetype & LYD_NODE_TERM ? missing(node) : NULL;
	struct found *found = data;
	char path[256];

	(void)ret_skip;
	found->leaves += (node->nodetype & LYD_NODE_TERM) != 0;
	if (what) {
		print_error("%s: no %s\n", lysc_path(node, LYSC_PATH_DATA, path, sizeof(path)),
			    what);
		found->failed++;
	}
	return LY_SUCCESS;
}

static struct found walk(struct ly_ctx *ctx, const struct lys_module *module)
{
	struct found found = {0};

	assert_non_null(module);
	assert_int_equal(lysc_module_dfs_full(module, look, &found), LY_SUCCESS);
	ly_ctx_destroy(ctx);
	return found;
}

static void every_leaf_is_described(void **state)
{
	struct ly_ctx *ctx = NULL;
	struct found found;

	(void)state;
	assert_int_equal(ly_ctx_new("services/schema", LY_CTX_NO_YANGLIBRARY, &ctx), LY_SUCCESS);
	found = walk(ctx, ly_ctx_load_module(ctx, "trireme", NULL, NULL));
	assert_true(found.leaves > 70);
	assert_int_equal(found.failed, 0);
}

static void a_bare_leaf_is_noticed(void **state)
{
	static const char *const text =
		"module m { namespace \"urn:m\"; prefix m;"
		"leaf a { type string; default \"a\"; }"
		"leaf b { type uint8; default 1; description \"b\"; units \"bits\"; }"
		"leaf c { type uint8 { range \"1..2\"; } default 1; description \"c\"; }"
		"leaf d { type string; description \"d\"; }"
		"leaf e { type uint8 { range \"1..2\"; } default 1; description \"e\"; units "
		"\"bits\"; } }";
	struct lys_module *module = NULL;
	struct ly_ctx *ctx = NULL;
	struct found found;

	(void)state;
	assert_int_equal(ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY, &ctx), LY_SUCCESS);
	assert_int_equal(lys_parse_mem(ctx, text, LYS_IN_YANG, &module), LY_SUCCESS);
	found = walk(ctx, module);
	assert_int_equal(found.leaves, 5);
	assert_int_equal(found.failed, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_leaf_is_described),
		cmocka_unit_test(a_bare_leaf_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
