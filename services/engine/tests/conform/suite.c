// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/suite.h"

#include <glob.h>

#include "base/cleanup.h"
#include "base/file_io.h"

#define FILES "services/engine/tests/conform/*.cases"
#define FILE_SIZE_MAX 1048576
#define TESTS_MAX 32

static const struct run_path *path;

struct outcome {
	unsigned int cases, failed;
};

static int use(void *data, const struct conform_case *c)
{
	struct outcome *outcome = data;
	char error[RUN_ERROR_MAX];

	outcome->cases++;
	if (run_case(path, c, error) < 0) {
		print_error("%s\n", error);
		outcome->failed++;
	}
	world_shift++;
	return 0;
}

static void test_file(void **state)
{
	_cleanup_free_ char *text = NULL;
	const char *name = *state;
	struct outcome outcome = {0};
	char error[CASE_ERROR_MAX];
	size_t size;

	assert_int_equal(file_read(name, FILE_SIZE_MAX, &text, &size), 0);
	if (case_read(name, text, use, &outcome, error) < 0)
		fail_msg("%s", error);
	assert_true(outcome.cases > 0);
	if (outcome.failed)
		fail_msg("%s: %u of %u cases failed", name, outcome.failed, outcome.cases);
}

int suite_run(const char *name, const struct run_path *on, struct CMUnitTest first,
	      CMFixtureFunction set_up, CMFixtureFunction tear_down)
{
	struct CMUnitTest tests[TESTS_MAX];
	size_t n = 0;
	glob_t found;
	int r;

	path = on;
	if (glob(FILES, 0, NULL, &found) != 0 || found.gl_pathc >= TESTS_MAX)
		return EXIT_FAILURE;
	if (first.test_func)
		tests[n++] = first;
	for (size_t i = 0; i < found.gl_pathc; i++)
		tests[n++] = (struct CMUnitTest){strrchr(found.gl_pathv[i], '/') + 1, test_file,
						 NULL, NULL, found.gl_pathv[i]};
	r = _cmocka_run_group_tests(name, tests, n, set_up, tear_down);
	globfree(&found);
	return r;
}
