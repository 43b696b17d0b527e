// SPDX-License-Identifier: GPL-2.0-or-later
/* Which role each request needs, all of them; and that code and trireme-api.yang say the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <libyang/libyang.h>

#include "api/access.h"
#include "api/rpc_input.h"
#include "base/cleanup.h"
#include "import/import.h"

/* By hand, and so a second opinion: a row that is missing fails the test. */
static const struct {
	const char *name;
	enum access_role role;
	bool audited;
} rpcs[] = {
	{"sign-in", ACCESS_NOBODY, true},
	{"sign-out", ACCESS_VIEWER, true},
	{"diff", ACCESS_VIEWER, false},
	{"describe", ACCESS_VIEWER, false},
	{"set-password", ACCESS_VIEWER, true},
	{"commit", ACCESS_OPERATOR, true},
	{"confirm", ACCESS_OPERATOR, true},
	{"history", ACCESS_VIEWER, false},
	{"get-revision", ACCESS_VIEWER, false},
	{"discard", ACCESS_OPERATOR, true},
	{"rollback", ACCESS_OPERATOR, true},
	{"switch-over", ACCESS_OPERATOR, true},
	{"standby", ACCESS_OPERATOR, true},
	{"online", ACCESS_OPERATOR, true},
	{"set-admin-state", ACCESS_OPERATOR, true},
	{"import", ACCESS_OPERATOR, true},
	{"override", ACCESS_ADMINISTRATOR, true},
	{"force-quorum", ACCESS_ADMINISTRATOR, true},
	{"create-token", ACCESS_ADMINISTRATOR, true},
	{"audit", ACCESS_ADMINISTRATOR, false},
	{"decisions", ACCESS_VIEWER, false},
};

static void each_rpc_needs_its_role(void **state)
{
	bool seen[ACCESS_RPCS] = {false};
	enum access_rpc rpc;

	(void)state;
	assert_int_equal(ARRAY_SIZE(rpcs), ACCESS_RPCS);
	for (size_t i = 0; i < ARRAY_SIZE(rpcs); i++) {
		assert_int_equal(access_rpc_parse(rpcs[i].name, &rpc), 0);
		assert_false(seen[rpc]);
		seen[rpc] = true;
		assert_string_equal(access_rpc_name(rpc), rpcs[i].name);
		assert_int_equal(access_rpc_role(rpc), rpcs[i].role);
		assert_int_equal(access_rpc_is_audited(rpc), rpcs[i].audited);
	}
	assert_int_equal(access_rpc_parse("sign", &rpc), -ENOENT);
	assert_int_equal(access_rpc_parse("", &rpc), -ENOENT);
}

struct op_case {
	const char *target;
	enum access_role get, write;
};

static const struct op_case op_cases[] = {
	{"", ACCESS_VIEWER, ACCESS_OPERATOR},
	{"/", ACCESS_VIEWER, ACCESS_OPERATOR},
	{"/trireme:virtual-service=web/scheduler", ACCESS_VIEWER, ACCESS_OPERATOR},
	{"/trireme:cluster", ACCESS_VIEWER, ACCESS_OPERATOR},
	{"/trireme:access", ACCESS_ADMINISTRATOR, ACCESS_ADMINISTRATOR},
	{"/trireme:access/user=anna/role", ACCESS_ADMINISTRATOR, ACCESS_ADMINISTRATOR},
	{"/access", ACCESS_ADMINISTRATOR, ACCESS_ADMINISTRATOR},
	{"access/user", ACCESS_ADMINISTRATOR, ACCESS_ADMINISTRATOR},
	{"trireme:management/https", ACCESS_ADMINISTRATOR, ACCESS_ADMINISTRATOR},
	{"/trireme:management", ACCESS_ADMINISTRATOR, ACCESS_ADMINISTRATOR},
	{"/trireme:accessory", ACCESS_VIEWER, ACCESS_OPERATOR},
	{"/trireme:pool=access", ACCESS_VIEWER, ACCESS_OPERATOR},
};

