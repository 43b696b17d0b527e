// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said of the model, and the feature level a document needs. */
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/tests/document_test.h"
#include "schema/tree.h"

static json_t *describe(const char *path)
{
	_cleanup_free_ char *text = NULL;
	struct schema_error error;
	json_t *object;

	if (document_describe(schema, path, &text, &error) < 0)
		fail_msg("%s: %s: %s", path, error.path, error.allowed);
	object = json_loads(text, 0, NULL);
	assert_non_null(object);
	return object;
}

static void check_text(const json_t *object, const char *name, const char *text)
{
	const char *is = json_string_value(json_object_get(object, name));

	assert_non_null(is);
	assert_string_equal(is, text);
}

static const json_t *child(const json_t *object, const char *name)
{
	const json_t *children = json_object_get(object, "children");

	for (size_t i = 0; i < json_array_size(children); i++) {
		const json_t *c = json_array_get(children, i);

		if (strcmp(json_string_value(json_object_get(c, "name")), name) == 0)
			return c;
	}
	fail_msg("no child %s", name);
	return NULL;
}

static void a_list_is_described(void **state)
{
	json_t *service = describe("/trireme:virtual-service[name='any']");
	const json_t *scheduler = child(service, "scheduler");

	(void)state;
	check_text(service, "name", "virtual-service");
	check_text(service, "kind", "list");
	assert_string_equal(json_string_value(json_array_get(json_object_get(service, "keys"), 0)),
			    "name");
	check_text(scheduler, "kind", "leaf");
	check_text(scheduler, "type", "enumeration");
	check_text(scheduler, "default", "wlc");
	assert_true(json_array_size(json_object_get(scheduler, "values")) >= 13);
	check_text(child(service, "pool"), "reference", "/pool/name");
	check_text(child(service, "address"), "reference",
		   "/alias-group/alias/address | /alias-group/ipv6-alias/address");
	assert_true(json_is_true(json_object_get(child(service, "pool"), "mandatory")));
	assert_true(json_is_true(json_object_get(child(service, "persistence"), "presence")));
	assert_null(json_object_get(child(service, "health-check"), "presence"));
	json_decref(service);
}

static void leaves_are_described(void **state)
{
	/* Keys may be left out. */
	json_t *interval = describe("virtual-service/health-check/interval");
	json_t *key = describe("cluster/ring/key");

	(void)state;
	check_text(interval, "type", "number");
	check_text(interval, "units", "milliseconds");
	check_text(interval, "default", "1000");
	check_text(interval, "allowed", "100..600000 milliseconds");
	assert_true(json_string_length(json_object_get(interval, "help")) > 10);
	assert_int_equal(json_integer_value(json_object_get(interval, "min")), 100);
	assert_int_equal(json_integer_value(json_object_get(interval, "max")), 600000);
	assert_null(json_object_get(interval, "children"));
	assert_true(json_is_true(json_object_get(key, "secret")));
	json_decref(interval);
	json_decref(key);
}

static void check_choice(const json_t *node, size_t place, const char *choice, const char *name)
{
	const json_t *around = json_array_get(json_object_get(node, "choices"), place);

	check_text(around, "choice", choice);
	check_text(around, "case", name);
}

static void choices_and_conditions_are_described(void **state)
{
	json_t *service = describe("virtual-service"), *timing = describe("cluster/timing");
	json_t *top = describe("/");
	const json_t *ports = child(service, "ports");

	(void)state;
	check_choice(ports, 0, "match", "address");
	check_choice(ports, 1, "port", "ports");
	assert_int_equal(json_array_size(json_object_get(ports, "choices")), 2);
	check_choice(child(service, "firewall-mark"), 0, "match", "firewall-mark");
	assert_null(json_object_get(child(service, "pool"), "choices"));
	check_text(child(timing, "token"), "condition", "only with the profile custom");
	assert_null(json_object_get(child(timing, "profile"), "condition"));
	assert_true(json_is_true(json_object_get(child(top, "access"), "restricted")));
	assert_null(json_object_get(child(top, "pool"), "restricted"));
	json_decref(service);
	json_decref(timing);
	json_decref(top);
}

