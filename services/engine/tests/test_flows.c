// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/tests/random.h"
#include "engine/flows.h"
#include "engine/tests/tables.h"

#define LINES 64
#define HALF_LINES 65536
#define PLACE 7

static struct forward_tables tables;

static int begin(void **state)
{
	(void)state;
	tables_make(&tables, LINES, LINES, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	tables_free(&tables);
	return 0;
}

static struct flow flow_of(uint32_t n, bool ipv6, uint32_t state)
{
	struct flow flow = {.ipv6 = ipv6,
			    .client = {n},
			    .key = FWD_KEY(n & 0xffff, 3),
			    .what = FWD_WHAT(state, PLACE, 0),
			    .when = FWD_WHEN(n, 2, 1)};

	if (ipv6)
		flow.client[3] = ~n;
	return flow;
}

static bool same(const struct flow *a, const struct flow *b)
{
	return a->ipv6 == b->ipv6 && memcmp(a->client, b->client, sizeof(a->client)) == 0 &&
	       a->key == b->key && a->what == b->what && a->when == b->when;
}

static void a_flow_comes_changes_and_goes(void **state)
{
	const struct fwd_load *load = &tables.loads[PLACE];

	(void)state;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct flow flow = flow_of(1000, ipv6, FWD_SYN), read;
		uint32_t number, again, what = FWD_WHAT(FWD_ESTABLISHED, PLACE, 0);

		assert_int_equal(flows_find(&tables, &flow), FLOWS_NONE);
		assert_int_equal(flows_insert(&tables, &flow, &number), 0);
		assert_int_equal(!!(number & FWD_EVENT_6), ipv6);
		assert_int_equal(flows_insert(&tables, &flow, &again), -EEXIST);
		assert_int_equal(again, number);
		assert_true(flows_read(&tables, number, &read));
		assert_true(same(&read, &flow));
		assert_int_equal(load->active, 1);
		assert_int_equal(tables.settings->half_open, 1);
		assert_true(flows_change(&tables, number, flow.what, what));
		assert_false(flows_change(&tables, number, flow.what, what));
		assert_int_equal(load->active, 1);
		assert_int_equal(tables.settings->half_open, 0);
		assert_true(flows_change(&tables, number, what,
					 FWD_WHAT(FWD_CLOSE, PLACE, FWD_LEARNT)));
		assert_int_equal(load->active, 0);
		assert_int_equal(load->inactive, 1);
		assert_false(flows_remove(&tables, number, &flow)); /* it is another by now */
		assert_true(flows_read(&tables, number, &flow));
		flow.when++;
		assert_false(flows_remove(&tables, number, &flow)); /* a packet has come */
		assert_int_equal(flows_find(&tables, &flow), number);
		flow.when--;
		assert_true(flows_remove(&tables, number, &flow));
		assert_int_equal(flows_find(&tables, &flow), FLOWS_NONE);
		assert_int_equal(load->inactive, 0);
	}
}

static void templates_are_in_no_load(void **state)
{
	struct flow flow = flow_of(1, false, FWD_PERSISTENT);
	uint32_t number;

	(void)state;
	assert_int_equal(flows_insert(&tables, &flow, &number), 0);
	assert_int_equal(tables.loads[PLACE].active, 0);
	assert_int_equal(tables.loads[PLACE].inactive, 0);
	assert_true(flows_remove(&tables, number, &flow));
}

/* All lines of one flow are full: it is refused, and all others are found. */
static void a_table_that_is_full(void **state)
{
	(void)state;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		uint32_t n = 0, made = 0, slots = flows_slots(&tables, ipv6), number;
		struct flow flow;

		for (; n < 8 * slots; n++) {
			flow = flow_of(n, ipv6, FWD_UDP);
			made += flows_insert(&tables, &flow, &number) == 0;
		}
		assert_true(made > slots * 9 / 10 && made <= slots);
		assert_int_equal(flows_insert(&tables, &flow, &number), -ENOSPC);
		assert_int_equal(tables.loads[PLACE].inactive, made);
		for (n = 0; n < 8 * slots; n++) {
			flow = flow_of(n, ipv6, FWD_UDP);
			number = flows_find(&tables, &flow);
			made -= number != FLOWS_NONE && flows_remove(&tables, number, &flow);
		}
		assert_int_equal(made, 0);
		assert_int_equal(tables.loads[PLACE].inactive, 0);
	}
}

