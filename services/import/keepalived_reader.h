/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts that read keepalived.conf share. */
#ifndef TRIREME_IMPORT_KEEPALIVED_READER_H
#define TRIREME_IMPORT_KEEPALIVED_READER_H

#include "import/importer.h"

#define READER_WORDS_MAX (STATEMENT_LINE_MAX / 2)
#define READER_DEFINITIONS_MAX 1024
#define READER_BUCKETS 256		   /* of definitions, by the hash of their names */
#define READER_EXPANSION_MAX 16		   /* definitions in definitions */
#define READER_BYTES_MAX ((size_t)4 << 20) /* of all lines, with those of definitions */

struct definition_line {
	struct definition_line *next;
	const char *text;
};

struct definition {
	struct definition *next;
	const char *name;
	bool several; /* lines */
	struct definition_line *first, *last;
};

struct reader {
	struct importer *im;
	unsigned int line;
	size_t n_lines, n_bytes; /* with those that come from definitions */
	size_t n_statements;
	struct word words[READER_WORDS_MAX]; /* of the statement that is read */
	size_t n_words;
	struct {
		struct statement *first, *last, *opened;
	} blocks[STATEMENT_DEPTH_MAX + 1];
	size_t depth;
	struct statement *pending; /* '{' in the next line would be its */
	struct definition *definitions[READER_BUCKETS];
	size_t n_definitions;
	struct definition *defining; /* the next line belongs to it */
};

/* A line, or what definitions make of one. */
struct line {
	char *text;		/* without comment; may be written to */
	unsigned int column;	/* of the text's first byte, from 1; 0: unknown */
	const char *condition;	/* NULL: none */
	unsigned int expansion; /* so many definitions deep */
};

/* Error in this line; p points into the line's text, or is NULL. */
int reader_fail(struct reader *reader, const struct line *line, const char *p, const char *format,
		...) __attribute__((format(printf, 4, 5)));

/* Words and braces of a line, as statements. */
int reader_cut(struct reader *reader, const struct line *line);

/* A line with ~SEQ or ~LST. */
int reader_repeat(struct reader *reader, const struct line *line);

/* The line begins a definition. */
bool reader_is_definition(const char *text);

/* The definition that the line begins; the following lines may belong to it. */
int reader_define(struct reader *reader, const struct line *line);

/* A further line of the definition that has been begun. */
int reader_define_more(struct reader *reader, const char *text);

/* The definition of several lines that is all there is in the text, or NULL. */
const struct definition *reader_several(const struct reader *reader, const char *text);

/*
 * The line with the values of the definitions in it, each put in once, into out of
 * STATEMENT_LINE_MAX + 1 bytes. 1: it has changed; 0: there are none in it.
 */
int reader_replace(struct reader *reader, const struct line *line, char *out);

#endif
