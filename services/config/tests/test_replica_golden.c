// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden cases of the replication: golden/replica/NN-name.txt, language in replica_script.h. Each
 * file is a test. With the argument `bless` the files are written anew with what the replication
 * does; read the difference before believing it.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "config/tests/replica_script.h"
#include "base/cleanup.h"
#include "base/file_io.h"

#define PATTERN "services/config/tests/golden/replica/*.txt"
#define CASES_MIN 25
#define CASES_MAX 200
#define FILE_MAX 65536

static bool bless;

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

static void does_as_written(void **state)
{
	const char *path = *state;
	_cleanup_free_ char *expected = NULL, *actual = NULL;
	char error[200] = "";

	assert_int_equal(file_read(path, FILE_MAX, &expected, NULL), 0);
	actual = replica_script_run(expected, error, sizeof(error));
	if (!actual)
		fail_msg("%s: %s", path, error);
	if (bless)
		assert_int_equal(file_write_atomic(path, actual, strlen(actual), 0644), 0);
	else if (strcmp(expected, actual) != 0)
		complain(path, expected, actual);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[CASES_MAX];
	glob_t found;
	int r;

	bless = argc > 1 && strcmp(argv[1], "bless") == 0;
	if (glob(PATTERN, 0, NULL, &found) != 0 || found.gl_pathc > CASES_MAX ||
	    found.gl_pathc < CASES_MIN) {
		printf("not ok golden cases: %s must be %d to %d files\n", PATTERN, CASES_MIN,
		       CASES_MAX);
		return 1;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		tests[i] = (struct CMUnitTest){.name = strrchr(found.gl_pathv[i], '/') + 1,
					       .test_func = does_as_written,
					       .initial_state = found.gl_pathv[i]};
	r = _cmocka_run_group_tests("replica golden", tests, found.gl_pathc, NULL, NULL);
	globfree(&found);
	return r;
}
