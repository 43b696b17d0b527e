// SPDX-License-Identifier: GPL-2.0-or-later
/* The log and its documents. */
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/cleanup.h"
#include "config/store_internal.h"

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size);
}

static bool same_id(const struct revision_id *a, const struct revision_id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* Whether the revision by itself may be stored. */
static int check_revision(const struct revision *revision)
{
	struct revision_id id;

	if (revision->number < 1 || revision->number > STORE_NUMBER_MAX ||
	    revision->term > STORE_NUMBER_MAX || revision->refers > STORE_NUMBER_MAX ||
	    revision->kind < REVISION_CHANGE || revision->kind > REVISION_ROLLBACK ||
	    !ends(revision->author, sizeof(revision->author)) ||
	    !ends(revision->comment, sizeof(revision->comment)) ||
	    !ends(revision->model, sizeof(revision->model)))
		return -EINVAL;
	revision_id(revision, &id);
	return same_id(&id, &revision->id) ? 0 : -EINVAL;
}

/* Whether the revision follows the head. */
static int check_follows(struct store *store, const struct revision *revision)
{
	static const struct revision_id none;
	struct revision head;
	int r = store_head(store, &head);

	if (r == -ENOENT)
		return revision->number > 1 || same_id(&revision->parent, &none) ? 0 : -EINVAL;
	if (r < 0)
		return r;
	return revision->number == head.number + 1 && same_id(&revision->parent, &head.id)
		       ? 0
		       : -EINVAL;
}

static int body_known(struct store *store, const struct revision_id *digest)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_BODY_KNOWN];

	store_bind_id(statement, 1, digest);
	return store_step_row(statement, -ENODATA);
}

int store_add_body(struct store *store, const struct revision_id *digest, const char *body,
		   size_t size)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_BODY_ADD];
	struct revision_id found;

	if (size > STORE_BODY_MAX)
		return -EFBIG;
	revision_body_digest(body, size, &found);
	if (!same_id(&found, digest))
		return -EINVAL;
	store_bind_id(statement, 1, digest);
	sqlite3_bind_blob64(statement, 2, body, size, SQLITE_STATIC);
	return store_errno(sqlite3_step(statement));
}

/* A document is written twice: to the write-ahead log, then into the database or its free pages. */
static int check_space(struct store *store, size_t size)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_FREE_PAGES];
	struct statvfs disk;
	uint64_t space;
	int r = store_step_row(statement, -EBADMSG);

	if (r < 0)
		return r;
	if (statvfs(sqlite3_db_filename(store->db, "main"), &disk) < 0)
		return -errno;
	space = (uint64_t)disk.f_bavail * disk.f_frsize +
		(uint64_t)sqlite3_column_int64(statement, 0) * STORE_PAGE_SIZE;
	return space < STORE_RESERVE + 2 * (uint64_t)size ? -ENOSPC : 0;
}

/* The document of a new revision: stores it, or sees that it is there. */
static int take_body(struct store *store, const struct revision_id *digest, const char *body,
		     size_t size)
{
	int r = body_known(store, digest);

	if (!body)
		return r;
	if (r == -ENODATA)
		r = size > STORE_BODY_MAX ? -EFBIG : check_space(store, size);
	return r < 0 ? r : store_add_body(store, digest, body, size);
}

static int append(struct store *store, const struct revision *revision, const char *body,
		  size_t size)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_APPEND];
	int r = check_follows(store, revision);

	if (r == 0)
		r = take_body(store, &revision->body, body, size);
	if (r < 0)
		return r;
	store_bind_revision(statement, revision);
	return store_errno(sqlite3_step(statement));
}

static int run_from(struct store *store, enum store_sql which, uint64_t number)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[which];

	sqlite3_bind_int64(statement, 1, (int64_t)number);
	return store_errno(sqlite3_step(statement));
}

static int replace_from(struct store *store, uint64_t number, const char *reason, int64_t now)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_COPY_TO_SUPERSEDED];
	int r;

	if (number > STORE_NUMBER_MAX)
		return -ENOENT;
	if (!ends(reason, STORE_REASON_MAX))
		return -EINVAL;
	sqlite3_bind_int64(statement, 1, (int64_t)number);
	sqlite3_bind_text(statement, 2, reason, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, now);
	r = store_errno(sqlite3_step(statement));
	if (r < 0)
		return r;
	if (sqlite3_changes(store->db) == 0)
		return -ENOENT;
	r = run_from(store, SQL_TRUNCATE, number);
	return r < 0 ? r : run_from(store, SQL_LOWER_COMMITTED, number);
}

