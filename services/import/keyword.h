/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of a format, in tables: each is taken by the code that maps its block, or dropped with
 * the reason that stands here.
 */
#ifndef TRIREME_IMPORT_KEYWORD_H
#define TRIREME_IMPORT_KEYWORD_H

#include "import/importer.h"

#define KEYWORDS_TAKEN_MAX 24

/* A table ends with one without key; those that are taken stand first. */
struct keyword {
	const char *key;
	const char *why;	     /* it is dropped; NULL: it is taken */
	bool warn;		     /* and something is lost by it */
	bool many;		     /* taken, and may stand several times in its block */
	unsigned char values;	     /* taken, and needs so many */
	unsigned char same;	     /* taken, and means what the key of this index does; 0: none */
	const struct keyword *inner; /* the keys of its block; NULL: none, or no keys */
};

/* The keyword of that key or NULL. */
const struct keyword *keyword_find(const struct keyword *table, const char *key);

/*
 * Looks at every statement of a block. ret_found[i] is the last one with the key of table[i] that
 * is taken, or NULL; those that are `many` are left to the caller. All others get their rows. An
 * error is one whose values are too few or too many.
 */
int keywords_collect(struct importer *im, const struct item *owner, const struct statement *first,
		     const struct keyword *table,
		     const struct statement *ret_found[KEYWORDS_TAKEN_MAX]);

/*
 * The block is not taken, for the reason why: rows for all keys in it. table is that of the block's
 * keys; NULL: it has values only, and these get no rows.
 */
void keywords_drop(struct importer *im, const struct statement *first, const struct keyword *table,
		   const char *why);

/* A row, unless the statement is one to be mapped; true: it was not. */
bool keyword_special(struct importer *im, const struct statement *statement,
		     const struct keyword *table);

/* The row of one that no table has. */
void keyword_unknown(struct importer *im, const struct statement *statement);

#endif
