// SPDX-License-Identifier: GPL-2.0-or-later
/* The order in which resources are started and stopped, and what befalls those that fail. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock_io.h"
#include "resource/resource.h"

#define S NSEC_PER_SEC

static struct resources all;
static struct config_resource made[3];
static struct config config = {.resources = made};
static uint64_t now;

/* Resources a, b, c of the group g. */
static int begin_with(void **state)
{
	(void)state;
	memset(made, 0, sizeof(made));
	config.n_resources = 3;
	for (size_t i = 0; i < 3; i++) {
		strcpy(made[i].group, "g");
		made[i].name[0] = (char)('a' + i);
		made[i].timeout_s = 20;
		made[i].interval_s = 10;
	}
	now = 1000 * S;
	resources_init(&all, now);
	return resources_configure(&all, &config, now);
}

static void own(const char *group)
{
	struct resource_owned owned = {.version = RESOURCE_WIRE_VERSION};

	if (group) {
		strcpy(owned.groups[0], group);
		owned.n_groups = 1;
	}
	assert_int_equal(resources_own(&all, &owned, now), 0);
}

/* The next operation, as "start a"; it ends with that code. "": none is due. */
static const char *next(int code)
{
	static char text[80];
	struct resource *e = resources_next(&all, now);

	if (!e)
		return "";
	snprintf(text, sizeof(text), "%s %s", operation_name(e->operation), e->definition.name);
	if (code != INT32_MIN)
		resources_ended(&all, e->number, code, code ? "bad" : "", now);
	return text;
}

#define PENDING INT32_MIN

static void expect_all(const char *const *texts)
{
	for (; *texts; texts++)
		assert_string_equal(next(0), *texts);
	assert_string_equal(next(0), "");
}

#define EXPECT(...) expect_all((const char *const[]){__VA_ARGS__, NULL})

/* The state of the one of that name that is shown. */
static const struct resource *shown(const char *name)
{
	const struct resource *e = NULL;

	for (size_t i = 0; (e = resources_shown(&all, i)); i++)
		if (strcmp(e->definition.name, name) == 0)
			return e;
	fail_msg("%s is not shown", name);
	return NULL;
}

static void run_all(void)
{
	own("g");
	EXPECT("start a", "start b", "start c");
}

/* All that is logged; only then what is over is forgotten. */
static void clear_news(void)
{
	for (size_t i = 0; i < all.n; i++)
		all.list[i].news = false;
}

static void each_starts_when_those_before_it_run(void **state)
{
	(void)state;
	own("g");
	assert_string_equal(next(PENDING), "start a");
	assert_string_equal(next(0), "");
	assert_int_equal(shown("a")->state, RESOURCE_STARTING);
	resources_ended(&all, shown("a")->number, 0, "", now);
	EXPECT("start b", "start c");
	assert_int_equal(shown("c")->state, RESOURCE_RUNNING);
}

static void they_stop_in_the_reverse_order(void **state)
{
	(void)state;
	run_all();
	own(NULL);
	assert_string_equal(next(PENDING), "stop c");
	assert_string_equal(next(0), "");
	assert_int_equal(shown("c")->state, RESOURCE_STOPPING);
	resources_ended(&all, shown("c")->number, 0, "", now);
	EXPECT("stop b", "stop a");
	assert_int_equal(shown("a")->state, RESOURCE_STOPPED);
	assert_true(resources_idle(&all));
}

static void what_a_former_life_has_left_is_stopped_once(void **state)
{
	(void)state;
	assert_string_equal(next(0), "");
	own("other");
	EXPECT("stop c", "stop b", "stop a");
	own("other");
	assert_string_equal(next(0), "");
}

static void an_owner_stops_nothing_at_the_start(void **state)
{
	(void)state;
	own("g");
	EXPECT("start a", "start b", "start c");
}