static void each_operation_needs_its_role(void **state)
{
	static const char *const names[] = {"hello", "get", "write", "rpc", "state"};
	enum access_op op;

	(void)state;
	assert_int_equal(ARRAY_SIZE(names), ACCESS_OPS);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_int_equal(access_op_parse(names[i], &op), 0);
		assert_int_equal(op, i);
	}
	assert_int_equal(access_op_parse("put", &op), -ENOENT);
	for (size_t i = 0; i < ARRAY_SIZE(op_cases); i++) {
		const struct op_case *c = &op_cases[i];

		assert_int_equal(access_op_role(ACCESS_GET, c->target), c->get);
		assert_int_equal(access_op_role(ACCESS_WRITE, c->target), c->write);
		assert_int_equal(access_op_role(ACCESS_HELLO, c->target), ACCESS_NOBODY);
		assert_int_equal(access_op_role(ACCESS_STATE, c->target), ACCESS_VIEWER);
	}
}

static void roles_have_names(void **state)
{
	enum access_role role;

	(void)state;
	for (enum access_role r = ACCESS_VIEWER; r <= ACCESS_ADMINISTRATOR; r++) {
		assert_int_equal(access_role_parse(access_role_name(r), &role), 0);
		assert_int_equal(role, r);
	}
	assert_int_equal(access_role_parse("nobody", &role), -EINVAL);
	assert_int_equal(access_role_of(CONFIG_ACCESS_VIEWER), ACCESS_VIEWER);
	assert_int_equal(access_role_of(CONFIG_ACCESS_OPERATOR), ACCESS_OPERATOR);
	assert_int_equal(access_role_of(CONFIG_ACCESS_ADMINISTRATOR), ACCESS_ADMINISTRATOR);
}

/* -- the models */

static struct ly_ctx *context;

static int open_models(void **state)
{
	(void)state;
	if (ly_ctx_new("services/schema:services/api", 0, &context) != LY_SUCCESS ||
	    !ly_ctx_load_module(context, "trireme", NULL, NULL) ||
	    !ly_ctx_load_module(context, "trireme-api", NULL, NULL))
		return -1;
	return 0;
}

static int close_models(void **state)
{
	(void)state;
	ly_ctx_destroy(context);
	return 0;
}

static const struct lysc_node *rpc_node(enum access_rpc rpc)
{
	char path[64];

	snprintf(path, sizeof(path), "/trireme-api:%s", access_rpc_name(rpc));
	return lys_find_path(context, NULL, path, 0);
}

static const struct lysc_node_leaf *input_leaf(enum access_rpc rpc, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/trireme-api:%s/%s", access_rpc_name(rpc), name);
	return (const struct lysc_node_leaf *)lys_find_path(context, NULL, path, 0);
}

static size_t count_input(const struct lysc_node *rpc)
{
	const struct lysc_node_action_inout *input = &((const struct lysc_node_action *)rpc)->input;
	size_t n = 0;

	for (const struct lysc_node *child = input->child; child; child = child->next)
		n++;
	return n;
}

static void check_bounds(const struct rpc_member *m, const struct lysc_range *range)
{
	LY_ARRAY_COUNT_TYPE n = range ? LY_ARRAY_COUNT(range->parts) : 0;

	assert_true(n > 0);
	assert_int_equal(range->parts[0].min_u64, m->min);
	assert_int_equal(range->parts[n - 1].max_u64, m->max);
}

static void check_values(const struct rpc_member *m, const struct lysc_type_enum *type)
{
	LY_ARRAY_COUNT_TYPE u;

	assert_int_equal(type->basetype, LY_TYPE_ENUM);
	LY_ARRAY_FOR(type->enums, u)
	{
		assert_string_equal(type->enums[u].name, m->values[u]);
	}
	assert_null(m->values[u]);
}

