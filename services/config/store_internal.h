/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the store_*_io.c share: the database, its prepared statements, and steps of transactions. */
#ifndef TRIREME_CONFIG_STORE_INTERNAL_H
#define TRIREME_CONFIG_STORE_INTERNAL_H

#include <sqlite3.h>

#include "config/store_io.h"

enum store_sql {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_HEAD,
	SQL_GET,
	SQL_LIST,
	SQL_APPEND,
	SQL_SET_TERM,
	SQL_COPY_TO_SUPERSEDED,
	SQL_TRUNCATE,
	SQL_LOWER_COMMITTED,
	SQL_LIST_SUPERSEDED,
	SQL_FREE_PAGES,
	SQL_BODY_ADD,
	SQL_BODY_KNOWN,
	SQL_BODY_GET,
	SQL_STATE_GET,
	SQL_STATE_SET,
	SQL_LOCAL_GET,
	SQL_LOCAL_SET,
	SQL_LOCAL_CLEAR,
	SQL_USE,
	SQL_OLDEST,
	SQL_DROP,
	SQL_DROP_SUPERSEDED,
	SQL_DROP_UNUSED_BODIES,
	SQL_COUNT,
};

struct store {
	sqlite3 *db;
	bool bulk; /* a transaction of store_bulk_begin() is under way */
	sqlite3_stmt *sql[SQL_COUNT];
};

#define STORE_PAGE_SIZE 4096

/* Columns of a revision, in the order of store_bind_revision() and store_read_revision(). */
#define STORE_COLUMNS \
	"number, term, refers, parent, body, id, kind, confirm_s, time, author, comment, model"
#define STORE_N_COLUMNS 12

/* -errno of a result of SQLite; 0 for SQLITE_OK, _ROW and _DONE. */
int store_errno(int rc);

/* Prepares all statements. -EBADMSG: tables are missing. */
int store_prepare(struct store *store);

/*
 * For scopes: the statement is reset when it ends. Binding to prepared statements with
 * SQLITE_STATIC allocates nothing and cannot fail, so that the results of sqlite3_bind_…() are not
 * looked at.
 */
void store_resetp(sqlite3_stmt **statement);
#define _cleanup_reset_ _cleanup_(store_resetp)

/* Steps to a row; `none` when there is none. */
int store_step_row(sqlite3_stmt *statement, int none);

/* Runs a statement without parameters and rows. */
int store_run(struct store *store, enum store_sql which);

/* Both do nothing within a bulk, but that store_end() returns r. */
int store_begin(struct store *store);

/* Commits when r is 0, else rolls back; returns r, or the error of the commit: rolled back, too. */
int store_end(struct store *store, int r);

/* What was deleted or rewritten is overwritten in the files as well, not only in effect. */
int store_scrub(struct store *store);

void store_bind_revision(sqlite3_stmt *statement, const struct revision *revision);
void store_bind_id(sqlite3_stmt *statement, int at, const struct revision_id *id);

/* From the row's first columns, or column at. -EBADMSG: not what store_bind_…() wrote. */
int store_read_revision(sqlite3_stmt *statement, struct revision *ret_revision);
int store_read_id(sqlite3_stmt *statement, int at, struct revision_id *ret_id);
int store_read_text(sqlite3_stmt *statement, int at, char *ret_text, size_t size);

/* Checks the document and stores it unless it is there. Within a transaction. */
int store_add_body(struct store *store, const struct revision_id *digest, const char *body,
		   size_t size);

/* Values of the table `state`; -ENOENT: not set. Setting the value it has writes nothing. */
int store_get_state(struct store *store, const char *key, uint64_t *ret_value);
int store_put_state(struct store *store, const char *key, uint64_t value);

#define STORE_COMMITTED "committed"

#endif
