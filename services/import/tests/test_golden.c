// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Golden cases: the files golden/NAME.lvs and NAME.keepalived give exactly what stands in the file
 * of that name with .expected, and the edits in it a valid document. A first line "# base NAME"
 * names the document in golden/, else it is the demonstration's. With the argument `bless` the
 * files are written anew; read the difference.
 */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/tests/golden.h"
#include "import/tests/import_test.h"

static struct document *base_of(const char *text)
{
	char name[64] = "", path[128];

	if (sscanf(text, "# base %63[a-z0-9-]", name) != 1)
		return import_test_base(IMPORT_DEMO);
	snprintf(path, sizeof(path), IMPORT_GOLDEN "%s.json", name);
	return import_test_base(path);
}

static void gives_what_is_expected(void **state)
{
	const char *path = *state;
	_cleanup_free_ char *text = NULL, *actual = NULL;
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};
	_cleanup_(document_freep) struct document *base = NULL, *document = NULL;
	struct schema_error error;
	char expected[200];
	size_t size;
	int r;

	assert_int_equal(file_read(path, IMPORT_TEXT_MAX, &text, &size), 0);
	base = base_of(text);
	r = import_text(text, size, IMPORT_DETECT, document_config(base), &result);
	actual = import_test_text(r, &result);
	snprintf(expected, sizeof(expected), "%s.expected", path);
	golden_compare(expected, actual);
	if (r == 0 && result.format == IMPORT_LVS && import_test_unsaid(text, size, &result))
		fail_msg("%s:%u: no row is of this line", path,
			 import_test_unsaid(text, size, &result));
	document = import_test_apply(base, &result, &error);
	if (!document && result.n_edits)
		fail_msg("%s: %s: '%s': %s", path, error.path, error.value, error.allowed);
}

int main(int argc, char **argv)
{
	const struct golden golden = {.name = "golden",
				      .pattern = IMPORT_GOLDEN "*.{lvs,keepalived}",
				      .least = 24,
				      .test = gives_what_is_expected};

	return golden_main(&golden, argc, argv);
}
