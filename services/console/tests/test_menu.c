// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "console/menu.h"

static void choose(const char *line, int code, enum menu_item expected, const char *words)
{
	char buf[128];
	struct text problem = TEXT_ON(buf);
	enum menu_item item = MENU_NONE;

	assert_int_equal(menu_choose(line, false, &item, &problem), code);
	assert_int_equal(item, expected);
	assert_string_equal(buf, words);
}

static void choices(void **state)
{
	(void)state;
	choose("1", 0, MENU_STATUS, "");
	choose("  5\t\r", 0, MENU_SHELL, "");
	choose("", 0, MENU_NONE, "");
	choose("   ", 0, MENU_NONE, "");
}

static void going_on_alone_is_one_only_without_a_quorum(void **state)
{
	char buf[512];
	struct text text = TEXT_ON(buf);
	enum menu_item item;

	(void)state;
	choose("6", -EINVAL, MENU_NONE, "\"6\" is not in the menu: type a number from 1 to 5");
	assert_int_equal(menu_choose("6", true, &item, &text), 0);
	assert_int_equal(item, MENU_FORCE_QUORUM);
	assert_int_equal(menu_choose("7", true, &item, &text), -EINVAL);
	assert_non_null(strstr(buf, "type a number from 1 to 6"));
	assert_true(menu_is_word(" others-are-off\r", MENU_FORCE_WORD));
	assert_false(menu_is_word("yes", MENU_FORCE_WORD));
	assert_false(menu_is_word("others-are-off-or-so", MENU_FORCE_WORD));
	assert_false(menu_is_word("", MENU_FORCE_WORD));
}

static void what_is_no_choice(void **state)
{
	(void)state;
	choose("6", -EINVAL, MENU_NONE, "\"6\" is not in the menu: type a number from 1 to 5");
	choose("0", -EINVAL, MENU_NONE, "\"0\" is not in the menu: type a number from 1 to 5");
	choose("shell", -EINVAL, MENU_NONE,
	       "\"shell\" is not in the menu: type a number from 1 to 5");
	choose("\033[2J", -EINVAL, MENU_NONE,
	       "\"?[2J\" is not in the menu: type a number from 1 to 5");
	choose("1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", -EINVAL, MENU_NONE,
	       "\"1 1 1 1 1 1 1 1 1 1 \" is not in the menu: type a number from 1 to 5");
}

static void only_yes_is_yes(void **state)
{
	(void)state;
	assert_true(menu_is_word("yes", MENU_YES));
	assert_true(menu_is_word(" YES ", MENU_YES));
	assert_false(menu_is_word("", MENU_YES));
	assert_false(menu_is_word("y", MENU_YES));
	assert_false(menu_is_word("yes please", MENU_YES));
}

static void password(const char *text, int code, const char *words)
{
	char buf[128];
	struct text problem = TEXT_ON(buf);

	assert_int_equal(menu_check_password(text, &problem), code);
	assert_string_equal(buf, words);
}

static void passwords(void **state)
{
	char longest[MENU_PASSWORD_MAX + 2];

	(void)state;
	password("12345678", 0, "");
	password("with blanks and \303\244", 0, "");
	password("1234567", -EINVAL, "a password has 8 to 128 characters; this one has 7");
	password("", -EINVAL, "a password has 8 to 128 characters; this one has 0");
	password("1234567\177", -EINVAL, "a password has no control characters");
	memset(longest, 'x', sizeof(longest));
	longest[MENU_PASSWORD_MAX] = '\0';
	password(longest, 0, "");
	longest[MENU_PASSWORD_MAX] = 'x';
	longest[MENU_PASSWORD_MAX + 1] = '\0';
	password(longest, -EINVAL, "a password has 8 to 128 characters; this one has 129");
}

static void delays_are_bounded(void **state)
{
	const unsigned int expected[] = {0, 1, 2, 4, 5, 5};

	(void)state;
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(menu_wrong_delay(i), expected[i]);
	assert_int_equal(menu_wrong_delay(1000000), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices),
		cmocka_unit_test(going_on_alone_is_one_only_without_a_quorum),
		cmocka_unit_test(what_is_no_choice),
		cmocka_unit_test(only_yes_is_yes),
		cmocka_unit_test(passwords),
		cmocka_unit_test(delays_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
