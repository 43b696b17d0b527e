// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "join/code.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Worked out by tests/code_reference.py, which has the header's words alone. */
static const struct {
	struct code code;
	const char *text;
} golden[] = {
#include "join/tests/golden_codes.h"
};

static int parse(const char *text, struct code *code, char *problem)
{
	memset(code, 0xee, sizeof(*code));
	problem[0] = '\0';
	return code_parse(text, code, problem);
}

static void the_form_stands(void **state)
{
	char text[CODE_TEXT_MAX], problem[CODE_PROBLEM_MAX];
	struct code code;

	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		code_format(&golden[i].code, text);
		assert_string_equal(text, golden[i].text);
		assert_int_equal(parse(text, &code, problem), 0);
		assert_memory_equal(&code, &golden[i].code, sizeof(code));
	}
}

/* As somebody may type it: small letters, look-alikes, blanks and dashes anywhere. */
static void type(const char *text, char *typed)
{
	for (size_t n = 0; *text; text++, n++) {
		if (*text == '-')
			continue;
		if (*text == '1')
			*typed++ = "lI1i"[n % 4];
		else if (*text == '0')
			*typed++ = "oO0"[n % 3];
		else
			*typed++ = (char)tolower(*text);
		if (n % 5 == 0)
			*typed++ = n % 2 ? ' ' : '-';
	}
	*typed = '\0';
}

static void typing_is_free(void **state)
{
	char text[CODE_TEXT_MAX], typed[CODE_TYPED_MAX], problem[CODE_PROBLEM_MAX];
	struct code code;

	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		code_format(&golden[i].code, text);
		type(text, typed);
		assert_int_equal(parse(typed, &code, problem), 0);
		assert_memory_equal(&code, &golden[i].code, sizeof(code));
	}
}

static void says_group(const char *text, size_t at)
{
	char problem[CODE_PROBLEM_MAX], group[32];
	struct code code;

	snprintf(group, sizeof(group), "group %zu (", at / 9 + 1);
	assert_int_equal(parse(text, &code, problem), -EINVAL);
	assert_non_null(strstr(problem, group));
	assert_null(strchr(strstr(problem, group) + 1, ','));
}

static void every_wrong_character_is_found(void **state)
{
	char text[CODE_TEXT_MAX];
	unsigned int n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		code_format(&golden[i].code, text);
		for (size_t at = 0; text[at]; at++) {
			char right = text[at];

			for (const char *c = alphabet; *c && right != '-'; c++) {
				text[at] = *c;
				if (*c != right) {
					says_group(text, at);
					n++;
				}
			}
			text[at] = right;
		}
	}
	assert_int_equal(n, sizeof(golden) / sizeof(golden[0]) * CODE_CHARACTERS * 31);
}

/* Any two, neighbours or not, in one group or in two. */
static void every_exchange_is_found(void **state)
{
	char text[CODE_TEXT_MAX], problem[CODE_PROBLEM_MAX];
	struct code code;
	unsigned int n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		code_format(&golden[i].code, text);
		for (size_t a = 0; text[a]; a++) {
			for (size_t b = a + 1; text[b]; b++) {
				char c = text[a], d = text[b];

				if (c == d || c == '-' || d == '-')
					continue;
				text[a] = d;
				text[b] = c;
				assert_int_equal(parse(text, &code, problem), -EINVAL);
				assert_non_null(strstr(problem, "mistyped: group "));
				text[a] = c;
				text[b] = d;
				n++;
			}
		}
	}
	assert_true(n > 1000);
}

static void exchanged_groups_are_found(void **state)
{
	char text[CODE_TEXT_MAX], other[CODE_TEXT_MAX], problem[CODE_PROBLEM_MAX];
	struct code code;

	(void)state;
	code_format(&golden[2].code, text);
	snprintf(other, sizeof(other), "%.8s-%.8s-%.8s", text + 9, text, text + 18);
	assert_int_equal(parse(other, &code, problem), -EINVAL);
	assert_non_null(strstr(problem, "mistyped: group 1 ("));
	assert_non_null(strstr(problem, "), group 2 ("));
	assert_null(strstr(problem, "group 3"));
}

static void other_texts_are_refused_with_words(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"", "a code has 24 characters, this one has 0"},
		{"01234567-01234567-0123456", "this one has 23"},
		{"01234567-01234567-012345678", "this one has 25"},
		{"01234567-0123U567-01234567", "'U' cannot be in a code"},
		{"01234567-0123\n567-01234567", "a character ? cannot be in a code"},
		{"\xc3\xa4", "a character ? cannot be in a code"},
	};
	char problem[CODE_PROBLEM_MAX];
	struct code code;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].text, &code, problem), -EINVAL);
		assert_non_null(strstr(problem, cases[i].words));
	}
}

static void a_secret_has_41_bits(void **state)
{
	struct code code = {0}, other;
	char text[CODE_TEXT_MAX], problem[CODE_PROBLEM_MAX];

	(void)state;
	memset(&code, 0xff, sizeof(code));
	code_trim_secret(code.secret);
	assert_int_equal(code.secret[0], 1);
	assert_int_equal(code.secret[1], 0xff);
	code_format(&code, text);
	assert_int_equal(parse(text, &other, problem), 0);
	assert_memory_equal(&other, &code, sizeof(code));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_form_stands),
		cmocka_unit_test(typing_is_free),
		cmocka_unit_test(every_wrong_character_is_found),
		cmocka_unit_test(every_exchange_is_found),
		cmocka_unit_test(exchanged_groups_are_found),
		cmocka_unit_test(other_texts_are_refused_with_words),
		cmocka_unit_test(a_secret_has_41_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
