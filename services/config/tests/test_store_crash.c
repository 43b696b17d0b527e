// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A history of operations on the real datastore, and a power cut, a kill and an error of the disk
 * at every step of it that writes. What is opened afterwards holds exactly what it held before the
 * operation that was under way, or after it. TRIREME_FULL=1 looks at every moment in many ways.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/tests/share.h"
#include "config/store_internal.h"
#include "config/tests/store_fixture.h"
#include "config/tests/vfs_crash.h"

static char folder[64], live[96], image_folder[96], image[112];
static struct store *store;

static int open_at(const char *path)
{
	char words[512];
	struct text report = TEXT_ON(words);
	int r = store_open(path, &store, &report);

	if (r < 0 && r != -EIO)
		fprintf(stderr, "%s", words);
	return r;
}

static void close_store(void)
{
	store_close(store);
	store = NULL;
}

/* The history. */

static int do_open(unsigned int i)
{
	int r = open_at(live);

	(void)i;
	/* So that the log goes into the database within an append, too, and begins anew. */
	if (r == 0)
		sqlite3_wal_autocheckpoint(store->db, 12);
	return r;
}

static int do_reopen(unsigned int i)
{
	close_store();
	return do_open(i);
}

static int do_append(unsigned int i)
{
	_cleanup_free_ char *body = fixture_body(i, 300);

	return fixture_append(store, i, body, 300);
}

static int do_append_large(unsigned int i)
{
	_cleanup_free_ char *body = fixture_body(i, 20000);

	return fixture_append(store, i, body, 20000);
}

static int do_confirm(unsigned int i)
{
	return fixture_append(store, i, NULL, 0);
}

static int do_set_term(unsigned int i)
{
	struct revision head;
	int r = store_head(store, &head);

	return r < 0 ? r : store_set_term(store, head.number, i, i + 1);
}

static int do_promise(unsigned int i)
{
	return store_set_promised(store, i);
}

static int do_commit(unsigned int i)
{
	struct revision head;
	int r = store_head(store, &head);

	(void)i;
	return r < 0 ? r : store_set_committed(store, head.number);
}

static int do_remain(unsigned int i)
{
	return store_set_remaining(store, 3, i);
}

/* Another revision instead of the last two. */
static int do_replace(unsigned int i)
{
	_cleanup_free_ char *body = fixture_body(i, 5000);
	struct revision next = fixture_next(store, i, body, 5000), before;
	int r = store_get(store, next.number - 3, &before);

	if (r < 0)
		return r;
	next.number -= 2;
	next.parent = before.id;
	revision_id(&next, &next.id);
	return store_truncate_and_append(store, next.number, "the majority", 99, &next, body, 5000);
}

static int do_local(unsigned int i)
{
	struct store_local local = {.base = i, .comment = "urgent"};

	return store_set_local(store, &local, "a local document", 16);
}

static int do_clear_local(unsigned int i)
{
	(void)i;
	return store_clear_local(store);
}

static int count(const struct revision *revision, void *data)
{
	(void)revision;
	++*(size_t *)data;
	return 0;
}

/* Drops one revision: each that goes is an operation by itself. */
static int do_prune(unsigned int i)
{
	struct store_limits limits = {.superseded = 100, .body_bytes = 1 << 30};
	int r = store_list(store, 0, SIZE_MAX, count, &limits.revisions);

	(void)i;
	limits.revisions--;
	return r < 0 ? r : store_prune(store, &limits);
}

static int (*const history[])(unsigned int) = {
	do_open,    do_append,	    do_append,	     do_confirm, do_commit,	  do_append_large,
	do_promise, do_append,	    do_set_term,     do_replace, do_append,	  do_append_large,
	do_commit,  do_remain,	    do_append,	     do_prune,	 do_append,	  do_local,
	do_append,  do_reopen,	    do_append,	     do_confirm, do_replace,	  do_set_term,
	do_commit,  do_clear_local, do_append_large, do_prune,	 do_append_large, do_append,
	do_remain,  do_reopen,	    do_promise,	     do_prune,	 do_append,
};

#define N_STEPS ARRAY_SIZE(history)

/* Steps that closing the store took after the history. */
static size_t steps_of_close;

/* states[n]: what the store holds after n operations. */
static char *states[N_STEPS + 1];

static bool is_state(const char *dump, size_t after)
{
	return (after <= N_STEPS && strcmp(dump, states[after]) == 0) ||
	       (after < N_STEPS && strcmp(dump, states[after + 1]) == 0);
}

static void remove_all(void)
{
	fixture_remove(live);
	fixture_remove(image);
}

static void record_history(const char *lie)
{
	remove_all();
	crash_reset();
	if (lie)
		crash_lie(lie);
	for (unsigned int i = 0; i < N_STEPS; i++) {
		assert_int_equal(history[i](i + 1), 0);
		crash_mark();
		free(states[i + 1]);
		states[i + 1] = fixture_dump(store);
		assert_non_null(states[i + 1]);
	}
	steps_of_close = crash_steps();
	close_store();
	steps_of_close = crash_steps() - steps_of_close;
}

