// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/store_internal.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"

static const char *const texts[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_HEAD] = "SELECT " STORE_COLUMNS " FROM revision ORDER BY number DESC LIMIT 1",
	[SQL_GET] = "SELECT " STORE_COLUMNS " FROM revision WHERE number = ?1",
	[SQL_LIST] = "SELECT " STORE_COLUMNS
		     " FROM revision WHERE number >= ?1 ORDER BY number LIMIT ?2",
	[SQL_APPEND] = "INSERT INTO revision (" STORE_COLUMNS
		       ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_SET_TERM] = "UPDATE revision SET term = ?2 WHERE number = ?1 "
			 "AND number = (SELECT max(number) FROM revision)",
	[SQL_COPY_TO_SUPERSEDED] = "INSERT INTO superseded (" STORE_COLUMNS ", reason, replaced_at)"
				   " SELECT " STORE_COLUMNS
				   ", ?2, ?3 FROM revision WHERE number >= ?1 ORDER BY number",
	[SQL_TRUNCATE] = "DELETE FROM revision WHERE number >= ?1",
	[SQL_LOWER_COMMITTED] =
		"UPDATE state SET value = (SELECT coalesce(max(number), 0) FROM revision) "
		"WHERE key = '" STORE_COMMITTED "' AND value >= ?1",
	[SQL_LIST_SUPERSEDED] = "SELECT " STORE_COLUMNS
				", reason, replaced_at FROM superseded ORDER BY seq DESC LIMIT ?1",
	[SQL_FREE_PAGES] = "PRAGMA freelist_count",
	[SQL_BODY_ADD] = "INSERT INTO body (digest, text) VALUES (?1, ?2) "
			 "ON CONFLICT (digest) DO NOTHING",
	[SQL_BODY_KNOWN] = "SELECT 1 FROM body WHERE digest = ?1",
	[SQL_BODY_GET] = "SELECT text FROM body WHERE digest = ?1",
	[SQL_STATE_GET] = "SELECT value FROM state WHERE key = ?1",
	[SQL_STATE_SET] = "INSERT INTO state (key, value) VALUES (?1, ?2) ON CONFLICT (key) "
			  "DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
	[SQL_LOCAL_GET] = "SELECT base, body, time, author, comment FROM local",
	[SQL_LOCAL_SET] = "REPLACE INTO local (one, base, body, time, author, comment) "
			  "VALUES (1, ?1, ?2, ?3, ?4, ?5)",
	[SQL_LOCAL_CLEAR] = "DELETE FROM local",
	[SQL_USE] = "SELECT (SELECT count(*) FROM revision), (SELECT count(*) FROM superseded), "
		    "(SELECT coalesce(sum(length(text)), 0) FROM body)",
	[SQL_OLDEST] = "SELECT number FROM revision WHERE number > ?1 ORDER BY number LIMIT 1",
	[SQL_DROP] = "DELETE FROM revision WHERE number = ?1",
	[SQL_DROP_SUPERSEDED] =
		"DELETE FROM superseded WHERE seq = (SELECT min(seq) FROM superseded)",
	[SQL_DROP_UNUSED_BODIES] =
		"DELETE FROM body WHERE digest NOT IN (SELECT body FROM revision "
		"UNION ALL SELECT body FROM superseded UNION ALL SELECT body FROM local)",
};

int store_errno(int rc)
{
	switch (rc & 0xff) { /* the primary code */
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR: /* of fixed statements: a table or column is missing */
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
		return -EBADMSG;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_READONLY:
		return -EROFS;
	default:
		return rc == SQLITE_IOERR_NOMEM ? -ENOMEM : -EIO;
	}
}

int store_prepare(struct store *store)
{
	for (size_t i = 0; i < SQL_COUNT; i++) {
		int rc = sqlite3_prepare_v3(store->db, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
					    &store->sql[i], NULL);

		if (rc != SQLITE_OK)
			return store_errno(rc);
	}
	return 0;
}

void store_resetp(sqlite3_stmt **statement)
{
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}

int store_step_row(sqlite3_stmt *statement, int none)
{
	int rc = sqlite3_step(statement);

	if (rc == SQLITE_ROW)
		return 0;
	return rc == SQLITE_DONE ? none : store_errno(rc);
}

int store_run(struct store *store, enum store_sql which)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[which];

	return store_errno(sqlite3_step(statement));
}

