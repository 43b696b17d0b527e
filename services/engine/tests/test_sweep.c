// SPDX-License-Identifier: GPL-2.0-or-later
/* The ageing against a model of what should be there, at clocks that wrap, and beside packets. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/tests/random.h"
#include "engine/sweep.h"
#include "engine/tests/tables.h"

#define LINES 4096
#define PLACE 7
#define OTHER 8
#define INSTANCE 3
#define SERVICE 2
#define UNIT_NS (1ULL << FWD_UNIT)
#define START (5 * UNIT_NS)
/* A moment before the units begin again at 0. */
#define WRAP ((1ULL << (20 + FWD_UNIT)) - 7 * UNIT_NS)

static const struct ageing_timeouts timeouts = {.tcp = 900, .tcp_fin = 100, .udp = 300};
static struct forward_tables tables;
static struct sweep sweep;

static int begin(void **state)
{
	(void)state;
	tables_make(&tables, LINES, LINES, 2);
	for (int place = PLACE; place <= OTHER; place++)
		tables.reals[place] =
			(struct fwd_real){.service = SERVICE, .flags = FWD_REAL_IN_USE};
	tables.instances[INSTANCE] = (struct fwd_instance){.service = SERVICE, .in_use = 1};
	/* Of long ago: an engine that is started anew does not hurry for that. */
	tables.cpus[0].reasons[FWD_FULL] = 5;
	assert_int_equal(sweep_open(&sweep, &tables), 0);
	sweep_configure(&sweep, &timeouts);
	return 0;
}

static int end(void **state)
{
	(void)state;
	sweep_close(&sweep);
	tables_free(&tables);
	return 0;
}

static struct flow flow_of(uint32_t n, bool ipv6, uint32_t state, uint64_t now)
{
	return (struct flow){.ipv6 = ipv6,
			     .client = {n},
			     .key = FWD_KEY(n & 0xffff, INSTANCE),
			     .what = FWD_WHAT(state, PLACE, 0),
			     .when = FWD_WHEN(now >> FWD_UNIT, 0, 0)};
}

static uint32_t put(const struct flow *flow)
{
	uint32_t number;

	assert_int_equal(flows_insert(&tables, flow, &number), 0);
	return number;
}

/* A whole pass that begins at `now`; its steps take no time. */
static void pass(uint64_t now)
{
	sweep.next = 0;
	for (int i = 0; !sweep_step(&sweep, now); i++)
		assert_true(i < 1000);
}

static void check_loads(int32_t active, int32_t inactive, int64_t half_open)
{
	assert_int_equal(tables.loads[PLACE].active, active);
	assert_int_equal(tables.loads[PLACE].inactive, inactive);
	assert_int_equal(tables.settings->half_open, half_open);
}

/* Each state at its limit: never sooner, and not much later. */
static void check_limit(uint32_t state, bool ipv6, uint32_t limit_s, uint64_t start)
{
	uint64_t limit = limit_s * NSEC_PER_SEC;
	struct flow flow = flow_of(99, ipv6, state, start);

	put(&flow);
	pass(start + limit);
	assert_int_not_equal(flows_find(&tables, &flow), FLOWS_NONE);
	pass(start + limit + UNIT_NS + 1);
	assert_int_equal(flows_find(&tables, &flow), FLOWS_NONE);
	check_loads(0, 0, 0);
}

static void each_state_has_its_time(void **state)
{
	static const struct {
		uint32_t state, seconds;
	} cases[] = {
		{FWD_UDP, 300},	       {FWD_SYN, 60},	    {FWD_ESTABLISHED, 900},
		{FWD_FIN_CLIENT, 100}, {FWD_FIN_REAL, 100}, {FWD_TIME_WAIT, 120},
		{FWD_CLOSE, 10},
	};

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		/* In the middle and at the end of a unit. */
		check_limit(cases[i / 2].state, i % 2, cases[i / 2].seconds, START + 1);
		check_limit(cases[i / 2].state, i % 2, cases[i / 2].seconds, START + UNIT_NS - 1);
		check_limit(cases[i / 2].state, i % 2, cases[i / 2].seconds, WRAP);
	}
	assert_int_equal(sweep.totals.expired, 6 * ARRAY_SIZE(cases));
}

