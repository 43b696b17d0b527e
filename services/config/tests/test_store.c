// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "config/tests/store_fixture.h"

static char folder[64], path[96], report_text[1024];
static struct store *store;

static int open_store(void)
{
	struct text report = TEXT_ON(report_text);

	return store_open(path, &store, &report);
}

static void close_store(void)
{
	store_close(store);
	store = NULL;
}

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/trireme-test-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/revisions", folder);
	return open_store();
}

static int tear_down(void **state)
{
	(void)state;
	close_store();
	fixture_remove(path);
	return rmdir(folder);
}

static void append_text(const char *body)
{
	assert_int_equal(fixture_append(store, 1, body, strlen(body)), 0);
}

static void assert_body(uint64_t number, const char *expected)
{
	_cleanup_free_ char *body = NULL;
	size_t size;

	assert_int_equal(store_body(store, number, &body, &size), 0);
	assert_int_equal(size, strlen(expected));
	assert_string_equal(body, expected);
}

static void what_is_appended_is_there_after_reopening(void **state)
{
	struct revision first, second, got;

	(void)state;
	assert_int_equal(store_head(store, &got), -ENOENT);
	first = fixture_next(store, 3, "{\"a\":1}", 7);
	first.confirm_s = 600;
	strcpy(first.author, "G\xc3\xbcnther");
	revision_id(&first, &first.id);
	assert_int_equal(store_append(store, &first, "{\"a\":1}", 7), 0);
	second = fixture_next(store, 4, NULL, 0);
	assert_int_equal(store_append(store, &second, NULL, 0), 0);
	close_store();
	assert_int_equal(open_store(), 0);
	assert_int_equal(store_get(store, 1, &got), 0);
	assert_memory_equal(&got, &first, sizeof(got));
	assert_int_equal(store_head(store, &got), 0);
	assert_memory_equal(&got, &second, sizeof(got));
	assert_body(1, "{\"a\":1}");
	assert_body(2, "{\"a\":1}");
	assert_int_equal(store_get(store, 3, &got), -ENOENT);
	assert_int_equal(store_get(store, UINT64_MAX, &got), -ENOENT);
}

static void what_does_not_follow_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t change;
	} changes[] = {
		{offsetof(struct revision, number), 1},
		{offsetof(struct revision, number) + 7, 0x80},
		{offsetof(struct revision, term) + 7, 0x80},
		{offsetof(struct revision, parent), 1},
		{offsetof(struct revision, body), 1},
		{offsetof(struct revision, kind), 0x40},
	};
	struct revision next, got;

	(void)state;
	append_text("one");
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		next = fixture_next(store, 1, "two", 3);
		((uint8_t *)&next)[changes[i].at] ^= changes[i].change;
		revision_id(&next, &next.id);
		assert_int_equal(store_append(store, &next, "two", 3), -EINVAL);
	}
	next = fixture_next(store, 1, "two", 3);
	memset(next.comment, 'x', sizeof(next.comment));
	revision_id(&next, &next.id);
	assert_int_equal(store_append(store, &next, "two", 3), -EINVAL);
	next = fixture_next(store, 1, "two", 3);
	next.id.bytes[0] ^= 1;
	assert_int_equal(store_append(store, &next, "two", 3), -EINVAL);
	next = fixture_next(store, 1, "two", 3);
	assert_int_equal(store_append(store, &next, NULL, 0), -ENODATA);
	assert_int_equal(store_append(store, &next, "two", STORE_BODY_MAX + 1), -EFBIG);
	assert_int_equal(store_head(store, &got), 0);
	assert_int_equal(got.number, 1);
	assert_int_equal(store_append(store, &next, "two", 3), 0);
}

static void a_log_begins_where_the_others_does(void **state)
{
	struct revision next = fixture_next(store, 1, "x", 1);

	(void)state;
	next.parent.bytes[3] = 1;
	revision_id(&next, &next.id);
	assert_int_equal(store_append(store, &next, "x", 1), -EINVAL); /* number 1 has no parent */
	next.number = 1500;
	revision_id(&next, &next.id);
	assert_int_equal(store_append(store, &next, "x", 1), 0);
	append_text("y");
	close_store();
	assert_int_equal(open_store(), 0);
	assert_body(1501, "y");
}

struct seen {
	uint64_t numbers[64];
	char reasons[64][STORE_REASON_MAX];
	size_t n, stop_at;
};

static int see(const struct revision *revision, void *data)
{
	struct seen *seen = data;

	seen->numbers[seen->n++] = revision->number;
	return seen->n == seen->stop_at ? 7 : 0;
}

static int see_superseded(const struct store_superseded *entry, void *data)
{
	struct seen *seen = data;

	strcpy(seen->reasons[seen->n], entry->reason);
	assert_int_equal(entry->replaced_at, 99);
	return see(&entry->revision, data);
}

