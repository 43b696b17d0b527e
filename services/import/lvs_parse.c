// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lvs.cf, as Piranha's own parser reads it: a line is cut into words as a shell does it (popt,
 * poptParseArgvString()), '=' is a word of its own, blocks are opened and closed by words too.
 */
#include <errno.h>
#include <string.h>

#include "import/importer.h"

#define WORD_MAX 255 /* bytes of a word */
#define WORDS_MAX 512
#define BLOCKS_MAX 3 /* the file, a virtual, a server */

struct lvs_reader {
	struct importer *im;
	unsigned int line;
	size_t n_statements;
	struct word words[WORDS_MAX]; /* of the line */
	size_t n_words;
	struct {
		struct statement *first, *last, *opened;
	} blocks[BLOCKS_MAX];
	size_t depth;
};

static int add_word(struct lvs_reader *reader, const char *text, size_t length, size_t column)
{
	struct importer *im = reader->im;

	if (length > WORD_MAX)
		return report_fail(&im->report, reader->line, (unsigned int)column, text,
				   "a word of %zu characters; allowed are at most %u", length,
				   WORD_MAX);
	if (reader->n_words == WORDS_MAX)
		return report_fail(&im->report, reader->line, (unsigned int)column, "",
				   "more than %u words in a line", WORDS_MAX);
	reader->words[reader->n_words++] = (struct word){
		.text = arena_text(im->arena, text, length), .column = (unsigned int)column};
	return 0;
}

/* One word from p on into out; NULL: a quote is not closed. In quotes, \ stays but before one. */
static const char *copy_word(const char *p, const char *end, char *out, size_t *ret_length)
{
	char quote = '\0';
	size_t n = 0;

	for (; p < end && (quote || !strchr(" \t", *p)); p++) {
		if (*p == '\\' && p + 1 < end) {
			if (quote && p[1] != quote)
				out[n++] = *p;
			out[n++] = *++p;
		} else if (quote && *p == quote) {
			quote = '\0';
		} else if (!quote && (*p == '"' || *p == '\'')) {
			quote = *p;
		} else {
			out[n++] = *p;
		}
	}
	*ret_length = n;
	return quote ? NULL : p;
}

static int cut_line(struct lvs_reader *reader, const char *line, const char *end)
{
	char text[STATEMENT_LINE_MAX + 1] = "";
	const char *p = line;
	int r = 0;

	reader->n_words = 0;
	while (r == 0) {
		const char *begin;
		size_t length;

		while (p < end && strchr(" \t", *p))
			p++;
		if (p == end)
			break;
		begin = p;
		p = copy_word(p, end, text, &length);
		if (!p)
			return report_fail(&reader->im->report, reader->line,
					   (unsigned int)(begin - line) + 1, "",
					   "a quote is opened here and not closed in the line");
		text[length] = '\0';
		r = add_word(reader, text, length, (size_t)(begin - line) + 1);
	}
	return r;
}

static struct statement *add_statement(struct lvs_reader *reader, size_t key_words, size_t from)
{
	size_t n_values = reader->n_words - from;
	struct statement *s = arena_new(reader->im->arena, sizeof(*s));
	struct word *words =
		arena_new(reader->im->arena, (key_words + n_values + 1) * sizeof(*words));

	if (!s || !words)
		return NULL;
	memcpy(words, reader->words, key_words * sizeof(*words));
	memcpy(words + key_words, reader->words + from, n_values * sizeof(*words));
	s->words = words;
	s->n_words = key_words + n_values;
	s->line = reader->line;
	if (reader->blocks[reader->depth].last)
		reader->blocks[reader->depth].last->next = s;
	else
		reader->blocks[reader->depth].first = s;
	reader->blocks[reader->depth].last = s;
	return s;
}

static const char *const block_names[BLOCKS_MAX] = {"virtual NAME {' or 'failover NAME",
						    "server NAME", ""};

static int open_block(struct lvs_reader *reader)
{
	const struct word *words = reader->words, *brace = &words[reader->n_words - 1];
	bool known = reader->depth == 0
			     ? strcmp(words[0].text, "virtual") == 0 ||
				       strcmp(words[0].text, "failover") == 0
			     : reader->depth == 1 && strcmp(words[0].text, "server") == 0;
	struct statement *s;

	if (!known && reader->depth == BLOCKS_MAX - 1)
		return report_fail(&reader->im->report, reader->line, brace->column, words[0].text,
				   "no block can be opened in a server");
	if (!known || reader->n_words != 3)
		return report_fail(&reader->im->report, reader->line, words[0].column,
				   words[0].text, "a block is opened here by '%s {' only",
				   block_names[reader->depth]);
	reader->n_words--;
	s = add_statement(reader, 2, 2);
	if (!s)
		return -ENOMEM;
	s->block = true;
	reader->blocks[++reader->depth] = (__typeof__(reader->blocks[0])){.opened = s};
	return 0;
}

static int close_block(struct lvs_reader *reader)
{
	__typeof__(reader->blocks[0]) *block = &reader->blocks[reader->depth];

	if (reader->depth == 0)
		return report_fail(&reader->im->report, reader->line, reader->words[0].column, "}",
				   "'}' without a block that it closes");
	if (reader->n_words > 1)
		return report_fail(&reader->im->report, reader->line, reader->words[1].column, "}",
				   "'}' stands in a line of its own");
	block->opened->inner = block->first;
	reader->depth--;
	return 0;
}

static int key_and_value(struct lvs_reader *reader)
{
	const struct word *words = reader->words;
	const char *key = words[0].text;
	size_t n = reader->n_words;

	if (n < 2 || strcmp(words[1].text, "=") != 0)
		return report_fail(&reader->im->report, reader->line,
				   n < 2 ? words[0].column : words[1].column, key,
				   "expected is 'key = value', with a blank on each side of '=', "
				   "or a block");
	if (n == 2)
		return report_fail(&reader->im->report, reader->line, words[1].column, key,
				   "there is no value behind '='");
	if (strcmp(words[2].text, "[") == 0 && strcmp(words[n - 1].text, "]") != 0)
		return report_fail(&reader->im->report, reader->line, words[2].column, key,
				   "the list is not closed by ']' in the line");
	return add_statement(reader, 1, 2) ? 0 : -ENOMEM;
}

static int read_line(struct lvs_reader *reader, const char *line, const char *end)
{
	const struct word *last;
	int r;

	while (end > line && end[-1] == '\r')
		end--;
	if (end - line > STATEMENT_LINE_MAX)
		return report_fail(&reader->im->report, reader->line, STATEMENT_LINE_MAX, "",
				   "a line of more than %u bytes", STATEMENT_LINE_MAX);
	if (line + strspn(line, " \t") < end && line[strspn(line, " \t")] == '#')
		return 0;
	r = cut_line(reader, line, end);
	if (r < 0 || reader->n_words == 0)
		return r;
	if (++reader->n_statements > STATEMENTS_MAX)
		return report_fail(&reader->im->report, reader->line, 0, "",
				   "more than %u lines with something in them", STATEMENTS_MAX);
	last = &reader->words[reader->n_words - 1];
	if (strcmp(reader->words[0].text, "}") == 0)
		return close_block(reader);
	if (strcmp(last->text, "{") == 0)
		return open_block(reader);
	return key_and_value(reader);
}

int lvs_parse(struct importer *im, const char *text, size_t size,
	      const struct statement **ret_first)
{
	struct lvs_reader *reader = arena_new(im->arena, sizeof(*reader));
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
