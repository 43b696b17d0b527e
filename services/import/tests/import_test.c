// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/tests/import_test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file_io.h"

static struct schema *schema;

struct document *import_test_base(const char *path)
{
	_cleanup_free_ char *text = NULL;
	struct document *document = NULL;
	struct schema_error error = {.path = ""};
	size_t size;

	if ((!schema && schema_open("services/schema", &schema, &error) < 0) ||
	    file_read(path, SCHEMA_DOCUMENT_MAX, &text, &size) < 0 ||
	    document_parse(schema, NULL, text, size, &document, &error) < 0) {
		fprintf(stderr, "%s: %s: %s\n", path, error.path, error.allowed);
		abort();
	}
	return document;
}

struct document *import_test_apply(struct document *base, const struct import_result *result,
				   struct schema_error *error)
{
	struct document *document = NULL;

	*error = (struct schema_error){.allowed = "no edits"};
	if (result->n_edits == 0 ||
	    document_edit(base, result->edits, result->n_edits, &document, error) < 0)
		return NULL;
	return document;
}

static const char *operation_name(enum document_operation operation)
{
	return operation == DOCUMENT_MERGE ? "merge" : "create";
}

char *import_test_text(int r, const struct import_result *result)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	fprintf(out, "%s %s: %zu mapped, %zu dropped, %zu warnings, %zu errors\n",
		import_format_name(result->format), r == 0 ? "taken" : "refused",
		result->counts[IMPORT_MAPPED], result->counts[IMPORT_DROPPED],
		result->counts[IMPORT_WARNING], result->counts[IMPORT_ERROR]);
	for (size_t i = 0; i < result->n_rows; i++) {
		const struct import_row *row = &result->rows[i];

		fprintf(out, "\n%u", row->line);
		if (row->column)
			fprintf(out, ":%u", row->column);
		fprintf(out, " %s %s\n\t%s\n", row->key, import_verdict_name(row->verdict),
			row->text);
		if (row->path)
			fprintf(out, "\t%s\n", row->path);
	}
	for (size_t i = 0; i < result->n_edits; i++)
		fprintf(out, "\n%s %s\n\t%s\n", operation_name(result->edits[i].operation),
			result->edits[i].path, result->edits[i].value);
	if (fclose(out) != 0)
		abort();
	return text;
}

static bool says_something(const char *line, const char *end)
{
	while (line < end && (*line == ' ' || *line == '\t' || *line == '\r'))
		line++;
	if (line < end && *line == '#')
		return false;
	/* A '}' in quotes or behind a backslash is the same word. */
	while (line < end && strchr("\\\"'", *line))
		line++;
	return line < end && *line != '}';
}

unsigned int import_test_unsaid(const char *text, size_t size, const struct import_result *result)
{
	const char *end = text + size;
	unsigned int number = 1;

	for (size_t row = 0; text < end; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *line_end = newline ? newline : end;

		while (row < result->n_rows && result->rows[row].line < number)
			row++;
		if (says_something(text, line_end) &&
		    (row == result->n_rows || result->rows[row].line != number))
			return number;
		text = newline ? newline + 1 : end;
	}
	return 0;
}

/* Texts are printable, rows in order, and words are never missing. */
static void check_rows(const struct import_result *result)
{
	for (size_t i = 0; i < result->n_rows; i++) {
		const struct import_row *row = &result->rows[i];

		if (row->text[0] == '\0' || (i > 0 && row[-1].line > row->line))
			abort();
		for (const char *p = row->text; *p; p++) {
			if (*p < ' ' || *p > '~')
				abort();
		}
		for (const char *p = row->key; *p; p++) {
			if (*p < ' ' || *p > '~')
				abort();
		}
	}
}

static void check_import(struct document *base, const char *text, size_t size,
			 enum import_format format)
{
	_cleanup_(import_result_clear) struct import_result result = {.n_edits = 0};
	_cleanup_(document_freep) struct document *document = NULL;
	struct schema_error error;
	int r;

	r = import_text(text, size, format, document_config(base), &result);
	if (r == -ENOMEM)
		return;
	if (r != 0 && (r != -EBADMSG || result.n_edits || result.n_rows != 1))
		abort();
	check_rows(&result);
	if (r == 0 && format == IMPORT_LVS && import_test_unsaid(text, size, &result))
		abort();
	document = import_test_apply(base, &result, &error);
	if (result.n_edits && !document) {
		fprintf(stderr, "%s: %s: %s\n", error.path, error.value, error.allowed);
		abort();
	}
}

void import_test_fuzz(const unsigned char *data, size_t size, enum import_format format,
		      const char *const *vocabulary, size_t n)
{
	static struct document *bases[4];
	struct buffer buffer = buffer_of(IMPORT_TEXT_MAX);
	_cleanup_free_ char *text = NULL;
	struct document *base;

	if (!bases[0]) {
		bases[0] = import_test_base(IMPORT_DEMO);
		bases[1] = import_test_base(IMPORT_GOLDEN "marks.json");
		bases[2] = import_test_base(IMPORT_GOLDEN "ipv6.json");
		bases[3] = import_test_base(IMPORT_GOLDEN "bare.json");
	}
	base = bases[size ? data[0] >> 1 & 3 : 0];
	if (size == 0 || (data[0] & 1) == 0) {
		check_import(base, (const char *)data, size, format);
		return;
	}
	for (size_t i = 1; i < size; i++)
		buffer_text(&buffer, vocabulary[data[i] % n]);
	if (buffer_take(&buffer, &text, &size) == 0)
		check_import(base, text, size, format);
	buffer_free(&buffer);
}
