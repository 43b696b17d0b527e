// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden cases: the files golden/NAME.lvs and NAME.keepalived give exactly what stands in the file
 * of that name with .expected, and the edits in it a valid document. A first line "# base NAME"
 * names the document in golden/, else it is the demonstration's. With the argument `bless` the
 * files are written anew; read the difference.
 */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "import/tests/import_test.h"

#define CASES_MIN 24
#define CASES_MAX 200
#define EXPECTED_MAX ((size_t)1 << 20)

static bool bless;

static struct document *base_of(const char *text)
{
	char name[64] = "", path[128];

	if (sscanf(text, "# base %63[a-z0-9-]", name) != 1)
		return import_test_base(IMPORT_DEMO);
	snprintf(path, sizeof(path), IMPORT_GOLDEN "%s.json", name);
	return import_test_base(path);
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

static void compare(const char *path, const char *actual)
{
	_cleanup_free_ char *expected = NULL;
	char name[200];

	snprintf(name, sizeof(name), "%s.expected", path);
	if (bless) {
		assert_int_equal(file_write_atomic(name, actual, strlen(actual), 0644), 0);
		return;
	}
	if (file_read(name, EXPECTED_MAX, &expected, NULL) < 0)
		fail_msg("%s: there is no such file", name);
	if (strcmp(expected, actual) != 0)
		complain(name, expected, actual);
}

static void gives_what_is_expected(void **state)
{
	const char *path = *state;
	_cleanup_free_ char *text = NULL, *actual = NULL;
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};
	_cleanup_(document_freep) struct document *base = NULL, *document = NULL;
	struct schema_error error;
	size_t size;
	int r;

	assert_int_equal(file_read(path, IMPORT_TEXT_MAX, &text, &size), 0);
	base = base_of(text);
	r = import_text(text, size, IMPORT_DETECT, document_config(base), &result);
	actual = import_test_text(r, &result);
	compare(path, actual);
	if (r == 0 && result.format == IMPORT_LVS && import_test_unsaid(text, size, &result))
		fail_msg("%s:%u: no row is of this line", path,
			 import_test_unsaid(text, size, &result));
	document = import_test_apply(base, &result, &error);
	if (!document && result.n_edits)
		fail_msg("%s: %s: '%s': %s", path, error.path, error.value, error.allowed);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[CASES_MAX] = {{NULL}};
	size_t n = 0;
	glob_t found;

	bless = argc > 1 && strcmp(argv[1], "bless") == 0;
	if (glob(IMPORT_GOLDEN "*.lvs", 0, NULL, &found) != 0 ||
	    glob(IMPORT_GOLDEN "*.keepalived", GLOB_APPEND, NULL, &found) != 0)
		return 1;
	for (; n < found.gl_pathc && n < CASES_MAX; n++)
		tests[n] = (struct CMUnitTest){.name = found.gl_pathv[n] + strlen(IMPORT_GOLDEN),
					       .test_func = gives_what_is_expected,
					       .initial_state = found.gl_pathv[n]};
	if (n < CASES_MIN)
		return 1;
	n = (size_t)_cmocka_run_group_tests("golden", tests, n, NULL, NULL);
	globfree(&found);
	return (int)n;
}