/* A packet that comes after the clock was read, or on a CPU whose clock is ahead. */
static void a_flow_of_the_next_moment_stays(void **state)
{
	struct flow flow = flow_of(1, false, FWD_CLOSE, WRAP + 7 * UNIT_NS);

	(void)state;
	assert_int_equal(FWD_UNITS(flow.when), 0);
	put(&flow);
	pass(WRAP + 6 * UNIT_NS);
	assert_int_not_equal(flows_find(&tables, &flow), FLOWS_NONE);
}

static struct flow template_of(uint32_t client, uint64_t now)
{
	return (struct flow){.client = {client},
			     .key = FWD_KEY(0, FWD_TEMPLATE + SERVICE),
			     .what = FWD_WHAT(FWD_PERSISTENT, PLACE, 0),
			     .when = FWD_WHEN(now >> FWD_TEMPLATE_UNIT, 0, 0)};
}

static void templates(void **state)
{
	const uint64_t unit = 1ULL << FWD_TEMPLATE_UNIT, limit = 3600 * NSEC_PER_SEC;
	struct flow template = template_of(5, 3 * unit);

	(void)state;
	tables.services[SERVICE] =
		(struct fwd_service){.persistent = 1, .persistence_s = 3600, .mask = {0xffffffff}};
	put(&template);
	pass(4 * unit + limit);
	assert_int_not_equal(flows_find(&tables, &template), FLOWS_NONE);
	assert_int_equal(sweep.totals.templates[0], 1);
	assert_int_equal(sweep.totals.flows[0], 0);
	pass(5 * unit + limit);
	assert_int_equal(flows_find(&tables, &template), FLOWS_NONE);
	put(&template);
	tables.services[SERVICE].persistent = 0;
	pass(4 * unit);
	assert_int_equal(flows_find(&tables, &template), FLOWS_NONE);
	check_loads(0, 0, 0);
}

/* It lives as long as a flow of its client, and its own time after that. */
static void a_flow_keeps_its_template(void **state)
{
	const uint64_t unit = 1ULL << FWD_TEMPLATE_UNIT;
	struct flow template = template_of(0xab00, unit), seen;
	uint64_t now = unit;
	uint32_t number;

	(void)state;
	tables.services[SERVICE] =
		(struct fwd_service){.persistent = 1, .persistence_s = 300, .mask = {0xff00}};
	put(&template);
	for (uint64_t last = now + 2000 * NSEC_PER_SEC; now < last; now += SWEEP_PAUSE_NS) {
		struct flow flow = flow_of(0xabcd, false, FWD_ESTABLISHED, now);

		number = flows_find(&tables, &flow);
		if (number == FLOWS_NONE)
			put(&flow);
		else
			flows_words(&tables, number)->when = flow.when;
		pass(now);
		assert_int_not_equal(flows_find(&tables, &template), FLOWS_NONE);
	}
	assert_true(flows_read(&tables, number, &seen) && flows_remove(&tables, number, &seen));
	pass(now + 200 * NSEC_PER_SEC);
	assert_int_not_equal(flows_find(&tables, &template), FLOWS_NONE);
	pass(now + 300 * NSEC_PER_SEC + 2 * unit);
	assert_int_equal(flows_find(&tables, &template), FLOWS_NONE);
}