static void silence_is_no_ownership(void **state)
{
	(void)state;
	run_all();
	now += RESOURCE_SILENCE_NS / 2;
	own("g");
	now += RESOURCE_SILENCE_NS - 1;
	while (next(0)[0])
		;
	now++;
	EXPECT("stop c", "stop b", "stop a");
	own("g");
	EXPECT("start a", "start b", "start c");
}

static void nobody_has_ever_spoken(void **state)
{
	(void)state;
	assert_int_equal(resources_deadline(&all), now + RESOURCE_SILENCE_NS);
	now += RESOURCE_SILENCE_NS;
	EXPECT("stop c", "stop b", "stop a");
	assert_int_equal(resources_deadline(&all), UINT64_MAX);
}

static void it_is_asked_at_its_interval(void **state)
{
	(void)state;
	made[1].interval_s = 0;
	resources_init(&all, now);
	resources_configure(&all, &config, now);
	run_all();
	now += 10 * S - 1;
	own("g");
	assert_string_equal(next(0), "");
	assert_int_equal(resources_deadline(&all), now + 1);
	now++;
	EXPECT("monitor a", "monitor c");
}

static void what_fails_is_started_again_and_others_stay(void **state)
{
	static const unsigned int waits[] = {1, 2, 4, 8, 16, 32, 60, 60};

	(void)state;
	made[0].interval_s = made[2].interval_s = 0;
	resources_init(&all, now);
	resources_configure(&all, &config, now);
	run_all();
	now += 10 * S;
	own("g");
	assert_string_equal(next(7), "monitor b");
	EXPECT("stop b");
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		assert_int_equal(shown("b")->state, RESOURCE_FAILED);
		assert_string_equal(shown("b")->words, "bad");
		now += waits[i] * S - 1;
		own("g");
		assert_string_equal(next(0), "");
		now++;
		assert_string_equal(next(1), "start b");
		EXPECT("stop b");
	}
	assert_int_equal(shown("a")->state, RESOURCE_RUNNING);
	assert_int_equal(shown("c")->state, RESOURCE_RUNNING);
}

static void a_stop_that_fails_is_tried_three_times(void **state)
{
	(void)state;
	config.n_resources = 1;
	resources_init(&all, now);
	resources_configure(&all, &config, now);
	own("g");
	assert_string_equal(next(0), "start a");
	own(NULL);
	for (unsigned int i = 0; i < RESOURCE_STOPS_MAX; i++) {
		assert_false(resources_idle(&all));
		assert_string_equal(next(1), "stop a");
		assert_string_equal(next(1), "");
		now += resource_back_off(i + 1);
		own(NULL);
	}
	assert_string_equal(next(0), "");
	assert_string_equal(shown("a")->words, "it may run on: bad");
	assert_true(resources_idle(&all));
	own("g");
	EXPECT("start a");
	own(NULL);
	EXPECT("stop a");
}

static void what_hangs_is_cancelled_when_the_group_leaves(void **state)
{
	struct resource *hangs;

	(void)state;
	own("g");
	assert_string_equal(next(PENDING), "start a");
	assert_null(resources_cancel(&all));
	own(NULL);
	hangs = resources_cancel(&all);
	assert_string_equal(hangs->definition.name, "a");
	assert_null(resources_cancel(&all));
	EXPECT("stop c", "stop b");
	resources_ended(&all, hangs->number, -ECANCELED, "bad", now);
	EXPECT("stop a");
	assert_int_equal(shown("a")->state, RESOURCE_STOPPED);
}

static void one_that_is_changed_stops_as_it_was(void **state)
{
	(void)state;
	run_all();
	clear_news();
	strcpy(made[1].type, "new");
	assert_int_equal(resources_configure(&all, &config, now), 0);
	struct resource *e = resources_next(&all, now);
	assert_string_equal(e->definition.name, "b");
	assert_string_equal(e->definition.type, "");
	assert_int_equal(e->operation, OPERATION_STOP);
	assert_string_equal(next(0), "");
	resources_ended(&all, e->number, 0, "", now);
	clear_news();
	e = resources_next(&all, now);
	assert_string_equal(e->definition.type, "new");
	assert_int_equal(e->operation, OPERATION_START);
	resources_ended(&all, e->number, 0, "", now);
	assert_int_equal(all.n, 3);
	assert_int_equal(shown("c")->state, RESOURCE_RUNNING);
}

