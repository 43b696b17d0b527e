// SPDX-License-Identifier: GPL-2.0-or-later
/* The flight record: what is read of it, whatever happened to it or to who wrote it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "agent/record_io.h"

static uint8_t file[AGENT_RECORD_SIZE];
static char folder[] = "/tmp/trireme-record.XXXXXX";
static char path[64], bad[80];

static const struct decide_settings settings = {.groups = {"main"}, .n_groups = 1};

static struct agent_record numbered(uint64_t number)
{
	struct agent_record record = {.number = number,
				      .real = -5,
				      .boot = number * 1000,
				      .epoch = UINT64_MAX,
				      .view = 7,
				      .owner = 2,
				      .subject = AGENT_SUBJECT_TRANSITION,
				      .cause = AGENT_CAUSE_LAPSED,
				      .group = "main"};

	snprintf(record.text, sizeof(record.text), "decision %llu", (unsigned long long)number);
	return record;
}

static void what_is_written_is_read(void **state)
{
	struct agent_record record = numbered(3), read;

	(void)state;
	agent_record_clear(file);
	assert_int_equal(agent_record_check(file, sizeof(file)), 0);
	assert_int_equal(agent_record_newest(file), 0);
	agent_record_put(file, &record);
	assert_int_equal(agent_record_get(file, 3, &read), 0);
	assert_memory_equal(&read, &record, sizeof(read));
	assert_int_equal(agent_record_newest(file), 3);
	assert_int_equal(agent_record_get(file, 2, &read), -ENOENT);
	assert_int_equal(agent_record_get(file, 3 + AGENT_RECORD_SLOTS, &read), -ENOENT);
	assert_int_equal(agent_record_get(file, 0, &read), -ENOENT);
}

static void the_newest_thousand_are_there(void **state)
{
	struct agent_record read;

	(void)state;
	agent_record_clear(file);
	for (uint64_t n = 1; n <= 3 * AGENT_RECORD_SLOTS + 5; n++) {
		struct agent_record record = numbered(n);

		agent_record_put(file, &record);
	}
	assert_int_equal(agent_record_newest(file), 3 * AGENT_RECORD_SLOTS + 5);
	for (uint64_t n = 3 * AGENT_RECORD_SLOTS + 5; n > 2 * AGENT_RECORD_SLOTS + 5; n--)
		assert_int_equal(agent_record_get(file, n, &read), 0);
	assert_int_equal(agent_record_get(file, 2 * AGENT_RECORD_SLOTS + 5, &read), -ENOENT);
}

/* Each byte of a slot that is another one: the record is gone, and no other. */
static void a_torn_slot_is_no_record(void **state)
{
	struct agent_record one = numbered(1), two = numbered(2), read;

	(void)state;
	agent_record_clear(file);
	agent_record_put(file, &one);
	agent_record_put(file, &two);
	for (size_t i = 0; i < AGENT_RECORD_SLOT; i++) {
		uint8_t *byte = file + AGENT_RECORD_HEAD + 2 * AGENT_RECORD_SLOT + i;

		*byte ^= 0x40;
		assert_int_equal(agent_record_get(file, 2, &read), -ENOENT);
		assert_int_equal(agent_record_newest(file), 1);
		*byte ^= 0x40;
	}
	assert_int_equal(agent_record_get(file, 1, &read), 0);
	assert_int_equal(agent_record_get(file, 2, &read), 0);
}

static void texts_are_cut_and_steer_no_terminal(void **state)
{
	struct agent_record record = numbered(1), read;

	(void)state;
	agent_record_clear(file);
	memset(record.text, 'x', sizeof(record.text));
	record.text[sizeof(record.text) - 1] = '\0';
	record.text[0] = '\033';
	agent_record_put(file, &record);
	assert_int_equal(agent_record_get(file, 1, &read), 0);
	assert_int_equal(strlen(read.text), sizeof(read.text) - 1);
	assert_int_equal(read.text[0], '?');
}

static void other_files_are_refused(void **state)
{
	(void)state;
	agent_record_clear(file);
	assert_int_equal(agent_record_check(file, sizeof(file) - 1), -EBADMSG);
	assert_int_equal(agent_record_check(file, 10), -EBADMSG);
	file[8] ^= 1;
	assert_int_equal(agent_record_check(file, sizeof(file)), -EPROTO);
	file[0] ^= 1;
	assert_int_equal(agent_record_check(file, sizeof(file)), -EBADMSG);
}

static void add(struct record_io *io, const char *text)
{
	struct decide_log log = {.subject = AGENT_SUBJECT_CLAIM, .cause = AGENT_CAUSE_VACANT};

	snprintf(log.text, sizeof(log.text), "%s", text);
	record_io_add(io, &settings, &log);
}

/* kill -9 while it writes: what was written before is there, and the next life goes on behind it.
 */
static void it_outlives_who_wrote_it(void **state)
{
	struct agent_record read;
	struct record_io io;
	pid_t child;
	int status;

	(void)state;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (record_io_open(&io, path) < 0)
			_exit(1);
		for (int i = 0; i < 1500; i++)
			add(&io, "of the former life");
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(record_io_open(&io, path), 0);
	assert_int_equal(io.next, 1501);
	add(&io, "of this life");
	assert_int_equal(agent_record_get(io.file, 1500, &read), 0);
	assert_string_equal(read.text, "of the former life");
	assert_string_equal(read.group, "main");
	assert_int_equal(agent_record_get(io.file, 1501, &read), 0);
	assert_true(read.real > 0 && read.boot > 0);
	record_io_close(&io);
	record_io_close(&io);
}

static void a_damaged_file_is_set_aside(void **state)
{
	static const struct {
		off_t at, size;
	} cases[] = {{0, AGENT_RECORD_SIZE}, {8, AGENT_RECORD_SIZE}, {0, 100}, {100, 200}};
	struct record_io io;
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = open(path, O_RDWR | O_CREAT, 0600);

		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, cases[i].size), 0);
		assert_int_equal(pwrite(fd, "?", 1, cases[i].at), 1);
		close(fd);
		(void)unlink(bad);
		assert_int_equal(record_io_open(&io, path), 0);
		assert_int_equal(stat(bad, &st), 0);
		assert_int_equal(io.next, 1);
		assert_int_equal(agent_record_check(io.file, AGENT_RECORD_SIZE), 0);
		record_io_close(&io);
	}
}

static void without_a_file_nothing_is_recorded(void **state)
{
	struct record_io io;

	(void)state;
	assert_int_equal(record_io_open(&io, "/nonexistent/agent.record"), -ENOENT);
	add(&io, "nowhere");
	record_io_close(&io);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/record", folder);
	snprintf(bad, sizeof(bad), "%s.bad", path);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	(void)unlink(bad);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_newest_thousand_are_there),
		cmocka_unit_test(a_torn_slot_is_no_record),
		cmocka_unit_test(texts_are_cut_and_steer_no_terminal),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(it_outlives_who_wrote_it),
		cmocka_unit_test(a_damaged_file_is_set_aside),
		cmocka_unit_test(without_a_file_nothing_is_recorded),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