static void a_flow_of_another_place_keeps_no_template(void **state)
{
	const uint64_t unit = 1ULL << FWD_TEMPLATE_UNIT;
	struct flow template = template_of(9, unit);
	struct flow flow = flow_of(9, false, FWD_ESTABLISHED, 8 * unit);

	(void)state;
	tables.services[SERVICE] =
		(struct fwd_service){.persistent = 1, .persistence_s = 60, .mask = {0xffffffff}};
	flow.what = FWD_WHAT(FWD_ESTABLISHED, OTHER, 0);
	put(&template);
	put(&flow);
	for (int i = 0; i < 20; i++)
		pass(8 * unit);
	assert_int_equal(flows_find(&tables, &template), FLOWS_NONE);
	assert_int_not_equal(flows_find(&tables, &flow), FLOWS_NONE);
}

static void flows_of_what_is_gone_end(void **state)
{
	struct flow flow = flow_of(1, true, FWD_ESTABLISHED, START);
	struct flow template = template_of(1, START);

	(void)state;
	tables.services[SERVICE] =
		(struct fwd_service){.persistent = 1, .persistence_s = 60, .mask = {0xffffffff}};
	put(&flow);
	put(&template);
	pass(START);
	assert_int_equal(sweep.totals.gone, 0);
	tables.instances[INSTANCE].in_use = 0;
	pass(START);
	assert_int_equal(sweep.totals.gone, 1);
	tables.instances[INSTANCE].in_use = 1;
	put(&flow);
	tables.instances[INSTANCE].service++; /* its number was given away */
	pass(START);
	assert_int_equal(sweep.totals.gone, 2);
	tables.instances[INSTANCE].service--;
	put(&flow);
	tables.reals[PLACE].flags = FWD_REAL_LEAVING;
	pass(START);
	assert_int_equal(sweep.totals.gone, 4);
	assert_int_equal(flows_find(&tables, &flow), FLOWS_NONE);
	check_loads(0, 0, 0);
}

static void note_client(void *data, const struct flow *flow)
{
	uint32_t *clients = data;

	clients[flow->ipv6] += flow->client[0];
}

/* So that the next hop can be found before a packet needs it. */
static void flows_without_a_hop_are_told(void **state)
{
	uint32_t clients[2] = {0};
	struct flow without = flow_of(5, false, FWD_UDP, START), with = without, six, template;

	(void)state;
	sweep.without_hop = note_client;
	sweep.data = clients;
	six = flow_of(11, true, FWD_ESTABLISHED, START);
	with.client[0] = 100;
	with.when = FWD_WHEN(START >> FWD_UNIT, 3, 0);
	template = flow_of(1000, false, FWD_PERSISTENT, START);
	put(&without);
	put(&with);
	put(&six);
	put(&template);
	pass(START);
	assert_int_equal(clients[0], 5);
	assert_int_equal(clients[1], 11);
}

static void hops_of_an_old_generation_are_dropped(void **state)
{
	struct flow old = flow_of(1, false, FWD_UDP, START),
		    good = flow_of(2, false, FWD_UDP, START);
	uint32_t a, b;

	(void)state;
	tables.settings->hop_generation = 9;
	old.when = FWD_WHEN(START >> FWD_UNIT, 5, 8);
	good.when = FWD_WHEN(START >> FWD_UNIT, 5, 9);
	a = put(&old);
	b = put(&good);
	pass(START);
	assert_int_equal(flows_words(&tables, a)->when, FWD_WHEN(START >> FWD_UNIT, 0, 0));
	assert_int_equal(flows_words(&tables, b)->when, good.when);
}

static void a_claim_that_was_left_behind(void **state)
{
	(void)state;
	flows_words(&tables, 12)->what = FWD_CLAIMED;
	pass(START);
	assert_int_equal(flows_words(&tables, 12)->what, FWD_CLAIMED);
	pass(START + SWEEP_PAUSE_NS);
	assert_int_equal(flows_words(&tables, 12)->what, FWD_FREE);
}

