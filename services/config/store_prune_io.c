// SPDX-License-Identifier: GPL-2.0-or-later
/* Retention. */
#include <errno.h>

#include "base/cleanup.h"
#include "config/store_internal.h"

struct use {
	uint64_t revisions, superseded, body_bytes;
};

static int read_use(struct store *store, struct use *ret_use)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_USE];
	int r = store_step_row(statement, -EBADMSG);

	if (r < 0)
		return r;
	ret_use->revisions = (uint64_t)sqlite3_column_int64(statement, 0);
	ret_use->superseded = (uint64_t)sqlite3_column_int64(statement, 1);
	ret_use->body_bytes = (uint64_t)sqlite3_column_int64(statement, 2);
	return 0;
}

static bool is_kept(const struct store_limits *limits, uint64_t number)
{
	for (size_t i = 0; i < limits->n_keep; i++) {
		if (limits->keep[i] == number)
			return true;
	}
	return false;
}

/* The oldest revision after `after` that may go. -ENOENT: none. */
static int find_oldest(struct store *store, const struct store_limits *limits, uint64_t after,
		       uint64_t *ret_number)
{
	struct revision head;
	uint64_t committed = 0, number;
	int r = store_head(store, &head);

	if (r == 0)
		r = store_committed(store, &committed);
	if (r < 0)
		return r;
	for (number = after;;) {
		_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_OLDEST];

		sqlite3_bind_int64(statement, 1, (int64_t)number);
		r = store_step_row(statement, -ENOENT);
		if (r < 0)
			return r;
		number = (uint64_t)sqlite3_column_int64(statement, 0);
		if (number >= head.number)
			return -ENOENT;
		if (number != committed && !is_kept(limits, number))
			break;
	}
	*ret_number = number;
	return 0;
}

static int drop_revision(struct store *store, uint64_t number)
{
	_cleanup_reset_ sqlite3_stmt *statement = store->sql[SQL_DROP];

	sqlite3_bind_int64(statement, 1, (int64_t)number);
	return store_errno(sqlite3_step(statement));
}

/* Drops the replaced entry (number 0) or revision, and its document if nobody else has it. */
static int drop(struct store *store, uint64_t number)
{
	int r = store_begin(store);

	if (r < 0)
		return r;
	r = number > 0 ? drop_revision(store, number) : store_run(store, SQL_DROP_SUPERSEDED);
	if (r == 0)
		r = store_run(store, SQL_DROP_UNUSED_BODIES);
	return store_end(store, r);
}

/* 1: dropped one; 0: nothing is left to drop. `after` is where the last one was. */
static int prune_one(struct store *store, const struct store_limits *limits, uint64_t *after)
{
	struct use use;
	bool too_large;
	int r = read_use(store, &use);

	if (r < 0)
		return r;
	too_large = use.body_bytes > limits->body_bytes;
	if (use.superseded > limits->superseded || (too_large && use.superseded > 0)) {
		r = drop(store, 0);
		return r < 0 ? r : 1;
	}
	if (!too_large && use.revisions <= limits->revisions)
		return 0;
	r = find_oldest(store, limits, *after, after);
	if (r == 0)
		r = drop(store, *after);
	if (r == -ENOENT)
		return 0;
	return r < 0 ? r : 1;
}

int store_prune(struct store *store, const struct store_limits *limits)
{
	uint64_t after = 0;
	bool dropped = false;
	int r;

	while ((r = prune_one(store, limits, &after)) > 0)
		dropped = true;
	if (r == 0 && dropped)
		r = store_scrub(store);
	return r;
}
