// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/tests/golden.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"

#define CASES_MAX 200
#define FILE_MAX ((size_t)1 << 20)

static bool bless;

char *golden_read(const char *path)
{
	char *text = NULL;
	int r = file_read(path, FILE_MAX, &text, NULL);

	if (r < 0)
		fail_msg("%s: %s", path, strerror(-r));
	return text;
}

/* The first line that differs. */
static void complain(const char *path, const char *expected, const char *actual)
{
	size_t line = 1, at = 0, start = 0;

	while (expected[at] && expected[at] == actual[at]) {
		if (expected[at] == '\n') {
			line++;
			start = at + 1;
		}
		at++;
	}
	fail_msg("%s:%zu: expected '%.*s', but it is '%.*s'", path, line,
		 (int)strcspn(expected + start, "\n"), expected + start,
		 (int)strcspn(actual + start, "\n"), actual + start);
}

void golden_compare(const char *path, const char *actual)
{
	_cleanup_free_ char *expected = NULL;

	if (bless) {
		assert_int_equal(file_write_atomic(path, actual, strlen(actual), 0644), 0);
		return;
	}
	expected = golden_read(path);
	if (strcmp(expected, actual) != 0)
		complain(path, expected, actual);
}

int golden_main(const struct golden *golden, int argc, char **argv)
{
	static struct CMUnitTest tests[CASES_MAX];
	glob_t found;
	int r;

	bless = argc > 1 && strcmp(argv[1], "bless") == 0;
	if (glob(golden->pattern, GLOB_BRACE, NULL, &found) != 0 || found.gl_pathc > CASES_MAX ||
	    found.gl_pathc < golden->least) {
		printf("not ok golden cases: %s must be %zu to %d files\n", golden->pattern,
		       golden->least, CASES_MAX);
		return 1;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){.name = strrchr(found.gl_pathv[i], '/') + 1,
					       .test_func = golden->test,
					       .initial_state = found.gl_pathv[i]};
	r = _cmocka_run_group_tests(golden->name, tests, found.gl_pathc, golden->set_up,
				    golden->tear_down);
	globfree(&found);
	return r;
}
