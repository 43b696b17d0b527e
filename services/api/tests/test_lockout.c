// SPDX-License-Identifier: GPL-2.0-or-later
/* Lock-out, and the tables of what was verified or ended: bounds that nobody gets around. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "api/ended.h"
#include "api/lockout.h"
#include "api/verified.h"

#define NOW 100000

static struct lockout table;

static int empty(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	return 0;
}

static void fail_times(const char *name, size_t n, uint64_t now)
{
	while (n-- > 0)
		lockout_try(&table, name, now);
}

static void each_failure_doubles_the_time(void **state)
{
	static const uint32_t waits[] = {0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300};

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		lockout_try(&table, "anna", NOW);
		assert_int_equal(lockout_wait(&table, "anna", NOW), waits[i]);
	}
	assert_int_equal(lockout_wait(&table, "anna", NOW + 299), 1);
	assert_int_equal(lockout_wait(&table, "anna", NOW + 300), 0);
	assert_int_equal(lockout_wait(&table, "bert", NOW), 0);
	/* However often: the time does not run over. */
	fail_times("anna", 100000, NOW);
	assert_int_equal(lockout_wait(&table, "anna", NOW), LOCKOUT_MAX_S);
}

static void waiting_does_not_forget(void **state)
{
	(void)state;
	fail_times("anna", 8, NOW);
	assert_int_equal(lockout_wait(&table, "anna", NOW + 4), 0);
	lockout_try(&table, "anna", NOW + 4);
	assert_int_equal(lockout_wait(&table, "anna", NOW + 4), 8);
	/* An hour without a try does. */
	assert_int_equal(lockout_wait(&table, "anna", NOW + 4 + LOCKOUT_FORGET_S), 0);
	lockout_try(&table, "anna", NOW + 4 + LOCKOUT_FORGET_S);
	assert_int_equal(lockout_wait(&table, "anna", NOW + 4 + LOCKOUT_FORGET_S), 0);
}

static void success_forgets_and_is_not_counted(void **state)
{
	(void)state;
	fail_times("anna", 7, NOW);
	lockout_succeeded(&table, "anna");
	assert_int_equal(lockout_wait(&table, "anna", NOW), 0);
	fail_times("10.0.0.1", 7, NOW);
	lockout_take_back(&table, "10.0.0.1");
	assert_int_equal(lockout_wait(&table, "10.0.0.1", NOW), 1);
	lockout_take_back(&table, "never.seen");
	lockout_try(&table, "", NOW);
	lockout_take_back(&table, "");
	assert_int_equal(lockout_wait(&table, "", NOW), 0);
}

static void fill(uint64_t now)
{
	char name[32];

	for (size_t i = 0; i < LOCKOUT_ENTRIES; i++) {
		snprintf(name, sizeof(name), "guess%zu", i);
		lockout_try(&table, name, now);
	}
}

/* Whoever fills the table with names does not unlock the one he is after. */
static void a_full_table_unlocks_nobody(void **state)
{
	(void)state;
	fail_times("anna", 20, NOW);
	fill(NOW + 1);
	fill(NOW + 2);
	assert_int_equal(lockout_wait(&table, "anna", NOW + 2), LOCKOUT_MAX_S - 2);
	/* What finds no place shares one: guesses under ever new names are counted together. */
	assert_int_equal(lockout_wait(&table, "stranger", NOW + 2), 0);
	fail_times("stranger1", 4, NOW + 2);
	fail_times("stranger2", 4, NOW + 2);
	assert_in_range(lockout_wait(&table, "stranger3", NOW + 2), 1, LOCKOUT_MAX_S);
	/* One who is right among the strangers takes back his own try alone. */
	lockout_try(&table, "stranger4", NOW + 2);
	lockout_succeeded(&table, "stranger4");
	assert_in_range(lockout_wait(&table, "stranger5", NOW + 2), 1, LOCKOUT_MAX_S);
	/* Who is in the table is as before. */
	assert_int_equal(lockout_wait(&table, "guess0", NOW + 2), 0);
	/* When the flood is over, there is room again. */
	assert_int_equal(lockout_wait(&table, "stranger6", NOW + 2 + LOCKOUT_FORGET_S), 0);
}

static void long_names_are_cut_off_alike(void **state)
{
	char name[2 * LOCKOUT_NAME_MAX];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fail_times(name, 6, NOW);
	name[sizeof(name) - 2] = 'b';
	assert_int_equal(lockout_wait(&table, name, NOW), 1);
}

static void what_was_verified_counts_for_a_while(void **state)
{
	static struct verified verified;
	uint8_t digest[TOKEN_DIGEST_SIZE] = {1}, other[TOKEN_DIGEST_SIZE] = {2};

	(void)state;
	assert_false(verified_has(&verified, digest, NOW));
	verified_add(&verified, digest, NOW + 60);
	assert_true(verified_has(&verified, digest, NOW + 59));
	assert_false(verified_has(&verified, digest, NOW + 60));
	assert_false(verified_has(&verified, other, NOW));
	/* The same again and again takes no further place. */
	for (size_t i = 0; i < 2 * VERIFIED_ENTRIES; i++)
		verified_add(&verified, other, NOW + 61 + i);
	assert_true(verified_has(&verified, digest, NOW));
	for (size_t i = 0; i < VERIFIED_ENTRIES; i++) {
		memcpy(other + 1, &i, sizeof(i));
		verified_add(&verified, other, NOW + 61 + i);
	}
	assert_false(verified_has(&verified, digest, NOW));
	assert_true(verified_has(&verified, other, NOW));
}

static void what_has_ended_stays_so(void **state)
{
	static struct ended ended;
	struct token_session session = {.id = "first", .begun = NOW};

	(void)state;
	assert_false(ended_has(&ended, "first", NOW));
	ended_add(&ended, &session);
	/* As long as its token could count, with a clock that is behind, too. */
	assert_true(ended_has(&ended, "first", NOW + TOKEN_LIFE_S + TOKEN_SKEW_S - 1));
	assert_false(ended_has(&ended, "second", NOW));
	for (int i = 1; i < ENDED_ENTRIES; i++) {
		snprintf(session.id, sizeof(session.id), "s%d", i);
		session.begun = NOW + i;
		ended_add(&ended, &session);
	}
	assert_true(ended_has(&ended, "first", NOW + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_failure_doubles_the_time, empty),
		cmocka_unit_test_setup(waiting_does_not_forget, empty),
		cmocka_unit_test_setup(success_forgets_and_is_not_counted, empty),
		cmocka_unit_test_setup(a_full_table_unlocks_nobody, empty),
		cmocka_unit_test_setup(long_names_are_cut_off_alike, empty),
		cmocka_unit_test(what_was_verified_counts_for_a_while),
		cmocka_unit_test(what_has_ended_stays_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
