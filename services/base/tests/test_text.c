// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/text.h"

static void appends_until_full(void **state)
{
	char buf[8];
	struct text text = TEXT_ON(buf);

	(void)state;
	text_add(&text, "%d", 12);
	text_add(&text, "%s", "34567");
	assert_string_equal(buf, "1234567");
	assert_int_equal(text_result(&text), 0);
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
	char buf[8];
	struct text text = TEXT_ON(buf);

	(void)state;
	text_add(&text, "abc");
	text_add(&text, "defgh");
	text_add(&text, "x");
	assert_string_equal(buf, "abc");
	assert_int_equal(text_result(&text), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_until_full),
		cmocka_unit_test(what_does_not_fit_is_left_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
