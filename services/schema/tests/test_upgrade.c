// SPDX-License-Identifier: GPL-2.0-or-later
/* Every upgrade/NAME.json, of the first model, becomes NAME.expected, which is valid today. */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "schema/tests/document_test.h"
#include "schema/upgrade.h"

#define FIRST "2026-11-23"

static int check_case(const char *path)
{
	_cleanup_(document_freep) struct document *document = NULL;
	_cleanup_free_ char *old = NULL, *upgraded = NULL, *expected = NULL;
	char expected_path[256];
	struct schema_error error;
	const char *is;
	size_t size;

	snprintf(expected_path, sizeof(expected_path), "%.*s.expected",
		 (int)(strlen(path) - strlen(".json")), path);
	assert_int_equal(file_read(path, SCHEMA_DOCUMENT_MAX, &old, &size), 0);
	assert_int_equal(
		upgrade_document(FIRST, schema_model(schema), old, size, &upgraded, &error), 0);
	if (document_parse(schema, NULL, upgraded, strlen(upgraded), &document, &error) < 0)
		fail_msg("%s: %s: %s: %s", path, error.path, error.value, error.allowed);
	is = document_text(document, &size);
	if (file_read(expected_path, SCHEMA_DOCUMENT_MAX, &expected, NULL) == 0 &&
	    strncmp(expected, is, size) == 0 && strcmp(expected + size, "\n") == 0)
		return 0;
	print_error("%s is:\n", expected_path);
	(void)fprintf(stderr, "%s\n", is);
	return 1;
}

static void golden(void **state)
{
	glob_t found;
	int failed = 0;

	(void)state;
	assert_int_equal(glob("services/schema/tests/upgrade/*.json", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 5);
	for (size_t i = 0; i < found.gl_pathc; i++)
		failed += check_case(found.gl_pathv[i]);
	globfree(&found);
	assert_int_equal(failed, 0);
}

/* A new revision of the model needs a step here. */
static void the_chain_ends_at_the_newest_model(void **state)
{
	_cleanup_free_ char *text = NULL, *same = NULL;
	struct schema_error error;

	(void)state;
	assert_int_equal(upgrade_document(FIRST, schema_model(schema), "{}", 2, &text, &error), 0);
	assert_string_equal(text, "{}");
	assert_int_equal(upgrade_document(schema_model(schema), schema_model(schema), "{\"a\": 1}",
					  8, &same, &error),
			 0);
	assert_string_equal(same, "{\"a\":1}");
}

static void what_is_unknown_is_refused(void **state)
{
	static const char *const broken[] = {"", "[]", "{", "{\"a\": 1, \"a\": 2}"};
	struct schema_error error;
	char *text = NULL;

	(void)state;
	assert_int_equal(
		upgrade_document("2999-01-01", schema_model(schema), "{}", 2, &text, &error),
		-EBADMSG);
	assert_string_equal(error.value, "2999-01-01");
	assert_true(error.allowed[0]);
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++)
		assert_int_equal(upgrade_document(FIRST, schema_model(schema), broken[i],
						  strlen(broken[i]), &text, &error),
				 -EBADMSG);
	assert_null(text);
}

/* Of another form than the old model's: it is left for the parser to refuse. */
static void other_forms_are_left(void **state)
{
	static const char *const odd[] = {
		"{\"trireme:virtual-service\":1}",
		"{\"trireme:virtual-service\":[1,{},{\"name\":1},{\"name\":\"a\",\"method\":2,"
		"\"port\":\"x\",\"real-server\":3}]}",
		"{\"trireme:cluster\":[]}",
		"{\"trireme:cluster\":{\"timing\":{\"token\":\"x\"}}}",
	};
	struct schema_error error;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		_cleanup_free_ char *text = NULL;

		assert_int_equal(upgrade_document(FIRST, schema_model(schema), odd[i],
						  strlen(odd[i]), &text, &error),
				 0);
	}
}

static void check_level(const char *name, uint32_t level, const char *model)
{
	_cleanup_(document_freep) struct document *document = NULL;
	_cleanup_free_ char *text = NULL;
	char path[256];
	struct schema_error error;
	uint32_t is;
	size_t size;

	snprintf(path, sizeof(path), "services/schema/tests/golden/%s.json", name);
	assert_int_equal(file_read(path, SCHEMA_DOCUMENT_MAX, &text, &size), 0);
	assert_int_equal(document_parse(schema, NULL, text, size, &document, &error), 0);
	assert_int_equal(document_level(document, &is, path, sizeof(path)), 0);
	assert_int_equal(is, level);
	assert_string_equal(upgrade_earliest(schema_model(schema), is), model);
}

/* So that older members read what does not need them. */
static void only_nodes_that_were_added_need_the_newest_model(void **state)
{
	(void)state;
	check_level("ok-everything-set", 0, "2026-11-24");
	check_level("ok-system", 0, "2026-11-24");
	check_level("ok-standby", 3, "2026-11-28");
	check_level("ok-preferred", 3, "2026-11-28");
	check_level("ok-track-address", 3, "2026-11-28");
	check_level("ok-datapath", 3, "2026-11-28");
	check_level("ok-quorum-device", 3, "2026-11-28");
	check_level("ok-access", 3, "2026-11-28");
	check_level("ok-management", 3, "2026-11-28");
	assert_true(upgrade_same("2026-11-24", "2026-11-28"));
	assert_false(upgrade_same("2026-11-23", "2026-11-28"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(the_chain_ends_at_the_newest_model),
		cmocka_unit_test(what_is_unknown_is_refused),
		cmocka_unit_test(other_forms_are_left),
		cmocka_unit_test(only_nodes_that_were_added_need_the_newest_model),
	};

	return cmocka_run_group_tests(tests, open_schema, close_schema);
}