/* What is promised is held: with half of the places in use there is one for every flow of IPv4. */
static void a_table_that_is_half_full(void **state)
{
	struct forward_tables half;
	uint64_t random = 6;

	(void)state;
	tables_make(&half, HALF_LINES, HALF_LINES, 1);
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		uint32_t refused = 0, elsewhere = 0, number, n = flows_slots(&half, ipv6) / 2;

		for (uint32_t i = 0; i < n; i++) {
			struct flow flow =
				flow_of((uint32_t)random_below(&random, 1U << 31), ipv6, FWD_UDP);
			uint64_t hash = fwd_hash4(flow.client[0], flow.key, half.seed);
			int r = flows_insert(&half, &flow, &number);

			refused += r == -ENOSPC;
			elsewhere += r == 0 && !ipv6 &&
				     number / FWD_FLOWS4 != fwd_line(hash, half.lines4, 0);
		}
		print_message("IPv%d: %u flows, %u refused, %u not in their first line\n",
			      ipv6 ? 6 : 4, n, refused, elsewhere);
		assert_true(ipv6 ? refused < n / 1000 : refused == 0);
		assert_true(elsewhere < n / 8);
	}
	tables_free(&half);
}

static void numbers_that_are_none(void **state)
{
	struct flow flow = flow_of(1, false, FWD_UDP);

	(void)state;
	assert_null(flows_words(&tables, FLOWS_NONE));
	assert_null(flows_words(&tables, LINES * FWD_FLOWS4));
	assert_null(flows_words(&tables, FWD_EVENT_6 | (LINES * FWD_FLOWS6)));
	assert_false(flows_read(&tables, FLOWS_NONE, &flow));
	assert_false(flows_read(&tables, 0, &flow));
	tables.flows4[0].flows[0].what = FWD_CLAIMED;
	assert_false(flows_read(&tables, 0, &flow));
	assert_false(flows_remove(&tables, FLOWS_NONE, &flow));
	assert_false(flows_change(&tables, FLOWS_NONE, flow.what, flow.what));
}

static void regions_are_marked(void **state)
{
	struct flow flow = flow_of(77, true, FWD_UDP);
	uint64_t marks[1] = {0};
	uint32_t number;

	(void)state;
	assert_int_equal(flows_regions(&tables), 2);
	tables.marks = marks;
	assert_int_equal(flows_insert(&tables, &flow, &number), 0);
	assert_int_equal(flows_region(&tables, number), 1);
	assert_int_equal(marks[0], 2);
}

#define RACERS 3
#define ROUNDS 20000
#define KEYS 64

/* Makes, changes and ends flows that the others use, too. Returns what is wrong. */
static void *race(void *seed)
{
	uint64_t random = (uint64_t)(uintptr_t)seed;
	const char *wrong = NULL;

	for (int i = 0; i < ROUNDS && !wrong; i++) {
		struct flow flow = flow_of((uint32_t)random_below(&random, KEYS) + 1,
					   random_below(&random, 2), FWD_ESTABLISHED);
		struct flow seen;
		uint32_t number = flows_find(&tables, &flow);

		if (number == FLOWS_NONE) {
			(void)flows_insert(&tables, &flow, &number);
		} else if (flows_read(&tables, number, &seen)) {
			/* Client, key and time belong together, whatever flow it is by now. */
			if (seen.key != FWD_KEY(seen.client[0], 3) ||
			    FWD_UNITS(seen.when) != seen.client[0])
				wrong = "a flow of two halves";
			if (random_below(&random, 2))
				flows_remove(&tables, number, &seen);
			else
				flows_change(&tables, number, seen.what,
					     FWD_WHAT(FWD_CLOSE, PLACE, 0));
		}
	}
	return (void *)wrong;
}

static void flows_of_several_threads(void **state)
{
	pthread_t threads[RACERS];
	int32_t active = 0, inactive = 0;
	void *wrong;

	(void)state;
	for (uintptr_t i = 0; i < RACERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, race, (void *)(i + 1)), 0);
	for (int i = 0; i < RACERS; i++) {
		pthread_join(threads[i], &wrong);
		assert_null(wrong);
	}
	for (uint32_t i = 0; i < LINES * (FWD_FLOWS4 + FWD_FLOWS6); i++) {
		uint32_t slots = LINES * FWD_FLOWS4;
		struct flow flow;

		if (!flows_read(&tables, i < slots ? i : FWD_EVENT_6 | (i - slots), &flow))
			continue;
		active += FWD_IS_ACTIVE(FWD_STATE(flow.what));
		inactive += !FWD_IS_ACTIVE(FWD_STATE(flow.what));
	}
	assert_int_equal(tables.loads[PLACE].active, active);
	assert_int_equal(tables.loads[PLACE].inactive, inactive);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_flow_comes_changes_and_goes), TEST(templates_are_in_no_load),
		TEST(a_table_that_is_full),	     TEST(a_table_that_is_half_full),
		TEST(numbers_that_are_none),	     TEST(regions_are_marked),
		TEST(flows_of_several_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
