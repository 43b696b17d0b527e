/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of documents share. Included after cmocka.h. */
#ifndef TRIREME_SCHEMA_TESTS_DOCUMENT_TEST_H
#define TRIREME_SCHEMA_TESTS_DOCUMENT_TEST_H

#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "schema/document.h"

#define DEMO "services/schema/examples/demo.json"
#define GOLDEN "services/schema/tests/golden/"

/* The model, opened once by the group's set-up. */
static struct schema *schema;

static int open_schema(void **state)
{
	struct schema_error error;

	(void)state;
	return schema_open("services/schema", &schema, &error);
}

static int close_schema(void **state)
{
	(void)state;
	schema_close(schema);
	return 0;
}

static inline struct document *load_document(const char *path)
{
	_cleanup_free_ char *text = NULL;
	struct document *document = NULL;
	struct schema_error error;
	size_t size;

	assert_int_equal(file_read(path, SCHEMA_DOCUMENT_MAX, &text, &size), 0);
	if (document_parse(schema, NULL, text, size, &document, &error) < 0)
		fail_msg("%s: %s: %s", path, error.path, error.allowed);
	return document;
}

#endif