/* From the top down, every place can be described, and says something of itself. */
static size_t walk(const char *path)
{
	json_t *object = describe(path);
	const json_t *children = json_object_get(object, "children");
	size_t n = 1;

	for (size_t i = 0; i < json_array_size(children); i++) {
		const json_t *c = json_array_get(children, i);
		char below[512];

		assert_non_null(json_object_get(c, "help"));
		snprintf(below, sizeof(below), "%s/%s", path,
			 json_string_value(json_object_get(c, "name")));
		n += walk(below);
	}
	json_decref(object);
	return n;
}

static void every_place_is_described(void **state)
{
	(void)state;
	assert_true(walk("") > 100);
}

static void unknown_places_are_refused(void **state)
{
	struct schema_error error;
	char *text = NULL;

	(void)state;
	assert_int_equal(document_describe(schema, "cluster/nodes", &text, &error), -EBADMSG);
	assert_string_equal(error.path, "/trireme:cluster/nodes");
	assert_true(strncmp(error.allowed, "one of: name, node", 18) == 0);
	assert_null(text);
}

static const char levels_model[] =
	"module trireme { yang-version 1.1; namespace \"urn:levels\"; prefix l;"
	"  import trireme-extensions { prefix tre; }"
	"  container c {"
	"    leaf old { type string; }"
	"    leaf two { tre:since 2; type string; }"
	"    list three { tre:since 3; key name; leaf name { type string; } }"
	"    leaf either { type union { type uint8; type enumeration { tre:since 4; enum x; } } }"
	"    leaf number { type uint8; }"
	"    leaf at { type union {"
	"      type leafref { path \"/c/number\"; require-instance false; }"
	"      type leafref { tre:since 5; path \"/c/old\"; require-instance false; } } }"
	"    leaf nine { tre:since 9; type string; default \"x\"; } } }";

static void check_level(const struct schema *levels, const char *text, uint32_t level,
			const char *path)
{
	struct document document = {.schema = levels, .text = strdup(text)};
	uint32_t is = 99;
	char where[64] = "?";

	document.size = strlen(text);
	assert_int_equal(document_level(&document, &is, where, sizeof(where)), 0);
	assert_int_equal(is, level);
	assert_string_equal(where, path);
	document_clear(&document);
}

static void the_level_is_that_of_the_newest_node(void **state)
{
	struct schema levels = {0};
	struct lys_module *module = NULL;

	(void)state;
	assert_int_equal(ly_ctx_new("services/schema", LY_CTX_NO_YANGLIBRARY, &levels.ctx),
			 LY_SUCCESS);
	assert_int_equal(lys_parse_mem(levels.ctx, levels_model, LYS_IN_YANG, &module), LY_SUCCESS);
	levels.module = module;
	check_level(&levels, "{}", 0, "");
	check_level(&levels, "{\"trireme:c\":{\"old\":\"a\"}}", 0, "");
	check_level(&levels, "{\"trireme:c\":{\"old\":\"a\",\"two\":\"b\"}}", 2, "/trireme:c/two");
	check_level(&levels,
		    "{\"trireme:c\":{\"two\":\"b\",\"three\":[{\"name\":\"x\"},{\"name\":\"y\"}]}}",
		    3, "/trireme:c/three[name='x']");
	check_level(&levels, "{\"trireme:c\":{\"nine\":\"x\"}}", 9, "/trireme:c/nine");
	check_level(&levels, "{\"trireme:c\":{\"either\":7}}", 0, "");
	check_level(&levels, "{\"trireme:c\":{\"either\":\"x\"}}", 4, "/trireme:c/either");
	check_level(&levels, "{\"trireme:c\":{\"at\":7}}", 0, "");
	check_level(&levels, "{\"trireme:c\":{\"at\":\"x\"}}", 5, "/trireme:c/at");
	ly_ctx_destroy(levels.ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_described),
		cmocka_unit_test(leaves_are_described),
		cmocka_unit_test(choices_and_conditions_are_described),
		cmocka_unit_test(every_place_is_described),
		cmocka_unit_test(unknown_places_are_refused),
		cmocka_unit_test(the_level_is_that_of_the_newest_node),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