/* Whether the store there is as after so many operations or one more, and goes on. */
static bool is_sound(const char *path, size_t after)
{
	_cleanup_free_ char *dump = NULL;
	struct revision head = {0};
	uint64_t committed;
	bool sound;

	if (open_at(path) < 0)
		return false;
	dump = fixture_dump(store);
	sound = dump && is_state(dump, after) && store_committed(store, &committed) == 0;
	(void)store_head(store, &head);
	sound = sound && committed <= head.number && do_append(77) == 0;
	close_store();
	return sound;
}

static bool survives(size_t point, enum crash_variant variant, unsigned int seed)
{
	bool sound;

	fixture_remove(image);
	if (crash_image(point, variant, seed, image_folder) < 0)
		return false;
	crash_pause(true);
	sound = is_sound(image, crash_marks(point));
	crash_pause(false);
	return sound;
}

static bool thorough(void)
{
	const char *value = getenv("TRIREME_FULL");

	return value && strcmp(value, "1") == 0;
}

/* Power cuts that the store does not survive, at most `enough`, of those looked at. */
static size_t count_lost(size_t enough, unsigned int n_random, size_t *ret_looked)
{
	size_t lost = 0, looked = 0;

	for (size_t point = 0; point <= crash_points() && lost < enough; point += TEST_SHARE) {
		for (unsigned int variant = 0; variant < CRASH_SOME + n_random; variant++) {
			looked++;
			if (survives(point, variant, (unsigned int)point))
				continue;
			if (lost++ == 0)
				fprintf(stderr, "first loss: step %zu of %zu, variant %u\n", point,
					crash_points(), variant);
		}
	}
	*ret_looked = looked;
	return lost;
}

static void a_power_cut_leaves_the_old_or_the_new(void **state)
{
	size_t looked, lost;

	(void)state;
	record_history(NULL);
	lost = count_lost(SIZE_MAX, thorough() ? 60 : 1, &looked);
	print_message("%zu operations, %zu steps, %zu power cuts\n", N_STEPS, crash_points(),
		      looked);
	assert_int_equal(lost, 0);
}

/* The harness must see a store that is not safe. */
static void a_disk_that_does_not_sync_is_caught(void **state)
{
	static const char *const lies[] = {"", "-wal", "revisions", "-journal"};
	size_t looked;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		record_history(lies[i]);
		if (count_lost(1, 3, &looked) == 0)
			fail_msg("nothing is lost without syncs of \"%s\"", lies[i]);
	}
}

/* Does the history until it ends or is ended; what was done is counted in *done. */
static int replay(volatile size_t *done)
{
	int r = 0;

	for (unsigned int i = 0; i < N_STEPS && r == 0; i++) {
		r = history[i](i + 1);
		if (r == 0)
			++*done;
	}
	return r;
}

