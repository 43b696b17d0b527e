// SPDX-License-Identifier: GPL-2.0-or-later
/* Words, quotes and braces of keepalived.conf(5), as statements. */
#include <errno.h>
#include <string.h>

#include "import/keepalived_reader.h"

/* The statement whose words have been read goes into its block. */
static int end_statement(struct reader *reader, const struct line *line)
{
	struct arena *arena = reader->im->arena;
	struct statement *s;
	struct word *words;

	if (reader->n_words == 0)
		return 0;
	if (++reader->n_statements > STATEMENTS_MAX)
		return reader_fail(reader, line, NULL, "more than %u statements", STATEMENTS_MAX);
	s = arena_new(arena, sizeof(*s));
	words = arena_new(arena, reader->n_words * sizeof(*words));
	if (!s || !words)
		return -ENOMEM;
	memcpy(words, reader->words, reader->n_words * sizeof(*words));
	s->words = words;
	s->n_words = reader->n_words;
	s->line = reader->line;
	s->condition = line->condition;
	if (reader->blocks[reader->depth].last)
		reader->blocks[reader->depth].last->next = s;
	else
		reader->blocks[reader->depth].first = s;
	reader->blocks[reader->depth].last = s;
	reader->pending = s;
	reader->n_words = 0;
	return 0;
}

static int open_block(struct reader *reader, const struct line *line, const char *p)
{
	int r = end_statement(reader, line);

	if (r < 0)
		return r;
	if (!reader->pending)
		return reader_fail(reader, line, p, "'{' without a key before it");
	if (reader->depth == STATEMENT_DEPTH_MAX)
		return reader_fail(reader, line, p, "blocks stand more than %u deep in blocks",
				   STATEMENT_DEPTH_MAX);
	reader->pending->block = true;
	reader->blocks[++reader->depth] =
		(__typeof__(reader->blocks[0])){.opened = reader->pending};
	reader->pending = NULL;
	return 0;
}

static int close_block(struct reader *reader, const struct line *line, const char *p)
{
	int r = end_statement(reader, line);

	if (r < 0)
		return r;
	if (reader->depth == 0)
		return reader_fail(reader, line, p, "'}' without a block that it closes");
	reader->blocks[reader->depth].opened->inner = reader->blocks[reader->depth].first;
	reader->depth--;
	reader->pending = NULL;
	return 0;
}

/* One word from p on into out. NULL: a quote is not closed. */
static const char *copy_word(const char *p, char *out, size_t *ret_length)
{
	char quote = '\0';
	size_t n = 0;

	while (*p && (quote || !strchr(" \t{}", *p))) {
		if (*p == '\\' && p[1]) {
			out[n++] = p[1];
			p += 2;
		} else if (*p == '$' && p[1] == '{' && strchr(p, '}')) {
			/* Nobody has defined it: braces and all, it stays as it is. */
			while (*p != '}')
				out[n++] = *p++;
			out[n++] = *p++;
		} else if (quote ? *p == quote : *p == '"' || *p == '\'') {
			if (quote)
				quote = '\0';
			else
				quote = *p;
			p++;
		} else {
			out[n++] = *p++;
		}
	}
	*ret_length = n;
	return quote ? NULL : p;
}

static int read_word(struct reader *reader, const struct line *line, const char **p)
{
	char text[STATEMENT_LINE_MAX + 1];
	const char *begin = *p, *end;
	struct word *word;
	size_t length;

	end = copy_word(begin, text, &length);
	if (!end)
		return reader_fail(reader, line, begin,
				   "a quote is opened here and not closed in the line");
	if (strcmp(begin, "\\") == 0)
		return reader_fail(reader, line, begin,
				   "only the lines of a definition go on behind a '\\'");
	if (reader->n_words == READER_WORDS_MAX)
		return reader_fail(reader, line, begin, "more than %u words in a line",
				   READER_WORDS_MAX);
	word = &reader->words[reader->n_words++];
	word->text = arena_text(reader->im->arena, text, length);
	word->column = line->column ? line->column + (unsigned int)(begin - line->text) : 0;
	*p = end;
	return 0;
}

int reader_cut(struct reader *reader, const struct line *line)
{
	const char *p = line->text;
	int r = 0;

	while (r == 0) {
		p += strspn(p, " \t");
		if (*p == '\0')
			break;
		if (*p == '{')
			r = open_block(reader, line, p++);
		else if (*p == '}')
			r = close_block(reader, line, p++);
		else
			r = read_word(reader, line, &p);
	}
	return r < 0 ? r : end_statement(reader, line);
}

int reader_repeat(struct reader *reader, const struct line *line)
{
	int r;

	reader->words[0] = (struct word){.text = arena_text(reader->im->arena, line->text, 4),
					 .column = line->column};
	reader->words[1] = (struct word){.text = arena_format(reader->im->arena, "%s", line->text)};
	reader->n_words = 2;
	r = end_statement(reader, line);
	if (reader->pending)
		reader->pending->repeat = true;
	reader->pending = NULL;
	return r;
}
