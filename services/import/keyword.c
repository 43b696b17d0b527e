// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/keyword.h"

#include <string.h>

#include "base/cleanup.h"
#include "import/value.h"

const struct keyword *keyword_find(const struct keyword *table, const char *key)
{
	for (; table->key; table++) {
		if (strcmp(table->key, key) == 0)
			return table;
	}
	return NULL;
}

void keyword_unknown(struct importer *im, const struct statement *statement)
{
	ROW(im, statement, NULL, IMPORT_WARNING, NULL,
	    "unknown key: nothing was taken from this %s", statement->block ? "block" : "line");
}

static bool is_include(const char *key)
{
	static const char *const includes[] = {"include",  "includer", "includem",
					       "includew", "includeb", "includea"};

	for (size_t i = 0; i < ARRAY_SIZE(includes); i++) {
		if (strcmp(includes[i], key) == 0)
			return true;
	}
	return false;
}

/* What only some machines have does not fit one document for all. */
static void conditional(struct importer *im, const struct statement *statement,
			const struct keyword *table)
{
	const struct keyword *keyword = table ? keyword_find(table, statement->words[0].text) : 0;

	if (keyword && keyword->why && !keyword->warn)
		ROW(im, statement, NULL, IMPORT_DROPPED, NULL, "%s", keyword->why);
	else
		ROW(im, statement, NULL, IMPORT_WARNING, NULL,
		    "left out: it depends on the machine (%s), and the document is the same for "
		    "all; take the condition away if it is for all",
		    statement->condition);
	if (statement->block)
		keywords_drop(im, statement->inner, keyword ? keyword->inner : NULL,
			      "left out with its block, which depends on the machine");
}

bool keyword_special(struct importer *im, const struct statement *statement,
		     const struct keyword *table)
{
	if (statement->condition) {
		conditional(im, statement, table);
	} else if (is_include(statement->words[0].text)) {
		ROW(im, statement, NULL, IMPORT_WARNING, NULL,
		    "no other file is read: put the file's text here");
	} else if (statement->repeat) {
		ROW(im, statement, NULL, IMPORT_ERROR, NULL,
		    "repeats are not written out here: put the lines that this one stands for in "
		    "its place");
	} else {
		return false;
	}
	return true;
}

void keywords_drop(struct importer *im, const struct statement *first, const struct keyword *table,
		   const char *why)
{
	for (const struct statement *s = first; s && table; s = s->next) {
		const struct keyword *keyword = keyword_find(table, s->words[0].text);

		if (keyword_special(im, s, table))
			continue;
		if (!keyword) {
			keyword_unknown(im, s);
			continue;
		}
		ROW(im, s, NULL, IMPORT_DROPPED, NULL, "%s", why);
		keywords_drop(im, s->inner, keyword->inner, why);
	}
}

/* The rows of a key that is dropped wherever it stands. */
static void drop(struct importer *im, const struct item *owner, const struct statement *s,
		 const struct keyword *keyword)
{
	ROW(im, s, owner, keyword->warn ? IMPORT_WARNING : IMPORT_DROPPED, NULL, "%s",
	    keyword->why);
	keywords_drop(im, s->inner, keyword->inner, "left out with its block");
}

/* Only the last one of a key counts, as for whoever read the file until now. */
static void repeated(struct importer *im, const struct item *owner, const struct statement *s,
		     const struct statement *last)
{
	ROW(im, s, owner, IMPORT_WARNING, NULL, "given again in line %u, which counts", last->line);
}

/* In an lvs.cf, "server = x" stands where "server x {" would be meant: who maps blocks passes it.
 */
static void without_block(struct importer *im, const struct statement *s,
			  const struct keyword *keyword)
{
	if (im->format == IMPORT_LVS && keyword->inner && !s->block)
		ROW(im, s, NULL, IMPORT_WARNING, NULL,
		    "nothing was taken from this line: a block is expected, '%s NAME {'",
		    keyword->key);
}

int keywords_collect(struct importer *im, const struct item *owner, const struct statement *first,
		     const struct keyword *table,
		     const struct statement *ret_found[KEYWORDS_TAKEN_MAX])
{
	for (size_t i = 0; i < KEYWORDS_TAKEN_MAX; i++)
		ret_found[i] = NULL;
	for (const struct statement *s = first; s; s = s->next) {
		const struct keyword *keyword = keyword_find(table, s->words[0].text);
		const struct statement **found;
		int r;

		if (keyword_special(im, s, table))
			continue;
		if (!keyword) {
			keyword_unknown(im, s);
			continue;
		}
		if (keyword->why) {
			drop(im, owner, s, keyword);
			continue;
		}
		if (keyword->many) {
			without_block(im, s, keyword);
			continue;
		}
		r = value_count(im, s, keyword->values);
		if (r < 0)
			return r;
		found = &ret_found[keyword->same ? keyword->same : keyword - table];
		if (*found)
			repeated(im, owner, *found, s);
		*found = s;
	}
	return 0;
}
