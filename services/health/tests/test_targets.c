// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "health/report.h"
#include "health/targets.h"

#define CHECKED                                                                          \
	.check = CONFIG_CHECK_TCP_CONNECT, .check_interval = 1000, .check_timeout = 800, \
	.check_fall = 2, .check_rise = 1

static struct config_real web_reals[3] = {{.name = "a", .address = 1, .port = 80},
					  {.name = "b", .address = 2, .port = 80},
					  {.name = "c", .address = 1, .port = 81}};
static struct config_real alt_reals[2] = {{.name = "x", .address = 2, .port = 80},
					  {.name = "y", .address = 3, .port = 80}};

static void shared(void **state)
{
	struct config_service services[] = {
		{.name = "web", CHECKED, .reals = web_reals, .n_reals = 3},
		{.name = "alt", CHECKED, .reals = alt_reals, .n_reals = 2},
		{.name = "none", .check = CONFIG_CHECK_NONE, .reals = alt_reals, .n_reals = 2},
		{.name = "slow", CHECKED, .reals = alt_reals, .n_reals = 1},
	};
	struct config config = {.services = services, .n_services = 4};
	struct targets *t;

	(void)state;
	services[3].check_interval = 5000;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	/* 1:80, 1:81, 2:80 and 3:80; 2:80 again with other rules. */
	assert_int_equal(t->n_probes, 5);
	assert_int_equal(t->n_subscribers, 6);
	assert_string_equal(t->subscribers[1].real, "b");
	assert_string_equal(t->subscribers[3].service, "alt");
	assert_string_equal(t->subscribers[3].real, "x");
	assert_int_equal(t->subscribers[1].probe, t->subscribers[3].probe);
	assert_int_not_equal(t->subscribers[5].probe, t->subscribers[3].probe);
	for (size_t i = 0; i < t->n_subscribers; i++)
		assert_true(t->subscribers[i].probe < t->n_probes);
	for (size_t i = 0; i < t->n_probes; i++)
		assert_int_equal(t->probes[i].fd, -1);
	targets_free(t);
}

static void verdicts_are_kept(void **state)
{
	struct config_service service = {.name = "web", CHECKED, .reals = web_reals, .n_reals = 3};
	struct config_service less = {.name = "new", CHECKED, .reals = web_reals + 1, .n_reals = 1};
	struct config before = {.services = &service, .n_services = 1};
	struct config after = {.services = &less, .n_services = 1};
	struct targets *old, *new;

	(void)state;
	assert_int_equal(targets_make(&before, NULL, 0, &old), 0);
	for (size_t i = 0; i < old->n_probes; i++) {
		old->probes[i].check.verdict = ENGINE_HEALTH_DOWN;
		old->probes[i].check.running = true;
		old->probes[i].fd = 7;
		memcpy(old->probes[i].reason, "refused", 8);
	}
	assert_int_equal(targets_make(&after, old, 77, &new), 0);
	targets_free(old);
	assert_int_equal(new->n_probes, 1);
	assert_int_equal(new->probes[0].check.verdict, ENGINE_HEALTH_DOWN);
	assert_string_equal(new->probes[0].reason, "refused");
	assert_false(new->probes[0].check.running);
	assert_int_equal(new->probes[0].fd, -1);
	assert_true(new->probes[0].check.next == 77);
	/* Under new names the engine has not heard of it. */
	assert_true(report_due(new, &new->subscribers[0]));
	targets_free(new);
}

static void nothing_to_check(void **state)
{
	struct config config = {0};
	struct targets *t;
	size_t cursor = 0;

	(void)state;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	assert_int_equal(t->n_probes, 0);
	report_refresh(t, &cursor);
	report_forget(t);
	targets_free(t);
	targets_free(NULL);
}

static size_t due(const struct targets *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_subscribers; i++)
		n += report_due(t, &t->subscribers[i]);
	return n;
}

static void reports(void **state)
{
	struct config_service service = {.name = "web", CHECKED, .reals = web_reals, .n_reals = 3};
	struct config config = {.services = &service, .n_services = 1};
	struct targets *t;
	size_t cursor = 0, told = 0;

	(void)state;
	assert_int_equal(targets_make(&config, NULL, 0, &t), 0);
	assert_int_equal(due(t), 0); /* nothing is known, nothing is told */
	t->probes[0].check.verdict = ENGINE_HEALTH_UP;
	t->probes[1].check.verdict = ENGINE_HEALTH_DOWN;
	assert_int_equal(due(t), 2);
	for (size_t i = 0; i < 3; i++)
		t->subscribers[i].reported = t->probes[t->subscribers[i].probe].check.verdict;
	assert_int_equal(due(t), 0);
	t->probes[1].check.verdict = ENGINE_HEALTH_UP;
	assert_int_equal(due(t), 1);
	t->probes[1].check.verdict = ENGINE_HEALTH_DOWN;
	for (int round = 0; round < REPORT_ROUND; round++) {
		report_refresh(t, &cursor);
		told += due(t);
		for (size_t i = 0; i < 3; i++)
			t->subscribers[i].reported =
				t->probes[t->subscribers[i].probe].check.verdict;
	}
	/* All three come round at least once; the unknown one is not told. */
	assert_true(told >= 2);
	report_forget(t);
	assert_int_equal(due(t), 2);
	targets_free(t);
}

static void backoff(void **state)
{
	uint64_t wait = 0, last = 0;

	(void)state;
	assert_true(report_backoff(&wait) == RECONNECT_FIRST_NS);
	for (int i = 0; i < 50; i++) {
		last = report_backoff(&wait);
		assert_true(last <= RECONNECT_MAX_NS);
	}
	assert_true(last == RECONNECT_MAX_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared),	    cmocka_unit_test(verdicts_are_kept),
		cmocka_unit_test(nothing_to_check), cmocka_unit_test(reports),
		cmocka_unit_test(backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