int store_begin(struct store *store)
{
	return store->bulk ? 0 : store_run(store, SQL_BEGIN);
}

int store_end(struct store *store, int r)
{
	if (store->bulk)
		return r;
	if (r == 0)
		r = store_run(store, SQL_COMMIT);
	/* A full disk and the like may have rolled it back already. */
	if (r < 0 && !sqlite3_get_autocommit(store->db))
		store_run(store, SQL_ROLLBACK);
	return r;
}

int store_bulk_begin(struct store *store)
{
	int r = store_begin(store);

	store->bulk = r == 0;
	return r;
}

int store_bulk_end(struct store *store, int r)
{
	store->bulk = false;
	return store_end(store, r);
}

/*
 * secure_delete zeroes what is freed within the database, but the write-ahead log still has the
 * pages as they were: everything goes into the database, and the log is cut to nothing.
 */
int store_scrub(struct store *store)
{
	return store_errno(
		sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

void store_bind_id(sqlite3_stmt *statement, int at, const struct revision_id *id)
{
	sqlite3_bind_blob(statement, at, id->bytes, sizeof(id->bytes), SQLITE_STATIC);
}

void store_bind_revision(sqlite3_stmt *statement, const struct revision *revision)
{
	int at = 1;

	sqlite3_bind_int64(statement, at++, (int64_t)revision->number);
	sqlite3_bind_int64(statement, at++, (int64_t)revision->term);
	sqlite3_bind_int64(statement, at++, (int64_t)revision->refers);
	store_bind_id(statement, at++, &revision->parent);
	store_bind_id(statement, at++, &revision->body);
	store_bind_id(statement, at++, &revision->id);
	sqlite3_bind_int64(statement, at++, revision->kind);
	sqlite3_bind_int64(statement, at++, revision->confirm_s);
	sqlite3_bind_int64(statement, at++, revision->time);
	sqlite3_bind_text(statement, at++, revision->author, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, at++, revision->comment, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, at++, revision->model, -1, SQLITE_STATIC);
}

int store_read_id(sqlite3_stmt *statement, int at, struct revision_id *ret_id)
{
	const void *bytes = sqlite3_column_blob(statement, at);

	if (!bytes || sqlite3_column_bytes(statement, at) != sizeof(ret_id->bytes))
		return -EBADMSG;
	memcpy(ret_id->bytes, bytes, sizeof(ret_id->bytes));
	return 0;
}

int store_read_text(sqlite3_stmt *statement, int at, char *ret_text, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(statement, at);
	size_t length = (size_t)sqlite3_column_bytes(statement, at);

	if (!text || length >= size || strlen(text) != length)
		return -EBADMSG;
	memset(ret_text, 0, size);
	memcpy(ret_text, text, length);
	return 0;
}

/* The schema keeps numbers positive; those of 32 bits must fit. */
static int read_u32(sqlite3_stmt *statement, int at, uint32_t *ret_value)
{
	int64_t value = sqlite3_column_int64(statement, at);

	if (value < 0 || value > UINT32_MAX)
		return -EBADMSG;
	*ret_value = (uint32_t)value;
	return 0;
}

int store_read_revision(sqlite3_stmt *statement, struct revision *ret_revision)
{
	struct revision revision;

	memset(&revision, 0, sizeof(revision));
	revision.number = (uint64_t)sqlite3_column_int64(statement, 0);
	revision.term = (uint64_t)sqlite3_column_int64(statement, 1);
	revision.refers = (uint64_t)sqlite3_column_int64(statement, 2);
	revision.time = sqlite3_column_int64(statement, 8);
	if (store_read_id(statement, 3, &revision.parent) < 0 ||
	    store_read_id(statement, 4, &revision.body) < 0 ||
	    store_read_id(statement, 5, &revision.id) < 0 ||
	    read_u32(statement, 6, &revision.kind) < 0 ||
	    read_u32(statement, 7, &revision.confirm_s) < 0 ||
	    store_read_text(statement, 9, revision.author, sizeof(revision.author)) < 0 ||
	    store_read_text(statement, 10, revision.comment, sizeof(revision.comment)) < 0 ||
	    store_read_text(statement, 11, revision.model, sizeof(revision.model)) < 0)
		return -EBADMSG;
	*ret_revision = revision;
	return 0;
}
