// SPDX-License-Identifier: GPL-2.0-or-later
/* keepalived.conf(5) by lines, as keepalived's lib/parser.c reads them: comments, conditions. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/parse.h"
#include "import/keepalived_reader.h"

int reader_fail(struct reader *reader, const struct line *line, const char *p, const char *format,
		...)
{
	size_t column = line->column && p ? line->column + (size_t)(p - line->text) : 0;
	const char *text;
	va_list args;

	va_start(args, format);
	text = arena_formatv(reader->im->arena, format, args);
	va_end(args);
	return report_fail(&reader->im->report, reader->line, (unsigned int)column, "", "%s", text);
}

/*
 * Ends the text where a comment begins: '!' or '#' anywhere outside of double quotes. \! and \#
 * stand for themselves. The quote that is open at the end, or NULL.
 */
static const char *strip_comment(char *text)
{
	const char *quote = NULL;
	char *out = text;

	for (char *p = text; *p; p++) {
		if (*p == '"')
			quote = quote ? NULL : p;
		if (!quote && (*p == '!' || *p == '#'))
			break;
		if (*p == '\\' && p[1]) {
			if (quote || (p[1] != '#' && p[1] != '!'))
				*out++ = *p;
			p++;
		}
		*out++ = *p;
	}
	while (!quote && out > text && strchr(" \t", out[-1]))
		out--;
	*out = '\0';
	return quote;
}

static int take_line(struct reader *reader, struct line line);

/* Each line of a definition of several, at the place where it is used. */
static int take_several(struct reader *reader, const struct definition *definition,
			const struct line *line)
{
	char text[STATEMENT_LINE_MAX + 1];
	int r = 0;

	for (const struct definition_line *l = definition->first; l && r == 0; l = l->next) {
		r = copy_text(text, sizeof(text), l->text);
		if (r < 0)
			return r;
		r = take_line(reader, (struct line){.text = text,
						    .condition = line->condition,
						    .expansion = line->expansion + 1});
	}
	return r;
}

static int expand(struct reader *reader, const struct line *line)
{
	const struct definition *several = reader_several(reader, line->text);
	char text[STATEMENT_LINE_MAX + 1];
	int r;

	if (several)
		return take_several(reader, several, line);
	r = reader_replace(reader, line, text);
	if (r <= 0)
		return r < 0 ? r : reader_cut(reader, line);
	return take_line(reader, (struct line){.text = text,
					       .condition = line->condition,
					       .expansion = line->expansion + 1});
}

/* Takes "@main " or "@^main " off the line. false: there is nothing behind it. */
static bool take_condition(struct reader *reader, struct line *line)
{
	size_t length = strcspn(line->text, " \t"), blanks = strspn(line->text + length, " \t");

	if (!line->condition)
		line->condition = arena_text(reader->im->arena, line->text, length);
	line->text += length + blanks;
	line->column += line->column ? (unsigned int)(length + blanks) : 0;
	return line->text[0] != '\0';
}

static int take_line(struct reader *reader, struct line line)
{
	size_t blanks = strspn(line.text, " \t");

	line.text += blanks;
	line.column += line.column ? (unsigned int)blanks : 0;
	if (line.text[0] == '\0')
		return 0;
	if (++reader->n_lines > STATEMENTS_MAX)
		return reader_fail(reader, &line, NULL, "more than %u lines with something in them",
				   STATEMENTS_MAX);
	reader->n_bytes += strlen(line.text);
	if (reader->n_bytes > READER_BYTES_MAX)
		return reader_fail(reader, &line, NULL,
				   "with its definitions, the text has more than %zu bytes",
				   READER_BYTES_MAX);
	if (line.expansion > READER_EXPANSION_MAX)
		return reader_fail(reader, &line, NULL,
				   "definitions stand more than %u deep in definitions",
				   READER_EXPANSION_MAX);
	if (line.text[0] == '@' && !take_condition(reader, &line))
		return 0;
	if (reader_is_definition(line.text))
		return reader_define(reader, &line);
	if (strncmp(line.text, "~SEQ", 4) == 0 || strncmp(line.text, "~LST", 4) == 0)
		return reader_repeat(reader, &line);
	return expand(reader, &line);
}

static int read_line(struct reader *reader, const char *begin, const char *end)
{
	char text[STATEMENT_LINE_MAX + 1];
	struct line line = {.text = text, .column = 1};
	const char *quote;
	size_t length;

	while (end > begin && end[-1] == '\r')
		end--;
	length = (size_t)(end - begin);
	if (length > STATEMENT_LINE_MAX)
		return report_fail(&reader->im->report, reader->line, STATEMENT_LINE_MAX, "",
				   "a line of more than %u bytes", STATEMENT_LINE_MAX);
	memcpy(text, begin, length);
	text[length] = '\0';
	quote = strip_comment(text);
	if (quote)
		return reader_fail(reader, &line, quote,
				   "a quote is opened here and not closed in the line");
	if (reader->defining)
		return reader_define_more(reader, text);
	return take_line(reader, line);
}

int keepalived_parse(struct importer *im, const char *text, size_t size,
		     const struct statement **ret_first)
{
	struct reader *reader = arena_new(im->arena, sizeof(*reader));
	const char *end = text + size;
	int r = 0;

	if (!reader)
		return -ENOMEM;
	reader->im = im;
	while (text < end && r == 0) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		reader->line++;
		r = read_line(reader, text, newline ? newline : end);
		text = newline ? newline + 1 : end;
	}
	if (r == 0 && reader->depth > 0) {
		const struct statement *opened = reader->blocks[reader->depth].opened;

		return report_fail(&im->report, opened->line, opened->words[0].column,
				   statement_key(im->arena, opened),
				   "the block is opened here and never closed");
	}
	*ret_first = reader->blocks[0].first;
	return r;
}