static void check_type(const struct rpc_member *m, const struct lysc_type *type)
{
	switch (m->kind) {
	case RPC_TEXT:
	case RPC_NAME:
		assert_int_equal(type->basetype, LY_TYPE_STRING);
		check_bounds(m, ((const struct lysc_type_str *)type)->length);
		assert_int_equal(m->kind == RPC_NAME,
				 ((const struct lysc_type_str *)type)->patterns != NULL);
		break;
	case RPC_NUMBER:
		assert_int_equal(type->basetype, LY_TYPE_UINT32);
		check_bounds(m, ((const struct lysc_type_num *)type)->range);
		break;
	case RPC_BOOLEAN:
		assert_int_equal(type->basetype, LY_TYPE_BOOL);
		break;
	case RPC_CHOICE:
		check_values(m, (const struct lysc_type_enum *)type);
		break;
	case RPC_DOCUMENT:
		assert_int_equal(type->basetype, LY_TYPE_UNION);
		break;
	}
}

static void check_rpc(enum access_rpc rpc)
{
	const struct rpc_member *m = rpc_input_members(rpc);
	const struct lysc_node *node = rpc_node(rpc);
	size_t n = 0;

	if (!node || node->nodetype != LYS_RPC)
		fail_msg("%s is no RPC of the model", access_rpc_name(rpc));
	for (; m->name; m++, n++) {
		const struct lysc_node_leaf *leaf = input_leaf(rpc, m->name);

		if (!leaf)
			fail_msg("%s: %s is not in the model", access_rpc_name(rpc), m->name);
		assert_int_equal((leaf->flags & LYS_MAND_TRUE) != 0, m->mandatory);
		check_type(m, leaf->type);
	}
	if (count_input(node) != n)
		fail_msg("%s: the model has %zu members, the code %zu", access_rpc_name(rpc),
			 count_input(node), n);
}

static void the_model_has_the_same_rpcs(void **state)
{
	const struct lys_module *module = ly_ctx_get_module_implemented(context, "trireme-api");
	const struct lysc_node_action *rpc;
	size_t n = 0;

	(void)state;
	for (rpc = module->compiled->rpcs; rpc; rpc = rpc->next)
		n++;
	assert_int_equal(n, ACCESS_RPCS);
	for (enum access_rpc i = 0; i < ACCESS_RPCS; i++)
		check_rpc(i);
}

static LY_ERR check_described(struct lysc_node *node, void *data, ly_bool *ret_skip)
{
	(void)ret_skip;
	if (!(node->nodetype & (LYS_INPUT | LYS_OUTPUT)) && !(node->dsc && node->dsc[0]))
		fail_msg("%s has no description", node->name);
	++*(size_t *)data;
	return LY_SUCCESS;
}

static void everything_in_it_is_described(void **state)
{
	const struct lys_module *module = ly_ctx_get_module_implemented(context, "trireme-api");
	size_t n = 0;

	(void)state;
	assert_int_equal(lysc_module_dfs_full(module, check_described, &n), LY_SUCCESS);
	assert_true(n > 100);
}

static bool is_restricted(const struct lysc_node *node)
{
	LY_ARRAY_COUNT_TYPE u;

	LY_ARRAY_FOR(node->exts, u)
	{
		if (strcmp(node->exts[u].def->name, "restricted") == 0)
			return true;
	}
	return false;
}

static LY_ERR count_restricted(struct lysc_node *node, void *data, ly_bool *ret_skip)
{
	(void)ret_skip;
	*(size_t *)data += !node->parent && is_restricted(node);
	return LY_SUCCESS;
}

/*
 * What the broker refuses by the target alone is what the config service keeps from others; of
 * parts deeper in the model the latter alone does.
 */
