// SPDX-License-Identifier: GPL-2.0-or-later
/* Walking the steps, on a table of this test's own: models that change documents, or only add. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "schema/upgrade.h"
#include "schema/upgrade_steps.h"

static int add_a(json_t *document)
{
	return json_object_set_new(document, "a", json_integer(1)) < 0 ? -ENOMEM : 0;
}

const struct upgrade_step upgrade_steps[] = {
	{"2001-01-01", "2001-01-02", NULL, 5},
	{"2001-01-02", "2001-01-03", add_a, 0},
	{"2001-01-03", "2001-01-04", NULL, 7},
	{"2001-01-04", "2001-01-05", NULL, 8},
};
const size_t upgrade_n_steps = ARRAY_SIZE(upgrade_steps);

/* What needs none of the added nodes is written down as of the model before them. */
static void a_document_follows_the_earliest_model_that_says_the_same(void **state)
{
	(void)state;
	assert_string_equal(upgrade_earliest("2001-01-05", 8), "2001-01-05");
	assert_string_equal(upgrade_earliest("2001-01-05", 7), "2001-01-04");
	assert_string_equal(upgrade_earliest("2001-01-05", 6), "2001-01-03");
	assert_string_equal(upgrade_earliest("2001-01-05", 0), "2001-01-03");
	assert_string_equal(upgrade_earliest("2001-01-04", 0), "2001-01-03");
	assert_string_equal(upgrade_earliest("2001-01-02", 0), "2001-01-01");
	assert_string_equal(upgrade_earliest("2999-01-01", 0), "2999-01-01");
}

static void models_that_read_alike(void **state)
{
	(void)state;
	assert_true(upgrade_same("2001-01-03", "2001-01-05"));
	assert_true(upgrade_same("2001-01-01", "2001-01-02"));
	assert_false(upgrade_same("2001-01-02", "2001-01-03"));
	assert_false(upgrade_same("2999-01-01", "2001-01-05"));
}

static void check_upgrade(const char *from, const char *expected)
{
	_cleanup_free_ char *text = NULL;
	struct schema_error error;

	assert_true(upgrade_knows(from, "2001-01-05"));
	assert_int_equal(upgrade_document(from, "2001-01-05", "{\"b\": 2}", 8, &text, &error), 0);
	assert_string_equal(text, expected);
}

static void a_document_passes_the_steps_that_change_it(void **state)
{
	(void)state;
	check_upgrade("2001-01-01", "{\"b\":2,\"a\":1}");
	check_upgrade("2001-01-02", "{\"b\":2,\"a\":1}");
	check_upgrade("2001-01-03", "{\"b\":2}");
	assert_false(upgrade_knows("2001-01-05", "2001-01-03"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_follows_the_earliest_model_that_says_the_same),
		cmocka_unit_test(models_that_read_alike),
		cmocka_unit_test(a_document_passes_the_steps_that_change_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