/* All of it is there afterwards, or nothing. */
static void a_bulk_is_one_transaction(void **state)
{
	struct revision got;

	(void)state;
	append_text("one");
	assert_int_equal(store_bulk_begin(store), 0);
	append_text("two");
	assert_int_equal(fixture_append(store, 1, NULL, 0), 0);
	assert_int_equal(store_bulk_end(store, -EINVAL), -EINVAL);
	assert_int_equal(store_head(store, &got), 0);
	assert_int_equal(got.number, 1);
	assert_int_equal(store_bulk_begin(store), 0);
	append_text("two");
	append_text("three");
	assert_int_equal(store_bulk_end(store, 0), 0);
	close_store();
	assert_int_equal(open_store(), 0);
	assert_int_equal(store_head(store, &got), 0);
	assert_int_equal(got.number, 3);
	assert_body(2, "two");
}

static void lists_are_bounded(void **state)
{
	struct seen seen = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		append_text(i % 2 ? "odd" : "even");
	assert_int_equal(store_list(store, 2, 3, see, &seen), 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.numbers[0], 2);
	assert_int_equal(seen.numbers[2], 4);
	seen = (struct seen){.stop_at = 2};
	assert_int_equal(store_list(store, 0, SIZE_MAX, see, &seen), 7);
	assert_int_equal(seen.n, 2);
	seen = (struct seen){0};
	assert_int_equal(store_list(store, UINT64_MAX, SIZE_MAX, see, &seen), 0);
	assert_int_equal(seen.n, 0);
}

static void replaced_revisions_can_be_looked_up(void **state)
{
	_cleanup_free_ char *body = NULL;
	struct revision next, replaced;
	struct seen seen = {0};
	uint64_t committed;
	size_t size;

	(void)state;
	append_text("one");
	append_text("two");
	append_text("three");
	assert_int_equal(store_set_committed(store, 3), 0);
	assert_int_equal(store_get(store, 3, &replaced), 0);
	assert_int_equal(store_replace_from(store, 4, "none there", 99), -ENOENT);
	assert_int_equal(store_replace_from(store, 3, "first", 99), 0);
	assert_int_equal(store_committed(store, &committed), 0);
	assert_int_equal(committed, 2);
	assert_int_equal(store_get(store, 1, &next), 0);
	next.number = 2;
	next.parent = next.id;
	next.term = 2;
	revision_body_digest("zwei", 4, &next.body);
	revision_id(&next, &next.id);
	assert_int_equal(store_truncate_and_append(store, 2, "the majority", 99, &next, "zwei", 4),
			 0);
	assert_body(2, "zwei");
	assert_int_equal(store_body_by_digest(store, &replaced.body, &body, &size), 0);
	assert_string_equal(body, "three");
	assert_int_equal(store_list_superseded(store, 10, see_superseded, &seen), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.numbers[0], 2);
	assert_string_equal(seen.reasons[0], "the majority");
	assert_int_equal(seen.numbers[1], 3);
	assert_int_equal(store_committed(store, &committed), 0);
	assert_int_equal(committed, 1);
}

static void a_refused_append_takes_nothing_out(void **state)
{
	struct seen seen = {0};
	struct revision next;

	(void)state;
	append_text("one");
	append_text("two");
	next = fixture_next(store, 1, "three", 5); /* follows 2, which would be gone */
	assert_int_equal(store_truncate_and_append(store, 2, "why", 99, &next, "three", 5),
			 -EINVAL);
	assert_body(2, "two");
	assert_int_equal(store_list_superseded(store, 10, see_superseded, &seen), 0);
	assert_int_equal(seen.n, 0);
	assert_int_equal(store_truncate_and_append(store, 3, "why", 99, &next, "three", 5), 0);
	assert_body(3, "three");
}