static void the_restricted_parts_are_those_of_the_model(void **state)
{
	const struct lys_module *module = ly_ctx_get_module_implemented(context, "trireme");
	size_t n = 0, marked = 0;

	(void)state;
	for (; access_restricted[n]; n++) {
		const struct lysc_node *node =
			lys_find_child(NULL, module, access_restricted[n], 0, 0, 0);

		assert_non_null(node);
		assert_true(is_restricted(node));
	}
	assert_int_equal(lysc_module_dfs_full(module, count_restricted, &marked), LY_SUCCESS);
	assert_int_equal(marked, n);
}

/* -- inputs */

struct input_case {
	enum access_rpc rpc;
	const char *input; /* NULL: none */
	const char *tag;   /* NULL: it is taken */
};

static const struct input_case input_cases[] = {
	{ACCESS_SIGN_OUT, NULL, NULL},
	{ACCESS_SIGN_OUT, "{\"a\":1}", "unknown-element"},
	{ACCESS_SIGN_IN, "{\"user\":\"anna\",\"password\":\"x\"}", NULL},
	{ACCESS_SIGN_IN, "{\"user\":\"anna\"}", "missing-element"},
	{ACCESS_SIGN_IN, NULL, "missing-element"},
	{ACCESS_SIGN_IN, "{\"user\":\"a b\",\"password\":\"x\"}", "invalid-value"},
	{ACCESS_SIGN_IN, "{\"user\":1,\"password\":\"x\"}", "invalid-value"},
	{ACCESS_SIGN_IN, "{\"user\":\"anna\",\"password\":\"x\\u0000y\"}", "invalid-value"},
	{ACCESS_COMMIT, "{\"confirm\":86400,\"emergency\":false}", NULL},
	{ACCESS_COMMIT, "{\"confirm\":86401}", "invalid-value"},
	{ACCESS_COMMIT, "{\"confirm\":0}", "invalid-value"},
	{ACCESS_COMMIT, "{\"confirm\":-1}", "invalid-value"},
	{ACCESS_COMMIT, "{\"emergency\":\"yes\"}", "invalid-value"},
	{ACCESS_DIFF, "{\"from\":3,\"to\":\"candidate\",\"format\":\"patch\"}", NULL},
	{ACCESS_DIFF, "{\"from\":\"3\"}", "invalid-value"},
	{ACCESS_DIFF, "{\"format\":\"xml\"}", "invalid-value"},
	{ACCESS_STANDBY, "{\"node\":\"r1'] or true()\"}", "invalid-value"},
	{ACCESS_SET_ADMIN_STATE,
	 "{\"pool\":\"web\",\"real-server\":\"web1\",\"admin-state\":\"drain\"}", NULL},
	{ACCESS_SET_ADMIN_STATE, "{\"pool\":\"web\",\"real-server\":\"web1\"}", "missing-element"},
};

static void inputs_are_checked(void **state)
{
	(void)state;
	/* What the RPC takes, the importers take. */
	assert_int_equal(RPC_IMPORT_MAX, IMPORT_TEXT_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(input_cases); i++) {
		const struct input_case *c = &input_cases[i];
		json_t *input = c->input ? json_loads(c->input, JSON_ALLOW_NUL, NULL) : NULL;
		struct answer answer = {0};
		const char *tag;

		assert_int_equal(rpc_input_check(c->rpc, input, &answer), c->tag ? -EBADMSG : 0);
		tag = json_string_value(json_object_get(answer_error_of(&answer), "tag"));
		assert_string_equal(tag ? tag : "", c->tag ? c->tag : "");
		answer_clear(&answer);
		json_decref(input);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rpc_needs_its_role),
		cmocka_unit_test(each_operation_needs_its_role),
		cmocka_unit_test(roles_have_names),
		cmocka_unit_test(the_model_has_the_same_rpcs),
		cmocka_unit_test(everything_in_it_is_described),
		cmocka_unit_test(the_restricted_parts_are_those_of_the_model),
		cmocka_unit_test(inputs_are_checked),
	};

	return cmocka_run_group_tests(tests, open_models, close_models);
}