/* Without a word of it a flow is seen in the next pass over everything. */
static void only_regions_with_flows_are_read(void **state)
{
	struct flow flow = flow_of(1, true, FWD_CLOSE, START);
	uint32_t number;

	(void)state;
	pass(START);
	number = put(&flow);
	memset(tables.marks, 0, sizeof(*tables.marks) * (sweep.n_regions / 64 + 1));
	pass(START + 100 * NSEC_PER_SEC);
	assert_int_not_equal(flows_find(&tables, &flow), FLOWS_NONE);
	tables_tell(&tables, 1, number);
	pass(START + 200 * NSEC_PER_SEC);
	assert_int_equal(flows_find(&tables, &flow), FLOWS_NONE);
	put(&flow);
	memset(tables.marks, 0, sizeof(*tables.marks) * (sweep.n_regions / 64 + 1));
	pass(START + SWEEP_ALL_NS - 1);
	assert_int_not_equal(flows_find(&tables, &flow), FLOWS_NONE);
	pass(START + SWEEP_ALL_NS);
	assert_int_equal(flows_find(&tables, &flow), FLOWS_NONE);
}

static void lost_events_and_nonsense(void **state)
{
	struct flow flow = flow_of(1, false, FWD_CLOSE, START);

	(void)state;
	pass(START);
	put(&flow);
	memset(tables.marks, 0, sizeof(*tables.marks) * (sweep.n_regions / 64 + 1));
	for (uint32_t i = 0; i < FWD_EVENTS / 2; i++)
		tables_tell(&tables, 0, FLOWS_NONE - i);
	pass(START + 100 * NSEC_PER_SEC);
	assert_int_not_equal(flows_find(&tables, &flow), FLOWS_NONE);
	for (uint32_t i = 0; i < FWD_EVENTS + 1; i++)
		tables_tell(&tables, 0, 0);
	pass(START + 200 * NSEC_PER_SEC);
	assert_int_equal(flows_find(&tables, &flow), FLOWS_NONE);
}

static void wrong_loads_become_right(void **state)
{
	struct flow flow = flow_of(1, false, FWD_SYN, START);

	(void)state;
	put(&flow);
	tables.loads[PLACE] = (struct fwd_load){-40, 70};
	tables.loads[OTHER] = (struct fwd_load){1, 1};
	tables.settings->half_open = -3;
	pass(START);
	check_loads(1, 0, 1);
	assert_int_equal(tables.loads[OTHER].active, 0);
	assert_int_equal(tables.loads[OTHER].inactive, 0);
}

static uint32_t fill_table(uint32_t per_mille, uint32_t state, uint64_t now)
{
	uint32_t n = 0, made = 0, number;

	while (made < LINES * FWD_FLOWS4 * per_mille / 1000) {
		struct flow flow = flow_of(n++, false, state, now);

		made += flows_insert(&tables, &flow, &number) == 0;
	}
	return made;
}

static void a_full_table_ages_sooner(void **state)
{
	uint32_t made = fill_table(900, FWD_ESTABLISHED, START);

	(void)state;
	pass(START); /* it has to be seen once */
	assert_int_equal(sweep.totals.flows[0], made);
	assert_int_equal(sweep_wait(&sweep, START), SWEEP_STEP_NS);
	pass(START + 440 * NSEC_PER_SEC);
	assert_int_equal(sweep.totals.flows[0], made);
	pass(START + 460 * NSEC_PER_SEC);
	assert_int_equal(sweep.totals.flows[0], 0);
	check_loads(0, 0, 0);
	/* The data path's word for it is enough. */
	fill_table(100, FWD_ESTABLISHED, START);
	pass(START + 460 * NSEC_PER_SEC);
	assert_int_not_equal(sweep.totals.flows[0], 0);
	tables.cpus[1].reasons[FWD_FULL]++;
	pass(START + 460 * NSEC_PER_SEC);
	assert_int_equal(sweep.totals.flows[0], 0);
}

