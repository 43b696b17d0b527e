// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "import/plan.h"

#define KEY_MAX 80 /* bytes that are shown */
#define ROWS_NEAR 32

const struct item *item_out(const struct item *item)
{
	while (item && !item->out)
		item = item->parent;
	return item;
}

/* Files come from anywhere, and rows go to terminals. */
static const char *printable(struct arena *arena, const char *text)
{
	size_t length = strlen(text);
	char *copy = arena_new(arena, length + 1);

	for (size_t i = 0; copy && i < length; i++) {
		copy[i] = '?';
		if (text[i] >= ' ' && text[i] <= '~')
			copy[i] = text[i];
	}
	return copy ? copy : "";
}

const char *statement_key(struct arena *arena, const struct statement *statement)
{
	char buf[KEY_MAX];
	struct text key = TEXT_ON(buf);
	size_t n = statement->block ? statement->n_words : 1;

	for (size_t i = 0; i < n; i++)
		text_add(&key, "%s%s", i ? " " : "", statement->words[i].text);
	if (buf[0])
		return printable(arena, buf);
	return printable(arena,
			 arena_format(arena, "%.*s...", KEY_MAX - 4, statement->words[0].text));
}

static struct report_entry *add(struct report *report, struct import_row row, bool fatal,
				const char *format, va_list args)
{
	struct report_entry *entry;

	/* It will be refused for this; nothing is made of the row any more. */
	if (report->n++ > IMPORT_ROWS_MAX && !fatal)
		return NULL;
	entry = arena_new(report->arena, sizeof(*entry));
	if (!entry)
		return NULL;
	row.text = printable(report->arena, arena_formatv(report->arena, format, args));
	entry->row = row;
	if (report->last)
		report->last->next = entry;
	else
		report->first = entry;
	report->last = entry;
	return entry;
}

struct report_entry *report_add(struct report *report, const struct statement *statement,
				const struct item *owner, enum import_verdict verdict,
				const char *path, const char *format, ...)
{
	struct import_row row = {.line = statement->line,
				 .verdict = verdict,
				 .key = statement_key(report->arena, statement),
				 .path = path};
	struct report_entry *entry;
	va_list args;

	va_start(args, format);
	entry = add(report, row, false, format, args);
	va_end(args);
	if (entry)
		entry->owner = owner;
	return entry;
}

void report_item(struct report *report, const struct item *item, enum import_verdict verdict,
		 const char *format, ...)
{
	struct import_row row = {.line = item->line, .verdict = verdict, .key = item->key};
	va_list args;

	va_start(args, format);
	add(report, row, false, format, args);
	va_end(args);
}

int report_fail(struct report *report, unsigned int line, unsigned int column, const char *key,
		const char *format, ...)
{
	struct import_row row = {.line = line, .column = column, .verdict = IMPORT_ERROR};
	va_list args;

	row.key = printable(report->arena, arena_format(report->arena, "%.*s", KEY_MAX, key));
	va_start(args, format);
	report->fatal = add(report, row, true, format, args);
	va_end(args);
	return report->fatal ? -EBADMSG : -ENOMEM;
}

struct sorted {
	struct import_row row;
	size_t order;
	bool gone; /* it has gone out with something */
	bool self; /* with what it is about itself, as the error that put it out is */
};

/* The row as it is in the end. */
static struct sorted final_row(struct report *report, const struct report_entry *entry)
{
	const struct item *out = item_out(entry->owner);
	struct sorted final = {.row = entry->row};

	if (entry->alias)
		final.row.path = plan_alias_path(report->arena, entry->alias);
	if (entry->group)
		final.row.path = plan_group_path(report->arena, entry->group);
	if (!out || final.row.verdict == IMPORT_ERROR)
		return final;
	final.row.path = NULL;
	if (final.row.verdict == IMPORT_DROPPED)
		return final;
	final.gone = true;
	final.self = out->line == final.row.line && strcmp(out->key, final.row.key) == 0;
	final.row.verdict = IMPORT_DROPPED;
	final.row.text = final.self ? "left out because of the errors in it"
				    : arena_format(report->arena, "left out with %s (line %u)",
						   out->key, out->line);
	return final;
}

static int compare(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	if (x->row.line != y->row.line)
		return x->row.line < y->row.line ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/*
 * Another row of the line says of the same key why it is out, or has said so before. Definitions
 * can put any number of rows in a line: the nearest ones are looked at.
 */
static bool is_said(const struct sorted *rows, size_t n, size_t at)
{
	const struct sorted *row = &rows[at];
	const struct sorted *first = at > ROWS_NEAR ? row - ROWS_NEAR : rows;
	const struct sorted *end = n - at > ROWS_NEAR ? row + ROWS_NEAR : rows + n;

	for (const struct sorted *other = first; other < end; other++) {
		if (other->row.line == row->row.line && strcmp(other->row.key, row->row.key) == 0 &&
		    ((row->self && !other->self) || (other->gone && other < row)))
			return true;
	}
	return false;
}

static void keep_rows(struct import_result *result, const struct sorted *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].gone && is_said(rows, n, i))
			continue;
		result->rows[result->n_rows++] = rows[i].row;
		result->counts[rows[i].row.verdict]++;
	}
}

int report_finish(struct report *report, struct import_result *result)
{
	size_t n = report->fatal ? 1 : report->n, order = 0;
	struct sorted *rows = arena_new(report->arena, (n + 1) * sizeof(*rows));

	result->rows = arena_new(report->arena, (n + 1) * sizeof(*result->rows));
	if (!rows || !result->rows)
		return -ENOMEM;
	if (report->fatal) {
		rows[0].row = report->fatal->row;
		keep_rows(result, rows, 1);
		return 0;
	}
	for (const struct report_entry *e = report->first; e; e = e->next, order++) {
		rows[order] = final_row(report, e);
		rows[order].order = order;
	}
	qsort(rows, n, sizeof(*rows), compare);
	keep_rows(result, rows, n);
	return report->arena->failed ? -ENOMEM : 0;
}