int store_append(struct store *store, const struct revision *revision, const char *body,
		 size_t size)
{
	int r = check_revision(revision);

	if (r == 0)
		r = store_begin(store);
	return r < 0 ? r : store_end(store, append(store, revision, body, size));
}

int store_replace_from(struct store *store, uint64_t number, const char *reason, int64_t now)
{
	int r = store_begin(store);

	return r < 0 ? r : store_end(store, replace_from(store, number, reason, now));
}

int store_truncate_and_append(struct store *store, uint64_t number, const char *reason, int64_t now,
			      const struct revision *revision, const char *body, size_t size)
{
	int r = check_revision(revision);

	if (r == 0)
		r = store_begin(store);
	if (r < 0)
		return r;
	r = replace_from(store, number, reason, now);
	if (r == -ENOENT)
		r = 0;
	if (r == 0)
		r = append(store, revision, body, size);
	return store_end(store, r);
}

int store_head(struct store *store, struct revision *ret_revision)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_HEAD];
	int r = store_step_row(statement, -ENOENT);

	if (r < 0)
		return r;
	return store_read_revision(statement, ret_revision);
}

int store_get(struct store *store, uint64_t number, struct revision *ret_revision)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_GET];
	int r;

	sqlite3_bind_int64(statement, 1, (int64_t)number);
	r = store_step_row(statement, -ENOENT);
	if (r < 0)
		return r;
	return store_read_revision(statement, ret_revision);
}

int store_body_by_digest(struct store *store, const struct revision_id *digest, char **ret_body,
			 size_t *ret_size)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_BODY_GET];
	_cleanup_free_ char *body = NULL;
	struct revision_id found;
	const void *text;
	size_t size;
	int r;

	store_bind_id(statement, 1, digest);
	r = store_step_row(statement, -ENOENT);
	if (r < 0)
		return r;
	text = sqlite3_column_blob(statement, 0); /* NULL when empty or out of memory */
	size = (size_t)sqlite3_column_bytes(statement, 0);
	body = malloc(size + 1);
	if (!body || (size > 0 && !text))
		return -ENOMEM;
	if (size > 0)
		memcpy(body, text, size);
	body[size] = '\0';
	revision_body_digest(body, size, &found);
	if (!same_id(&found, digest))
		return -EBADMSG;
	*ret_body = take_ptr(body);
	*ret_size = size;
	return 0;
}

int store_body(struct store *store, uint64_t number, char **ret_body, size_t *ret_size)
{
	struct revision revision;
	int r = store_get(store, number, &revision);

	if (r < 0)
		return r;
	r = store_body_by_digest(store, &revision.body, ret_body, ret_size);
	return r == -ENOENT ? -EBADMSG : r;
}

static int64_t limit(size_t max)
{
	return max > INT64_MAX ? INT64_MAX : (int64_t)max;
}

int store_list(struct store *store, uint64_t from, size_t max, store_list_fn fn, void *data)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_LIST];
	int rc;

	if (from > STORE_NUMBER_MAX)
		return 0;
	sqlite3_bind_int64(statement, 1, (int64_t)from);
	sqlite3_bind_int64(statement, 2, limit(max));
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		struct revision revision;
		int r = store_read_revision(statement, &revision);

		if (r == 0)
			r = fn(&revision, data);
		if (r != 0)
			return r;
	}
	return store_errno(rc);
}

int store_list_superseded(struct store *store, size_t max, store_superseded_fn fn, void *data)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_LIST_SUPERSEDED];
	int rc;

	sqlite3_bind_int64(statement, 1, limit(max));
	while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
		struct store_superseded entry;
		int r = store_read_revision(statement, &entry.revision);

		if (r == 0)
			r = store_read_text(statement, STORE_N_COLUMNS, entry.reason,
					    sizeof(entry.reason));
		entry.replaced_at = sqlite3_column_int64(statement, STORE_N_COLUMNS + 1);
		if (r == 0)
			r = fn(&entry, data);
		if (r != 0)
			return r;
	}
	return store_errno(rc);
}
