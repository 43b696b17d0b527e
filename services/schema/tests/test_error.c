// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "schema/error.h"

static void what_does_not_fit_is_marked(void **state)
{
	char buf[8];

	(void)state;
	error_text(buf, sizeof(buf), "%s", "1234567");
	assert_string_equal(buf, "1234567");
	error_text(buf, sizeof(buf), "%s", "12345678");
	assert_string_equal(buf, "1234...");
	error_text(buf, sizeof(buf), "%s", "123");
	error_append(buf, sizeof(buf), "%s", "456");
	assert_string_equal(buf, "123456");
	error_append(buf, sizeof(buf), "%s", "789");
	assert_string_equal(buf, "1234...");
}

static void nothing_steers_a_terminal(void **state)
{
	struct schema_error error = {
		.path = "/a\nb", .value = "\033[2J\377", .allowed = "caf\303\251"};

	(void)state;
	error_make_printable(&error);
	assert_string_equal(error.path, "/a?b");
	assert_string_equal(error.value, "?[2J?");
	assert_string_equal(error.allowed, "caf??");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_is_marked),
		cmocka_unit_test(nothing_steers_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
