// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "agent/watchdog.h"
#include "base/turn_io.h"

#define S 1000000000ULL
#define TIMEOUT (30 * S)

static struct watchdog_state state;
static uint64_t now;

static int begin(void **unused)
{
	(void)unused;
	state = (struct watchdog_state){0};
	now = 1000 * S;
	return 0;
}

/* An agent whose loop has turned so long ago, looked at once. */
static enum watchdog_verdict look(bool runs, uint64_t ago)
{
	struct watchdog_sight sight = {.turn = now - ago, .runs = runs};

	return watchdog_judge(&state, &sight, TIMEOUT, now);
}

/* The same for a time, once a second; all of it must be the verdict. */
static void pass(bool turns, bool runs, uint64_t seconds, enum watchdog_verdict wanted)
{
	static uint64_t last;

	for (uint64_t i = 0; i < seconds; i++) {
		struct watchdog_sight sight = {.runs = runs};

		now += S;
		last = turns ? now : last;
		sight.turn = last;
		assert_int_equal(watchdog_judge(&state, &sight, TIMEOUT, now), wanted);
	}
}

static void agent_that_never_ran_is_none_of_its_business(void **unused)
{
	struct watchdog_sight sight = {0};

	(void)unused;
	assert_int_equal(watchdog_judge(&state, &sight, TIMEOUT, now), WATCHDOG_PET);
	now += 86400 * S;
	assert_int_equal(watchdog_judge(&state, &sight, TIMEOUT, now), WATCHDOG_PET);
}

static void hung_agent_ends_the_petting(void **unused)
{
	(void)unused;
	pass(true, true, 62, WATCHDOG_PET);
	pass(false, true, 30, WATCHDOG_PET);
	pass(false, true, 5, WATCHDOG_HUNG);
	pass(true, true, 5, WATCHDOG_PET);
}

static void agent_that_was_never_well_is_left_alone(void **unused)
{
	(void)unused;
	pass(true, true, 29, WATCHDOG_PET);
	pass(false, true, 3600, WATCHDOG_PET);
	pass(false, false, 3600, WATCHDOG_PET);
}

static void gone_agent_has_five_minutes(void **unused)
{
	(void)unused;
	pass(true, true, 62, WATCHDOG_PET);
	pass(false, false, 300, WATCHDOG_PET);
	pass(false, false, 5, WATCHDOG_GONE);
	pass(true, true, 30, WATCHDOG_CRASHING);
}

static void restarts_are_no_reason(void **unused)
{
	(void)unused;
	pass(true, true, 62, WATCHDOG_PET);
	for (int i = 0; i < 20; i++) {
		pass(false, false, 31, WATCHDOG_PET);
		pass(true, true, 62, WATCHDOG_PET);
	}
}

static void crashes_without_end_are(void **unused)
{
	(void)unused;
	pass(true, true, 62, WATCHDOG_PET);
	for (int i = 0; i < 5; i++) {
		pass(true, true, 20, WATCHDOG_PET);
		pass(false, false, 40, WATCHDOG_PET);
	}
	pass(true, true, 20, WATCHDOG_PET);
	pass(true, true, 2, WATCHDOG_CRASHING);
}

static void orderly_end_begins_anew(void **unused)
{
	struct watchdog_sight ended = {0};

	(void)unused;
	pass(true, true, 62, WATCHDOG_PET);
	assert_int_equal(watchdog_judge(&state, &ended, TIMEOUT, now), WATCHDOG_PET);
	now += 86400 * S;
	assert_int_equal(watchdog_judge(&state, &ended, TIMEOUT, now), WATCHDOG_PET);
	assert_int_equal(look(true, 3600 * S), WATCHDOG_PET);
}

static char path[32];

static int make_file(void **unused)
{
	int fd;

	(void)unused;
	snprintf(path, sizeof(path), "/tmp/test_watchdog.XXXXXX");
	fd = mkstemp(path);
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **unused)
{
	(void)unused;
	return unlink(path);
}

static void turn_is_seen_by_who_watches(void **unused)
{
	struct turn_io agent, second, watcher = {0}, early = {0};
	bool runs;

	(void)unused;
	assert_int_equal(turn_io_watch(&watcher, path), -ENOENT);
	assert_int_equal(turn_io_await(&early, path), 0);
	assert_true(turn_io_get(&early, &runs).turn == 0 && !runs);
	assert_int_equal(turn_io_open(&agent, path), 0);
	assert_int_equal(turn_io_open(&second, path), -EAGAIN);
	assert_int_equal(turn_io_watch(&watcher, path), 0);
	assert_true(turn_io_get(&watcher, &runs).turn == 0 && runs);
	turn_io_set(&agent, 77, 3);
	assert_true(turn_io_get(&watcher, &runs).turn == 77 && runs);
	assert_true(turn_io_get(&early, &runs).word == 3 && runs);
	turn_io_close(&early);
	turn_io_close(&agent);
	assert_true(turn_io_get(&watcher, &runs).turn == 77 && !runs);
	assert_int_equal(turn_io_open(&agent, path), 0);
	assert_true(turn_io_get(&watcher, &runs).turn == 77 && runs);
	turn_io_close(&agent);
	turn_io_close(&watcher);
}

/* What the agent starts has no part in its lock, and a killed one keeps none. */
static void lock_ends_with_the_process(void **unused)
{
	struct turn_io watcher = {0};
	pid_t agent = fork();
	bool runs;

	(void)unused;
	if (agent == 0) {
		struct turn_io io;

		turn_io_open(&io, path);
		turn_io_set(&io, 5, 0);
		_exit(0);
	}
	assert_true(waitpid(agent, NULL, 0) == agent);
	assert_int_equal(turn_io_watch(&watcher, path), 0);
	assert_true(turn_io_get(&watcher, &runs).turn == 5 && !runs);
	turn_io_close(&watcher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(agent_that_never_ran_is_none_of_its_business, begin),
		cmocka_unit_test_setup(hung_agent_ends_the_petting, begin),
		cmocka_unit_test_setup(agent_that_was_never_well_is_left_alone, begin),
		cmocka_unit_test_setup(gone_agent_has_five_minutes, begin),
		cmocka_unit_test_setup(restarts_are_no_reason, begin),
		cmocka_unit_test_setup(crashes_without_end_are, begin),
		cmocka_unit_test_setup(orderly_end_begins_anew, begin),
		cmocka_unit_test_setup_teardown(turn_is_seen_by_who_watches, make_file,
						remove_file),
		cmocka_unit_test_setup_teardown(lock_ends_with_the_process, make_file, remove_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
