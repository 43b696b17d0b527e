// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libFuzzer: any bytes as an edit (operation, path, value; a line each), as a request of RFC 8040
 * (method, target, insert, point, value) and as a YANG Patch. What is refused must come with words,
 * and what is accepted must be readable again. Run from the top of the tree.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "schema/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct schema *schema;
static struct document *base;

static void open_base(void)
{
	_cleanup_free_ char *text = NULL;
	struct schema_error error;
	size_t size;

	if (schema_open("services/schema", &schema, &error) < 0 ||
	    file_read("services/schema/examples/demo.json", SCHEMA_DOCUMENT_MAX, &text, &size) <
		    0 ||
	    document_parse(schema, NULL, text, size, &base, &error) < 0)
		abort();
}

static void check(int r, struct document *document, const struct schema_error *error)
{
	_cleanup_(document_freep) struct document *edited = document, *again = NULL;
	_cleanup_free_ char *lines = NULL;
	struct schema_error ignored;
	const char *text;
	size_t size;

	if (r == -EBADMSG && !error->allowed[0])
		abort();
	if (r < 0)
		return;
	text = document_text(edited, &size);
	if (document_parse(schema, NULL, text, size, &again, &ignored) < 0 ||
	    strcmp(document_text(again, NULL), text) != 0 ||
	    document_diff(base, edited, DOCUMENT_LINES, DOCUMENT_REDACTED, &lines) < 0)
		abort();
}

static void try_edit(char *text)
{
	struct document_edit edit = {0};
	struct document *document = NULL;
	struct schema_error error;
	char *operation = strsep(&text, "\n");
	int r;

	edit.path = strsep(&text, "\n");
	edit.value = text;
	if (!edit.path || document_operation_parse(operation, &edit.operation) < 0)
		return;
	r = document_edit(base, &edit, 1, &document, &error);
	check(r, document, &error);
}

/* An empty line: the request does not say it. */
static const char *line_of(char **text)
{
	const char *line = strsep(text, "\n");

	return line && line[0] ? line : NULL;
}

static void try_write(char *text)
{
	_cleanup_(document_written_clear) struct document_written written = {0};
	struct document_write write = {0};
	struct document *document = NULL;
	struct schema_error error;
	const char *method = line_of(&text), *target = line_of(&text);
	int r;

	if (!method || document_method_parse(method, &write.method) < 0)
		return;
	write.target = target ? target : "";
	write.insert = line_of(&text);
	write.point = line_of(&text);
	write.value = text;
	r = document_write(base, &write, &document, &written, &error);
	if (r == 0 && write.method == DOCUMENT_METHOD_POST &&
	    (!written.created || !written.location))
		abort();
	check(r, document, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = malloc(size + 1), *copy = NULL;
	struct document *document = NULL;
	struct schema_error error;
	int r;

	if (!base)
		open_base();
	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	r = document_apply_patch(base, "", text, size, &document, &error);
	check(r, document, &error);
	copy = strdup(text);
	if (copy)
		try_write(copy);
	try_edit(text);
	return 0;
}