static void a_killed_process_leaves_the_old_or_the_new(void **state)
{
	volatile size_t *done = mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t steps, kills = 0;

	(void)state;
	record_history(NULL);
	steps = crash_steps() - steps_of_close;
	for (size_t step = 1; step <= steps; step += thorough() ? 1 : 9) {
		int status;
		pid_t pid;

		remove_all();
		*done = 0;
		pid = fork();
		if (pid == 0) {
			crash_reset();
			crash_kill_at(step);
			replay(done);
			_exit(1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		crash_reset();
		if (!is_sound(live, *done))
			fail_msg("killed at step %zu, after %zu operations", step, *done);
		kills++;
	}
	print_message("%zu kills\n", kills);
	munmap((void *)done, sizeof(*done));
}

static void an_error_of_the_disk_leaves_the_old_or_the_new(void **state)
{
	size_t steps, errors = 0;

	(void)state;
	record_history(NULL);
	steps = crash_steps() - steps_of_close;
	for (size_t step = 1; step <= steps; step += thorough() ? 1 : 9) {
		volatile size_t done = 0;
		int r;

		remove_all();
		crash_reset();
		crash_fail_at(step);
		r = replay(&done);
		/* Not all errors show: the log may go into the database another time. */
		if (r < 0 && r != -EIO)
			fail_msg("error at step %zu: %s", step, strerror(-r));
		errors += r < 0;
		if (store && done > 0) {
			_cleanup_free_ char *dump = fixture_dump(store);

			assert_non_null(dump);
			assert_true(is_state(dump, done));
		}
		close_store();
		crash_reset();
		if (!is_sound(live, done))
			fail_msg("error at step %zu, after %zu operations", step, done);
	}
	print_message("%zu errors\n", errors);
	assert_true(errors > 0);
}

static void a_commit_is_one_sync(void **state)
{
	size_t before;

	(void)state;
	remove_all();
	crash_reset();
	assert_int_equal(open_at(live), 0);
	assert_int_equal(do_append(1), 0);
	before = crash_syncs();
	assert_int_equal(do_append(2), 0);
	assert_int_equal(crash_syncs(), before + 1);
	assert_int_equal(do_set_term(3), 0);
	assert_int_equal(crash_syncs(), before + 2);
	assert_int_equal(do_commit(0), 0);
	assert_int_equal(crash_syncs(), before + 2);
	assert_int_equal(do_promise(4), 0); /* the value it has: nothing to write */
	assert_int_equal(crash_syncs(), before + 2);
	/* Not to sync is for that one change only, each time. */
	for (unsigned int i = 0; i < 3; i++) {
		before = crash_syncs();
		assert_int_equal(do_append(5 + i), 0);
		assert_int_equal(crash_syncs(), before + 1);
		assert_int_equal(do_commit(0), 0);
		assert_int_equal(crash_syncs(), before + 1);
	}
	close_store();
}

static void a_full_disk_refuses_appends_only(void **state)
{
	_cleanup_free_ char *body = fixture_body(5, 500000), *before = NULL, *after = NULL;
	struct store_limits limits = {.revisions = 2, .body_bytes = 1 << 30};
	struct revision head;
	uint64_t promised;
	int r;

	(void)state;
	remove_all();
	crash_reset();
	assert_int_equal(open_at(live), 0);
	crash_limit(3 << 20);
	do {
		free(before);
		before = fixture_dump(store);
		body[0]++;
		r = fixture_append(store, 1, body, 500000);
	} while (r == 0);
	assert_int_equal(r, -ENOSPC);
	after = fixture_dump(store);
	assert_string_equal(before, after);
	assert_int_equal(store_head(store, &head), 0);
	assert_true(head.number > 2);
	assert_int_equal(store_set_term(store, head.number, 5, 6), 0);
	assert_int_equal(store_set_committed(store, head.number), 0);
	assert_int_equal(store_set_promised(store, 7), 0);
	crash_limit(0);
	assert_int_equal(store_prune(store, &limits), 0);
	assert_int_equal(fixture_append(store, 1, body, 500000), 0);
	close_store();
	assert_int_equal(open_at(live), 0);
	assert_int_equal(store_promised(store, &promised), 0);
	assert_int_equal(promised, 7);
	assert_int_equal(store_head(store, &head), 0);
	close_store();
}

/* As root only: on a small disk of its own, which another program fills up. */
static void a_nearly_full_disk_can_be_pruned(void **state)
{
	_cleanup_free_ char *body = fixture_body(6, 500000), *filler = NULL;
	struct statvfs disk;
	size_t size;
	struct store_limits limits = {.revisions = 2, .body_bytes = 1 << 30};
	char other[128];
	int r;

	(void)state;
	if (unshare(CLONE_NEWNS) < 0 || mount("", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", image_folder, "tmpfs", 0, "size=13m,mode=0700") < 0) {
		skip();
		return;
	}
	crash_reset();
	assert_int_equal(open_at(image), 0);
	do {
		body[0]++;
		r = fixture_append(store, 1, body, 500000);
	} while (r == 0);
	assert_int_equal(r, -ENOSPC);
	snprintf(other, sizeof(other), "%s/other", image_folder);
	assert_int_equal(statvfs(image_folder, &disk), 0);
	size = disk.f_bavail * disk.f_frsize - (2 << 20);
	filler = fixture_body(7, size);
	assert_int_equal(file_write_atomic(other, filler, size, 0600), 0);
	assert_int_equal(do_confirm(2), 0);
	assert_int_equal(do_confirm(2), 0);
	assert_int_equal(do_set_term(3), 0);
	assert_int_equal(fixture_append(store, 1, body, 500000), -ENOSPC);
	assert_int_equal(store_prune(store, &limits), 0);
	assert_int_equal(unlink(other), 0);
	assert_int_equal(fixture_append(store, 1, body, 500000), 0);
	close_store();
	assert_int_equal(umount(image_folder), 0);
}

static int set_up(void **state)
{
	(void)state;
	/* In memory where there is such a place: thousands of files come and go. */
	snprintf(folder, sizeof(folder), "%s/trireme-test-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(folder) || crash_register() != 0)
		return -1;
	snprintf(live, sizeof(live), "%s/revisions", folder);
	snprintf(image_folder, sizeof(image_folder), "%s/image", folder);
	snprintf(image, sizeof(image), "%s/revisions", image_folder);
	if (mkdir(image_folder, 0700) < 0 || open_at(live) < 0)
		return -1;
	states[0] = fixture_dump(store);
	close_store();
	return states[0] ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	remove_all();
	crash_reset();
	for (size_t i = 0; i <= N_STEPS; i++)
		free(states[i]);
	return rmdir(image_folder) < 0 || rmdir(folder) < 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_power_cut_leaves_the_old_or_the_new),
		cmocka_unit_test(a_disk_that_does_not_sync_is_caught),
		cmocka_unit_test(a_killed_process_leaves_the_old_or_the_new),
		cmocka_unit_test(an_error_of_the_disk_leaves_the_old_or_the_new),
		cmocka_unit_test(a_commit_is_one_sync),
		cmocka_unit_test(a_full_disk_refuses_appends_only),
		cmocka_unit_test(a_nearly_full_disk_can_be_pruned),
	};

	return cmocka_run_group_tests_name("store_crash", tests, set_up, tear_down);
}
