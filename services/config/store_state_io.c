// SPDX-License-Identifier: GPL-2.0-or-later
/* Single values, and the local document. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "config/store_internal.h"

#define PROMISED "promised"
#define REMAINING_NUMBER "remaining-number"
#define REMAINING_SECONDS "remaining-seconds"

int store_get_state(struct store *store, const char *key, uint64_t *ret_value)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_STATE_GET];
	int r;

	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	r = store_step_row(statement, -ENOENT);
	if (r < 0)
		return r;
	*ret_value = (uint64_t)sqlite3_column_int64(statement, 0);
	return 0;
}

int store_put_state(struct store *store, const char *key, uint64_t value)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_STATE_SET];

	if (value > STORE_NUMBER_MAX)
		return -EINVAL;
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 2, (int64_t)value);
	return store_errno(sqlite3_step(statement));
}

/* As store_get_state(), 0 when it is not set. */
static int get_or_zero(struct store *store, const char *key, uint64_t *ret_value)
{
	int r = store_get_state(store, key, ret_value);

	if (r != -ENOENT)
		return r;
	*ret_value = 0;
	return 0;
}

static int set_head_term(struct store *store, uint64_t number, uint64_t term)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_SET_TERM];
	int r;

	if (term > STORE_NUMBER_MAX)
		return -EINVAL;
	sqlite3_bind_int64(statement, 1, (int64_t)number);
	sqlite3_bind_int64(statement, 2, (int64_t)term);
	r = store_errno(sqlite3_step(statement));
	if (r == 0 && sqlite3_changes(store->db) == 0)
		r = -EINVAL;
	return r;
}

int store_set_term(struct store *store, uint64_t number, uint64_t term, uint64_t promised)
{
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = set_head_term(store, number, term);
	if (r == 0)
		r = store_put_state(store, PROMISED, promised);
	return store_end(store, r);
}

int store_promised(struct store *store, uint64_t *ret_term)
{
	return get_or_zero(store, PROMISED, ret_term);
}

int store_set_promised(struct store *store, uint64_t term)
{
	return store_put_state(store, PROMISED, term);
}

int store_committed(struct store *store, uint64_t *ret_number)
{
	return get_or_zero(store, STORE_COMMITTED, ret_number);
}

/* No prepared statement: this pragma takes effect when it is compiled, not when it is run. */
static int set_synchronous(struct store *store, const char *pragma)
{
	return store_errno(sqlite3_exec(store->db, pragma, NULL, NULL, NULL));
}

int store_set_committed(struct store *store, uint64_t number)
{
	struct revision head;
	int r = store_head(store, &head), again;

	if (r == -ENOENT)
		return number == 0 ? 0 : -EINVAL;
	if (r < 0)
		return r;
	if (number > head.number)
		return -EINVAL;
	r = set_synchronous(store, "PRAGMA synchronous = NORMAL");
	if (r == 0)
		r = store_put_state(store, STORE_COMMITTED, number);
	again = set_synchronous(store, "PRAGMA synchronous = EXTRA");
	return r < 0 ? r : again;
}

int store_remaining(struct store *store, uint64_t number, uint32_t *ret_seconds)
{
	uint64_t of, seconds;
	int r = store_get_state(store, REMAINING_NUMBER, &of);

	if (r < 0)
		return r;
	if (of != number)
		return -ENOENT;
	r = store_get_state(store, REMAINING_SECONDS, &seconds);
	if (r < 0 || seconds > UINT32_MAX)
		return r < 0 && r != -ENOENT ? r : -EBADMSG;
	*ret_seconds = (uint32_t)seconds;
	return 0;
}

int store_set_remaining(struct store *store, uint64_t number, uint32_t seconds)
{
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = store_put_state(store, REMAINING_NUMBER, number);
	if (r == 0)
		r = store_put_state(store, REMAINING_SECONDS, seconds);
	return store_end(store, r);
}

int store_local(struct store *store, struct store_local *ret_local)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_LOCAL_GET];
	struct store_local local;
	int r = store_step_row(statement, -ENOENT);

	if (r < 0)
		return r;
	memset(&local, 0, sizeof(local));
	local.base = (uint64_t)sqlite3_column_int64(statement, 0);
	local.time = sqlite3_column_int64(statement, 2);
	if (store_read_id(statement, 1, &local.body) < 0 ||
	    store_read_text(statement, 3, local.author, sizeof(local.author)) < 0 ||
	    store_read_text(statement, 4, local.comment, sizeof(local.comment)) < 0)
		return -EBADMSG;
	*ret_local = local;
	return 0;
}

static int put_local(struct store *store, const struct store_local *local, const char *body,
		     size_t size)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_LOCAL_SET];
	struct revision_id digest;
	int r;

	revision_body_digest(body, size, &digest);
	r = store_add_body(store, &digest, body, size);
	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)local->base);
	store_bind_id(statement, 2, &digest);
	sqlite3_bind_int64(statement, 3, local->time);
	sqlite3_bind_text(statement, 4, local->author, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 5, local->comment, -1, SQLITE_STATIC);
	return store_errno(sqlite3_step(statement));
}

/* Ends a change of the local document: the one before goes, and its secrets. */
static int end_local(struct store *store, int r)
{
	if (r == 0)
		r = store_run(store, SQL_DROP_UNUSED_BODIES);
	r = store_end(store, r);
	return r < 0 ? r : store_scrub(store);
}

int store_set_local(struct store *store, const struct store_local *local, const char *body,
		    size_t size)
{
	int r;

	if (local->base > STORE_NUMBER_MAX || !memchr(local->author, '\0', sizeof(local->author)) ||
	    !memchr(local->comment, '\0', sizeof(local->comment)))
		return -EINVAL;
	if (size > STORE_BODY_MAX)
		return -EFBIG;
	r = store_begin(store);
	return r < 0 ? r : end_local(store, put_local(store, local, body, size));
}

int store_clear_local(struct store *store)
{
	int r = store_begin(store);

	return r < 0 ? r : end_local(store, store_run(store, SQL_LOCAL_CLEAR));
}