/* Half-open connections end sooner then, and nothing else does. */
static void a_flood_hurts_no_other_flow(void **state)
{
	struct flow flow = flow_of(77777, false, FWD_ESTABLISHED, START);
	uint32_t made = fill_table(100, FWD_SYN, START);

	(void)state;
	put(&flow);
	tables.settings->half_open_max = made;
	tables.settings->pressure_until = START + 1000 * NSEC_PER_SEC;
	tables.cpus[0].reasons[FWD_FLOOD]++;
	pass(START);
	assert_int_equal(tables.settings->half_open, made);
	pass(START + 6 * NSEC_PER_SEC);
	assert_int_equal(tables.settings->half_open, made);
	pass(START + 10 * NSEC_PER_SEC);
	check_loads(1, 0, 0);
	pass(START + 890 * NSEC_PER_SEC);
	assert_int_not_equal(flows_find(&tables, &flow), FLOWS_NONE);
}

/* Half of a big table changes while a pass is under way. */
static void loads_of_a_table_that_changes(void **state)
{
	uint32_t made = 0, n = 0, ended, number, steps = 0;
	uint64_t now = START + 20 * NSEC_PER_SEC;

	(void)state;
	sweep_close(&sweep);
	tables_free(&tables);
	tables_make(&tables, 32 * LINES, 2, 1);
	tables.reals[PLACE] = (struct fwd_real){.service = SERVICE, .flags = FWD_REAL_IN_USE};
	tables.instances[INSTANCE] = (struct fwd_instance){.service = SERVICE, .in_use = 1};
	assert_int_equal(sweep_open(&sweep, &tables), 0);
	sweep_configure(&sweep, &timeouts);
	/* A third of them ends in the pass. */
	for (; n < 60000; n++) {
		struct flow flow = flow_of(n, false, n % 3 ? FWD_ESTABLISHED : FWD_CLOSE, START);

		made += flows_insert(&tables, &flow, &number) == 0;
	}
	tables.loads[PLACE].active -= 500; /* what has to be found */
	ended = 0;
	while (!sweep_step(&sweep, now)) {
		steps++;
		for (uint32_t i = 0; i < 6000; i++, n++) {
			struct flow flow = flow_of(n, false, FWD_ESTABLISHED, now);

			made += flows_insert(&tables, &flow, &number) == 0;
		}
	}
	ended = (uint32_t)sweep.totals.expired;
	assert_int_equal(steps, SWEEP_STEPS - 1);
	assert_int_equal(ended, 20000);
	assert_int_equal(tables.loads[PLACE].inactive, 0);
	assert_in_range(tables.loads[PLACE].active, made - ended - 300, made - ended + 300);
	pass(now);
	check_loads((int32_t)(made - ended), 0, 0);
}

/* Flows of all kinds and ages: what is left is what the model says, and the loads are exact. */
static void tables_by_chance(void **state)
{
	static const uint32_t limits[] = {0, 0, 300, 60, 900, 100, 100, 120, 10};
	uint64_t random = 4711, now = WRAP + 4000 * NSEC_PER_SEC;
	int32_t active = 0, inactive = 0, half_open = 0;
	uint32_t left = 0, number;

	(void)state;
	for (uint32_t n = 0; n < 6000; n++) {
		uint32_t s = FWD_UDP + (uint32_t)random_below(&random, FWD_PERSISTENT - FWD_UDP);
		uint64_t age = random_below(&random, 1000 * NSEC_PER_SEC);
		uint64_t limit = limits[s] * NSEC_PER_SEC;
		bool ipv6 = random_below(&random, 2), gone = random_below(&random, 10) == 0;
		struct flow flow = flow_of(n, ipv6, s, now - age);

		/* Within a unit of its limit both are right. */
		if (age + UNIT_NS > limit && age < limit + UNIT_NS)
			continue;
		if (gone)
			flow.what = FWD_WHAT(s, PLACE + 9, 0);
		if (flows_insert(&tables, &flow, &number) < 0 || gone || age > limit)
			continue;
		left++;
		active += FWD_IS_ACTIVE(s);
		inactive += !FWD_IS_ACTIVE(s);
		half_open += s == FWD_SYN;
	}
	pass(now);
	assert_true(left > 1000);
	assert_int_equal(sweep.totals.flows[0] + sweep.totals.flows[1], left);
	check_loads(active, inactive, half_open);
	assert_int_equal(tables.loads[PLACE + 9].active, 0);
	assert_int_equal(tables.loads[PLACE + 9].inactive, 0);
}

