// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define APPLICATION_ID 0x54724366 /* "TrCf" */
#define SCHEMA_VERSION 1 /* other tables need another file: the other slot reads this one */
#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

/*
 * EXTRA is FULL in write-ahead mode: one sync of the log before a commit returns; beyond that it
 * makes the end of the rollback journal last that creating the tables uses. In exclusive locking
 * mode the index of the log is in this process's memory, so that there is no third file.
 */
static const char settings[] =
	"PRAGMA trusted_schema = OFF;"
	"PRAGMA cell_size_check = ON;"
	"PRAGMA temp_store = MEMORY;"
	"PRAGMA page_size = " TEXT_OF(STORE_PAGE_SIZE) ";"
						       "PRAGMA secure_delete = ON;"
						       "PRAGMA locking_mode = EXCLUSIVE;"
						       "PRAGMA synchronous = EXTRA;"
						       "PRAGMA journal_size_limit = 4194304;"
						       "PRAGMA max_page_count = " TEXT_OF(
							       STORE_PAGES_MAX) ";";

#define ENTRY_COLUMNS                                                                         \
	"term INTEGER NOT NULL CHECK (term >= 0), refers INTEGER NOT NULL, "                  \
	"parent BLOB NOT NULL, body BLOB NOT NULL, id BLOB NOT NULL, kind INTEGER NOT NULL, " \
	"confirm_s INTEGER NOT NULL, time INTEGER NOT NULL, author TEXT NOT NULL, "           \
	"comment TEXT NOT NULL, model TEXT NOT NULL"

static const char tables[] =
	"BEGIN EXCLUSIVE;"
	"CREATE TABLE body (digest BLOB PRIMARY KEY, text BLOB NOT NULL) STRICT;"
	"CREATE TABLE revision (number INTEGER PRIMARY KEY CHECK (number > 0), " ENTRY_COLUMNS
	") STRICT;"
	"CREATE TABLE superseded (seq INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT "
	"NULL, " ENTRY_COLUMNS ", reason TEXT NOT NULL, replaced_at INTEGER NOT NULL) STRICT;"
	"CREATE TABLE state (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE local (one INTEGER PRIMARY KEY CHECK (one = 1), base INTEGER NOT NULL, "
	"body BLOB NOT NULL, time INTEGER NOT NULL, author TEXT NOT NULL, comment TEXT NOT NULL"
	") STRICT;"
	"PRAGMA application_id = " TEXT_OF(APPLICATION_ID) ";"
							   "PRAGMA user_version = " TEXT_OF(
								   SCHEMA_VERSION) ";"
										   "COMMIT";

static bool has_journal(const char *path)
{
	char journal[PATH_MAX];

	return snprintf(journal, sizeof(journal), "%s-journal", path) < (int)sizeof(journal) &&
	       access(journal, F_OK) == 0;
}

/*
 * Looks at the file before SQLite does, which would write to it. With a rollback journal the file
 * may hold anything: SQLite puts it right, then check_version() looks.
 * Header: https://www.sqlite.org/fileformat.html, 1.3.
 */
static int check_file(const char *path, struct text *report)
{
	static const uint8_t id[4] = {APPLICATION_ID >> 24, APPLICATION_ID >> 16 & 0xff,
				      APPLICATION_ID >> 8 & 0xff, APPLICATION_ID & 0xff};
	/* Made here, because SQLite would let others read it. */
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	char header[100];
	ssize_t n;

	if (fd < 0 || (n = read(fd, header, sizeof(header))) < 0) {
		int r = -errno;

		text_add(report, "%s cannot be opened: %s\n", path, strerror(-r));
		return r;
	}
	if (n == 0 || has_journal(path))
		return 0;
	if (n < (ssize_t)sizeof(header) || memcmp(header, "SQLite format 3", 16) != 0 ||
	    memcmp(header + 68, id, sizeof(id)) != 0) {
		text_add(report, "%s is not a datastore of Trireme\n", path);
		return -EBADMSG;
	}
	return 0;
}

