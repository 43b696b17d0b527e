/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests and the fuzz targets of the importers share. */
#ifndef TRIREME_IMPORT_TESTS_IMPORT_TEST_H
#define TRIREME_IMPORT_TESTS_IMPORT_TEST_H

#include "import/import.h"

#define IMPORT_DEMO "services/schema/examples/demo.json"
#define IMPORT_GOLDEN "services/import/tests/golden/"

/* The document of the file; the model is opened at the first time. Ends the program on an error. */
struct document *import_test_base(const char *path);

/* The edits on top of base. NULL: it is refused, and *error says why; or there are none. */
struct document *import_test_apply(struct document *base, const struct import_result *result,
				   struct schema_error *error);

/* Everything that an import gives, as text, freed by free(). */
char *import_test_text(int r, const struct import_result *result);

/* The first line of an lvs.cf that says something, and of which no row is; 0: there is none. */
unsigned int import_test_unsaid(const char *text, size_t size, const struct import_result *result);

/*
 * One input of a fuzzer: whatever the text is, what comes out must hold together. If the first byte
 * is odd, the others are not the text but words of the vocabulary (n of them), since random bytes
 * hardly ever make a line that is taken. The next two bits say which document it is for.
 */
void import_test_fuzz(const unsigned char *data, size_t size, enum import_format format,
		      const char *const *vocabulary, size_t n);

#endif
