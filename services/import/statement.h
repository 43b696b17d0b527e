/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both formats are read into: statements, each a key and its values, some with a block. */
#ifndef TRIREME_IMPORT_STATEMENT_H
#define TRIREME_IMPORT_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#define STATEMENT_LINE_MAX 4096 /* bytes of a line, after definitions are put in */
#define STATEMENT_DEPTH_MAX 16	/* blocks in blocks; keepalived's deepest is at 5 */
#define STATEMENTS_MAX 65536

struct word {
	const char *text;
	unsigned int column; /* of its first byte, from 1; 0: unknown, a definition stood there */
};

struct statement {
	struct statement *next;	  /* in the same block */
	struct statement *inner;  /* the first of its block */
	const struct word *words; /* n_words of them, at least 1: the key, then the values */
	size_t n_words;
	unsigned int line;
	bool block;
	bool repeat;	       /* a line with ~SEQ or ~LST, that is in words[1] as it stands */
	const char *condition; /* keepalived's @condition, or NULL */
};

#endif