static int query_number(sqlite3 *db, const char *sql, int64_t *ret_value)
{
	sqlite3_stmt *statement;
	int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	if (rc != SQLITE_OK)
		return store_errno(rc);
	rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return rc == SQLITE_DONE ? -EBADMSG : store_errno(rc);
}

/* Makes the tables in an empty database. */
static int check_version(sqlite3 *db, const char *path, struct text *report)
{
	int64_t id = 0, version = 0, objects = 0;
	int r = query_number(db, "PRAGMA application_id", &id);

	if (r == 0)
		r = query_number(db, "PRAGMA user_version", &version);
	if (r == 0)
		r = query_number(db, "SELECT count(*) FROM sqlite_schema", &objects);
	if (r < 0)
		return r;
	if (id == 0 && version == 0 && objects == 0)
		return store_errno(sqlite3_exec(db, tables, NULL, NULL, NULL));
	if (id != APPLICATION_ID) {
		text_add(report, "%s is not a datastore of Trireme\n", path);
		return -EBADMSG;
	}
	if (version != SCHEMA_VERSION) {
		text_add(report, "%s is a datastore of version %lld; allowed: version %d\n", path,
			 (long long)version, SCHEMA_VERSION);
		return -EBADMSG;
	}
	return 0;
}

static int on_journal_mode(void *data, int n, char **values, char **names)
{
	(void)names;
	*(bool *)data = n == 1 && values[0] && strcmp(values[0], "wal") == 0;
	return 0;
}

static int set_up(struct store *store, const char *path, struct text *report)
{
	bool wal = false;
	int r;

	/* Until the file is known to be good, closing it does not write to it either. */
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	r = store_errno(sqlite3_exec(store->db, settings, NULL, NULL, NULL));
	if (r == 0)
		r = check_version(store->db, path, report);
	if (r == 0)
		r = store_errno(sqlite3_exec(store->db, "PRAGMA journal_mode = WAL",
					     on_journal_mode, &wal, NULL));
	if (r == 0 && !wal)
		r = -EIO;
	return r < 0 ? r : store_prepare(store);
}

struct walk {
	struct revision last;
	struct text *report;
};

static int check_entry(const struct revision *revision, void *data)
{
	struct walk *walk = data;
	struct revision_id id;

	revision_id(revision, &id);
	if (memcmp(&id, &revision->id, sizeof(id)) != 0 ||
	    (revision->number == walk->last.number + 1 && walk->last.number > 0 &&
	     memcmp(&revision->parent, &walk->last.id, sizeof(id)) != 0)) {
		text_add(walk->report, "revision %llu in the datastore is not what its id says\n",
			 (unsigned long long)revision->number);
		return -EBADMSG;
	}
	walk->last = *revision;
	return 0;
}

/* Every entry, and the head's document: others are checked when they are read. */
static int check_log(struct store *store, struct text *report)
{
	_cleanup_free_ char *body = NULL;
	struct walk walk = {.report = report};
	size_t size;
	int r = store_list(store, 0, SIZE_MAX, check_entry, &walk);

	if (r < 0 || walk.last.number == 0)
		return r;
	r = store_body_by_digest(store, &walk.last.body, &body, &size);
	if (r == -ENOENT)
		r = -EBADMSG;
	if (r == -EBADMSG)
		text_add(report, "the document of revision %llu in the datastore is damaged\n",
			 (unsigned long long)walk.last.number);
	return r;
}

static void store_closep(struct store **store)
{
	store_close(*store);
}

int store_open(const char *path, struct store **ret_store, struct text *report)
{
	_cleanup_(store_closep) struct store *store = NULL;
	int r = check_file(path, report);

	if (r < 0)
		return r;
	store = calloc(1, sizeof(*store));
	if (!store)
		return -ENOMEM;
	r = store_errno(sqlite3_open_v2(
		path, &store->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL));
	if (r == 0)
		r = set_up(store, path, report);
	if (r == 0)
		r = check_log(store, report);
	if (r < 0) {
		text_add(report, "%s: %s\n", path,
			 store->db ? sqlite3_errmsg(store->db) : strerror(-r));
		return r;
	}
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	*ret_store = take_ptr(store);
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(store->sql[i]);
	sqlite3_close(store->db);
	free(store);
}