static void values_stay(void **state)
{
	struct revision head;
	uint64_t value;
	uint32_t seconds;

	(void)state;
	assert_int_equal(store_promised(store, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(store_committed(store, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(store_set_committed(store, 1), -EINVAL);
	assert_int_equal(store_remaining(store, 1, &seconds), -ENOENT);
	append_text("one");
	append_text("two");
	assert_int_equal(store_set_term(store, 1, 9, 9), -EINVAL);
	assert_int_equal(store_set_term(store, 2, 9, UINT64_MAX), -EINVAL);
	assert_int_equal(store_set_term(store, 2, 8, 9), 0);
	assert_int_equal(store_set_committed(store, 3), -EINVAL);
	assert_int_equal(store_set_committed(store, 2), 0);
	assert_int_equal(store_set_remaining(store, 2, 599), 0);
	close_store();
	assert_int_equal(open_store(), 0);
	assert_int_equal(store_head(store, &head), 0);
	assert_int_equal(head.term, 8);
	assert_int_equal(store_promised(store, &value), 0);
	assert_int_equal(value, 9);
	assert_int_equal(store_committed(store, &value), 0);
	assert_int_equal(value, 2);
	assert_int_equal(store_remaining(store, 2, &seconds), 0);
	assert_int_equal(seconds, 599);
	assert_int_equal(store_remaining(store, 1, &seconds), -ENOENT);
	assert_int_equal(store_set_promised(store, 10), 0);
	assert_int_equal(store_promised(store, &value), 0);
	assert_int_equal(value, 10);
}

/* Whether any file of the folder holds the text. */
static bool on_disk(const char *text)
{
	DIR *dir = opendir(folder);
	bool found = false;

	for (struct dirent *entry; !found && (entry = readdir(dir));) {
		_cleanup_free_ char *data = NULL;
		char name[512];
		size_t size;

		snprintf(name, sizeof(name), "%s/%s", folder, entry->d_name);
		if (entry->d_type == DT_REG && file_read(name, 256u << 20, &data, &size) == 0)
			found = memmem(data, size, text, strlen(text));
	}
	closedir(dir);
	return found;
}

static void a_local_document_is_outside_the_log(void **state)
{
	struct store_local local = {.base = 1, .time = 5, .author = "root", .comment = "urgent"};
	struct store_local got;
	_cleanup_free_ char *body = NULL;
	struct revision head;
	size_t size;

	(void)state;
	append_text("one");
	assert_int_equal(store_local(store, &got), -ENOENT);
	assert_int_equal(store_set_local(store, &local, "canary-local", 12), 0);
	close_store();
	assert_int_equal(open_store(), 0);
	assert_int_equal(store_local(store, &got), 0);
	assert_string_equal(got.comment, "urgent");
	assert_string_equal(got.author, "root");
	assert_int_equal(got.base, 1);
	assert_int_equal(got.time, 5);
	assert_int_equal(store_body_by_digest(store, &got.body, &body, &size), 0);
	assert_string_equal(body, "canary-local");
	assert_true(on_disk("canary-local"));
	assert_int_equal(store_set_local(store, &local, "another", 7), 0);
	assert_false(on_disk("canary-local"));
	assert_int_equal(store_clear_local(store), 0);
	assert_int_equal(store_local(store, &got), -ENOENT);
	assert_int_equal(store_clear_local(store), 0);
	assert_int_equal(store_head(store, &head), 0);
	assert_int_equal(head.number, 1);
}

static void pruning_drops_the_oldest_but_those_kept(void **state)
{
	const uint64_t keep[] = {2};
	struct store_limits limits = {
		.revisions = 4, .superseded = 1, .body_bytes = 1 << 20, .keep = keep, .n_keep = 1};
	struct seen seen = {0};

	(void)state;
	for (int i = 0; i < 10; i++) {
		char body[32];

		snprintf(body, sizeof(body), "document-%d-", i + 1);
		append_text(body);
	}
	assert_int_equal(store_set_committed(store, 5), 0);
	assert_int_equal(store_replace_from(store, 9, "gone", 99), 0);
	assert_int_equal(store_prune(store, &limits), 0);
	assert_int_equal(store_list(store, 0, SIZE_MAX, see, &seen), 0);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.numbers[0], 2);
	assert_int_equal(seen.numbers[1], 5);
	assert_int_equal(seen.numbers[2], 7);
	assert_int_equal(seen.numbers[3], 8);
	seen = (struct seen){0};
	assert_int_equal(store_list_superseded(store, SIZE_MAX, see_superseded, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.numbers[0], 10);
	/* What was dropped is nowhere, neither in the database nor in its log. */
	assert_false(on_disk("document-1-"));
	assert_false(on_disk("document-6-"));
	assert_false(on_disk("document-9-"));
	assert_true(on_disk("document-2-"));
	assert_true(on_disk("document-10-"));
	limits.revisions = 0;
	assert_int_equal(store_prune(store, &limits), 0);
	seen = (struct seen){0};
	assert_int_equal(store_list(store, 0, SIZE_MAX, see, &seen), 0);
	assert_int_equal(seen.n, 3); /* 2 kept, 5 committed, 8 the head */
	close_store();
	assert_int_equal(open_store(), 0);
}

static void pruning_bounds_the_documents(void **state)
{
	struct store_limits limits = {
		.revisions = SIZE_MAX, .superseded = SIZE_MAX, .body_bytes = 250000};
	struct seen seen = {0};

	(void)state;
	for (unsigned int i = 0; i < 6; i++) {
		_cleanup_free_ char *body = fixture_body(i, 100000);

		assert_int_equal(fixture_append(store, 1, body, 100000), 0);
		assert_int_equal(fixture_append(store, 1, NULL, 0), 0);
	}
	assert_int_equal(store_replace_from(store, 11, "gone", 99), 0);
	assert_int_equal(store_prune(store, &limits), 0);
	assert_int_equal(store_list_superseded(store, SIZE_MAX, see_superseded, &seen), 0);
	assert_int_equal(seen.n, 0);
	assert_int_equal(store_list(store, 0, SIZE_MAX, see, &seen), 0);
	assert_int_equal(seen.n, 4); /* two documents, each in two revisions */
	assert_int_equal(seen.numbers[0], 7);
}

static void assert_refused(int expected, const char *words)
{
	_cleanup_free_ char *before = NULL, *after = NULL;
	size_t size, size_after;

	assert_int_equal(file_read(path, 1 << 20, &before, &size), 0);
	report_text[0] = '\0';
	assert_int_equal(open_store(), expected);
	assert_null(store);
	if (!strstr(report_text, words))
		fail_msg("\"%s\" does not say \"%s\"", report_text, words);
	assert_int_equal(file_read(path, 1 << 20, &after, &size_after), 0);
	assert_int_equal(size, size_after);
	assert_memory_equal(before, after, size);
}

/* SQL on the closed database, as somebody else would. */
static void foreign_sql(const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void foreign_files_are_left_alone(void **state)
{
	_cleanup_free_ char *noise = fixture_body(1, 9000);

	(void)state;
	close_store();
	fixture_remove(path);
	assert_int_equal(file_write_atomic(path, noise, 9000, 0600), 0);
	assert_refused(-EBADMSG, "not a datastore");
	assert_int_equal(file_write_atomic(path, "x", 1, 0600), 0);
	assert_refused(-EBADMSG, "not a datastore");
	unlink(path);
	foreign_sql("CREATE TABLE t (x); INSERT INTO t VALUES (1)");
	assert_refused(-EBADMSG, "not a datastore");
}

static void newer_and_damaged_ones_are_left_alone(void **state)
{
	(void)state;
	append_text("one");
	append_text("two");
	close_store();
	foreign_sql("UPDATE revision SET comment = 'forged' WHERE number = 1");
	assert_refused(-EBADMSG, "revision 1 ");
	foreign_sql("UPDATE revision SET comment = 'a comment';"
		    "UPDATE body SET text = x'00' WHERE length(text) = 3");
	assert_refused(-EBADMSG, "document of revision 2 ");
	foreign_sql("PRAGMA user_version = 2");
	assert_refused(-EBADMSG, "version 2; allowed: version 1");
	foreign_sql("PRAGMA user_version = 1; DROP TABLE state");
	assert_refused(-EBADMSG, "no such table: state");
	foreign_sql("DROP TABLE body");
	assert_int_equal(truncate(path, 4096), 0);
	assert_refused(-EBADMSG, "malformed");
}

static void a_damaged_document_is_not_handed_out(void **state)
{
	_cleanup_free_ char *body = NULL;
	size_t size;

	(void)state;
	append_text("one");
	append_text("two");
	close_store();
	foreign_sql("UPDATE body SET text = x'6f6e66' WHERE text = x'6f6e65'");
	assert_int_equal(open_store(), 0);
	assert_int_equal(store_body(store, 1, &body, &size), -EBADMSG);
	assert_null(body);
	assert_body(2, "two");
}

static void a_second_process_is_refused_at_once(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (pid == 0) {
		struct store *other = NULL;
		struct text report = TEXT_ON(report_text);

		_exit(store_open(path, &other, &report) == -EBUSY ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	append_text("still works");
}

static void only_its_user_can_read_it(void **state)
{
	static const char *const endings[] = {"", "-wal"};

	(void)state;
	append_text("one");
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		char name[128];
		struct stat st;

		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		assert_int_equal(stat(name, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_appended_is_there_after_reopening),
		TEST(what_does_not_follow_is_refused),
		TEST(a_log_begins_where_the_others_does),
		TEST(a_bulk_is_one_transaction),
		TEST(lists_are_bounded),
		TEST(replaced_revisions_can_be_looked_up),
		TEST(a_refused_append_takes_nothing_out),
		TEST(values_stay),
		TEST(a_local_document_is_outside_the_log),
		TEST(pruning_drops_the_oldest_but_those_kept),
		TEST(pruning_bounds_the_documents),
		TEST(foreign_files_are_left_alone),
		TEST(newer_and_damaged_ones_are_left_alone),
		TEST(a_damaged_document_is_not_handed_out),
		TEST(a_second_process_is_refused_at_once),
		TEST(only_its_user_can_read_it),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
