/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mapping while it is made: rows in any order, each of an object that may still go out. */
#ifndef TRIREME_IMPORT_REPORT_H
#define TRIREME_IMPORT_REPORT_H

#include "import/arena.h"
#include "import/import.h"
#include "import/statement.h"

/* What has been made of a part of the text. Who goes out takes its rows along. */
struct item {
	const struct item *parent; /* when that goes out, this does too */
	unsigned int line;
	const char *key; /* as in the rows: "virtual http" */
	bool out;
};

struct plan_alias;
struct plan_group;

struct report_entry {
	struct report_entry *next;
	struct import_row row;
	const struct item *owner; /* NULL: nothing goes out */
	/* The row's path is that of one of these, once it is known which addresses move together.
	 */
	const struct plan_alias *alias;
	struct plan_group *group;
};

struct report {
	struct arena *arena;
	struct report_entry *first, *last;
	size_t n;
	const struct report_entry *fatal; /* the only row that counts */
};

/* The item itself or what it belongs to that is out, or NULL. */
const struct item *item_out(const struct item *item);

/* The statement's key as rows show it: of a block with its name. */
const char *statement_key(struct arena *arena, const struct statement *statement);

/* A row for the statement. path may be NULL. NULL: there is none, as no memory. */
struct report_entry *report_add(struct report *report, const struct statement *statement,
				const struct item *owner, enum import_verdict verdict,
				const char *path, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* A row for what has been made of a statement, whether it goes out or not. */
void report_item(struct report *report, const struct item *item, enum import_verdict verdict,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The text cannot be read: -EBADMSG. */
int report_fail(struct report *report, unsigned int line, unsigned int column, const char *key,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Rows in order, those of what is out as such. fatal: that row alone. -ENOMEM. */
int report_finish(struct report *report, struct import_result *result);

#endif
