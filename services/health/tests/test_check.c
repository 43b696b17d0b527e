// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "health/check.h"

#define MS 1000000ULL

static const struct check_rules rules = {.interval = 1000, .timeout = 800, .fall = 3, .rise = 2};

/* One whole check that is started when it is due and takes ms; says whether the verdict changed. */
static bool run(struct check *c, bool good, uint64_t ms)
{
	uint64_t start = check_due(c);

	check_start(c, start);
	return check_end(c, good, start + ms * MS);
}

static void first_success_counts(void **state)
{
	struct check c;

	(void)state;
	check_init(&c, &rules, 0, 1, 5000 * MS);
	assert_int_equal(c.verdict, ENGINE_HEALTH_UNKNOWN);
	assert_true(check_due(&c) == 5000 * MS);
	assert_true(run(&c, true, 3));
	assert_int_equal(c.verdict, ENGINE_HEALTH_UP);
	assert_true(check_due(&c) == 6000 * MS);
}

static void first_failures_are_repeated_soon(void **state)
{
	struct check c;

	(void)state;
	check_init(&c, &rules, 0, 1, 0);
	assert_false(run(&c, false, 1));
	assert_true(check_due(&c) == 1 * MS + CHECK_RETRY_NS);
	assert_false(run(&c, false, 1));
	assert_int_equal(c.verdict, ENGINE_HEALTH_UNKNOWN);
	assert_true(run(&c, false, 1));
	assert_int_equal(c.verdict, ENGINE_HEALTH_DOWN);
	/* Now there is a verdict: back to the interval, from start to start. */
	assert_true(check_due(&c) == (2 * 201 + 1000) * MS);
}

static void success_after_first_failures(void **state)
{
	struct check c;

	(void)state;
	check_init(&c, &rules, 0, 1, 0);
	run(&c, false, 1);
	run(&c, false, 1);
	assert_true(run(&c, true, 1));
	assert_int_equal(c.verdict, ENGINE_HEALTH_UP);
	/* Those failures are forgotten. */
	assert_false(run(&c, false, 1));
	assert_false(run(&c, false, 1));
	assert_true(run(&c, false, 1));
}

static void fall_and_rise_in_a_row(void **state)
{
	struct check c;

	(void)state;
	check_init(&c, &rules, 0, 1, 0);
	run(&c, true, 1);
	for (int i = 0; i < 5; i++) {
		assert_false(run(&c, false, 1));
		assert_false(run(&c, false, 1));
		assert_false(run(&c, true, 1));
	}
	assert_int_equal(c.verdict, ENGINE_HEALTH_UP);
	run(&c, false, 1);
	run(&c, false, 1);
	assert_true(run(&c, false, 1));
	assert_int_equal(c.verdict, ENGINE_HEALTH_DOWN);
	assert_false(run(&c, true, 1));
	assert_false(run(&c, false, 1));
	assert_false(run(&c, true, 1));
	assert_true(run(&c, true, 1));
	assert_int_equal(c.verdict, ENGINE_HEALTH_UP);
}

static void times(void **state)
{
	struct check c;

	(void)state;
	check_init(&c, &rules, 0, 1, 0);
	run(&c, true, 1);
	check_start(&c, 1000 * MS);
	assert_true(check_due(&c) == 1800 * MS);
	/* A check that ends late, this process having slept, is not made up for. */
	assert_false(check_end(&c, true, 9000 * MS));
	assert_true(check_due(&c) == 9000 * MS);
}

static void short_interval(void **state)
{
	const struct check_rules fast = {.interval = 100, .timeout = 50, .fall = 2, .rise = 1};
	struct check c;

	(void)state;
	check_init(&c, &fast, 0, 1, 0);
	assert_false(run(&c, false, 50));
	assert_true(check_due(&c) == 100 * MS);
}

static void spread(void **state)
{
	const struct check_rules slow = {.interval = 60000, .timeout = 800, .fall = 2, .rise = 1};
	struct check c;
	uint64_t last = 0;

	(void)state;
	for (uint32_t i = 0; i < 4096; i++) {
		check_init(&c, &rules, i, 4096, 0);
		assert_true(check_due(&c) >= last);
		last = check_due(&c);
		/* Never more than a handful in one millisecond. */
		assert_true(check_due(&c) == 1000 * MS * i / 4096);
	}
	assert_true(last < 1000 * MS);
	check_init(&c, &slow, 4095, 4096, 0);
	assert_true(check_due(&c) < CHECK_SPREAD_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_success_counts),
		cmocka_unit_test(first_failures_are_repeated_soon),
		cmocka_unit_test(success_after_first_failures),
		cmocka_unit_test(fall_and_rise_in_a_row),
		cmocka_unit_test(times),
		cmocka_unit_test(short_interval),
		cmocka_unit_test(spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