static void one_that_is_removed_stops(void **state)
{
	(void)state;
	run_all();
	config.n_resources = 2;
	assert_int_equal(resources_configure(&all, &config, now), 0);
	EXPECT("stop c");
	clear_news();
	assert_string_equal(next(0), "");
	assert_int_equal(all.n, 2);
}

static void too_many_that_stop_leave_no_room(void **state)
{
	(void)state;
	run_all();
	for (unsigned int i = 0; i < RESOURCES_MAX && all.n + 3 <= RESOURCES_MAX; i++) {
		made[0].timeout_s++;
		made[1].timeout_s++;
		made[2].timeout_s++;
		assert_int_equal(resources_configure(&all, &config, now), 0);
		all.configured = false; /* so that each may run */
	}
	made[0].timeout_s++;
	made[1].timeout_s++;
	made[2].timeout_s++;
	assert_int_equal(resources_configure(&all, &config, now), -ENOSPC);
}

static void at_the_end_everything_stops(void **state)
{
	(void)state;
	run_all();
	resources_leave(&all);
	own("g");
	EXPECT("stop c", "stop b", "stop a");
	assert_true(resources_idle(&all));
}

static void what_is_not_of_the_form_is_refused(void **state)
{
	struct resource_owned owned = {.version = RESOURCE_WIRE_VERSION + 1};

	(void)state;
	assert_int_equal(resources_own(&all, &owned, now), -EPROTO);
	owned.version = RESOURCE_WIRE_VERSION;
	owned.n_groups = RESOURCE_WIRE_GROUPS_MAX + 1;
	assert_int_equal(resources_own(&all, &owned, now), -EPROTO);
	owned.n_groups = 1;
	memset(owned.groups[0], 'g', sizeof(owned.groups[0]));
	assert_int_equal(resources_own(&all, &owned, now), -EPROTO);
}

static void an_operation_is_told_in_the_standards_words(void **state)
{
	struct operation_request request = {.version = OPERATION_VERSION};
	char text[OPERATION_TEXT_MAX];

	(void)state;
	operation_words(OPERATION_MONITOR, 7, "no file", text);
	assert_string_equal(text, "'monitor' ended with OCF_NOT_RUNNING: no file");
	operation_words(OPERATION_START, 77, "", text);
	assert_string_equal(text, "'start' ended with 77");
	operation_words(OPERATION_STOP, -ETIMEDOUT, "", text);
	assert_string_equal(text, "'stop' took too long");
	request.resource = made[0];
	assert_false(operation_is_valid(&request));
	strcpy(request.resource.provider, "p");
	strcpy(request.resource.type, "t");
	assert_true(operation_is_valid(&request));
	strcpy(request.resource.type, "../t");
	assert_false(operation_is_valid(&request));
}

#define TEST(name) cmocka_unit_test_setup(name, begin_with)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_starts_when_those_before_it_run),
		TEST(they_stop_in_the_reverse_order),
		TEST(what_a_former_life_has_left_is_stopped_once),
		TEST(an_owner_stops_nothing_at_the_start),
		TEST(silence_is_no_ownership),
		TEST(nobody_has_ever_spoken),
		TEST(it_is_asked_at_its_interval),
		TEST(what_fails_is_started_again_and_others_stay),
		TEST(a_stop_that_fails_is_tried_three_times),
		TEST(what_hangs_is_cancelled_when_the_group_leaves),
		TEST(one_that_is_changed_stops_as_it_was),
		TEST(one_that_is_removed_stops),
		TEST(too_many_that_stop_leave_no_room),
		TEST(at_the_end_everything_stops),
		TEST(what_is_not_of_the_form_is_refused),
		TEST(an_operation_is_told_in_the_standards_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