#define OWN 300
#define ROUNDS 500

static uint64_t shared_now;
static bool stop;

/* Packets of flows that go on, and of others that come and go. Returns what is wrong. */
static void *packets(void *data)
{
	uint32_t cpu = (uint32_t)(uintptr_t)data, own[OWN], number;
	uint64_t random = cpu + 1;

	for (uint32_t i = 0; i < OWN; i++) {
		struct flow flow = flow_of(1000 * cpu + i, i % 2, FWD_ESTABLISHED, START);

		if (flows_insert(&tables, &flow, &own[i]) < 0)
			return (void *)"no room";
		tables_tell(&tables, cpu, own[i]);
	}
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		uint64_t now = __atomic_load_n(&shared_now, __ATOMIC_RELAXED);
		uint32_t n = (uint32_t)random_below(&random, OWN);
		struct flow_words *words = flows_words(&tables, own[n]);
		struct flow other = flow_of((uint32_t)random_below(&random, 1000) + 100000, n % 2,
					    FWD_CLOSE, now);

		if (FWD_STATE(__atomic_load_n(&words->what, __ATOMIC_ACQUIRE)) == FWD_FREE)
			return (void *)"a flow that was in use was ended";
		__atomic_store_n(&words->when, FWD_WHEN(now >> FWD_UNIT, 0, 0), __ATOMIC_RELAXED);
		if (flows_insert(&tables, &other, &number) == 0)
			tables_tell(&tables, cpu, number);
	}
	return NULL;
}

static void beside_packets(void **state)
{
	pthread_t threads[2];
	void *wrong = NULL;
	uint64_t now = START;

	(void)state;
	shared_now = now;
	for (uintptr_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, packets, (void *)i), 0);
	for (int i = 0; i < ROUNDS; i++) {
		now += NSEC_PER_SEC / 8;
		__atomic_store_n(&shared_now, now, __ATOMIC_RELAXED);
		sweep.next = 0;
		sweep_step(&sweep, now);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++) {
		void *said;

		pthread_join(threads[i], &said);
		wrong = wrong ? wrong : said;
	}
	if (wrong)
		fail_msg("%s", (const char *)wrong);
	assert_true(sweep.totals.expired > 0);
	if (sweep.running)
		pass(now);
	pass(now + 20 * NSEC_PER_SEC);
	assert_int_equal(sweep.totals.flows[0] + sweep.totals.flows[1], 2 * OWN);
	check_loads(2 * OWN, 0, 0);
}

static void an_idle_engine_waits(void **state)
{
	(void)state;
	while (!sweep_step(&sweep, START))
		;
	assert_int_equal(sweep_wait(&sweep, START + 1), SWEEP_PAUSE_NS - 1);
	assert_false(sweep_step(&sweep, START + 1));
	assert_true(sweep_step(&sweep, START + SWEEP_PAUSE_NS));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_state_has_its_time),
		TEST(a_flow_of_the_next_moment_stays),
		TEST(templates),
		TEST(a_flow_keeps_its_template),
		TEST(a_flow_of_another_place_keeps_no_template),
		TEST(flows_of_what_is_gone_end),
		TEST(flows_without_a_hop_are_told),
		TEST(hops_of_an_old_generation_are_dropped),
		TEST(a_claim_that_was_left_behind),
		TEST(only_regions_with_flows_are_read),
		TEST(lost_events_and_nonsense),
		TEST(wrong_loads_become_right),
		TEST(a_full_table_ages_sooner),
		TEST(a_flood_hurts_no_other_flow),
		TEST(loads_of_a_table_that_changes),
		TEST(tables_by_chance),
		TEST(beside_packets),
		TEST(an_idle_engine_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
