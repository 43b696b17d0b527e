// SPDX-License-Identifier: GPL-2.0-or-later
/* Routers that tell each other of their connections, whatever the network does meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/clock_io.h"
#include "base/tests/random.h"
#include "engine/tests/sync_world.h"
#include "engine/tests/tables.h"

#define SEEDS 8
#define MS NSEC_PER_MSEC
#define S NSEC_PER_SEC

static struct world w;

static struct sync *sync_of(size_t router)
{
	return &w.routers[router].sync;
}

static void nothing_missing(size_t from, size_t to)
{
	size_t missing = world_missing(&w, from, to);

	if (missing)
		print_message("router %zu lacks %zu of %zu flows\n", to, missing,
			      world_flows(&w, from));
	assert_int_equal(missing, 0);
}

static void a_connection_is_known_to_the_other(void **state)
{
	(void)state;
	world_make(&w, 2, 1);
	world_own(&w, 0, 0, 1);
	world_own(&w, 1, 0, 1);
	world_run(&w, 3 * S);
	assert_true(sync_is_synchronised(sync_of(0), w.now));
	world_traffic(&w, 0, 300);
	assert_true(world_flows(&w, 0) > 100);
	assert_true(world_missing(&w, 0, 1) > 50);
	/* Nobody looks more often than once a second while nothing happens. */
	for (int i = 0; i < 105 && world_missing(&w, 0, 1); i++)
		world_run(&w, 10 * MS);
	nothing_missing(0, 1);
	/* And from then on at once. */
	world_traffic(&w, 0, 100);
	world_run(&w, 25 * MS);
	nothing_missing(0, 1);
	assert_true(sync_is_synchronised(sync_of(0), w.now));
	world_free(&w);
}

static void idle_routers_turn_once_a_second(void **state)
{
	uint64_t turns;

	(void)state;
	world_make(&w, 2, 2);
	world_own(&w, 0, 0, 1);
	world_traffic(&w, 0, 500);
	world_run(&w, 5 * S);
	turns = w.routers[0].turns;
	world_run(&w, 100 * S);
	assert_in_range(w.routers[0].turns - turns, 90, 205);
	/* While events come, fifty times a second and what is told of what came. */
	turns = w.routers[0].turns;
	for (int i = 0; i < 400; i++) {
		world_traffic(&w, 0, 3);
		world_run(&w, 5 * MS);
	}
	assert_in_range(w.routers[0].turns - turns, 80, 125);
	world_free(&w);
}

static void who_starts_anew_gets_all(void **state)
{
	(void)state;
	world_make(&w, 2, 3);
	world_own(&w, 0, 0, 1);
	world_traffic(&w, 0, 2000);
	world_run(&w, 2 * S);
	nothing_missing(0, 1);
	world_reboot(&w, 1);
	assert_int_equal(world_flows(&w, 1), 0);
	assert_true(world_missing(&w, 0, 1) > 500);
	world_run(&w, 1500 * MS);
	nothing_missing(0, 1);
	assert_true(sync_is_synchronised(sync_of(0), w.now));
	/* The owner's engine, too: what happened meanwhile is in no ring of its. */
	world_stop(&w, 0);
	world_traffic(&w, 0, 500);
	world_run(&w, 5 * S);
	world_restart(&w, 0);
	assert_false(sync_is_synchronised(sync_of(0), w.now));
	world_run(&w, 1500 * MS);
	nothing_missing(0, 1);
	assert_true(sync_is_synchronised(sync_of(0), w.now));
	world_free(&w);
}

static void alone_nobody_is_synchronised(void **state)
{
	(void)state;
	world_make(&w, 2, 4);
	world_own(&w, 0, 0, 1);
	world_run(&w, 3 * S);
	assert_true(sync_is_synchronised(sync_of(0), w.now));
	world_stop(&w, 1);
	world_run(&w, 4 * S);
	assert_false(sync_is_synchronised(sync_of(0), w.now));
	world_free(&w);
}

static void an_overrun_is_made_good(void **state)
{
	(void)state;
	world_make(&w, 2, 5);
	world_own(&w, 0, 0, 1);
	world_run(&w, 3 * S);
	world_traffic(&w, 0, 500);
	for (int i = 0; i < 2 * FWD_EVENTS; i++)
		tables_tell(&w.routers[0].tables, 0, 1);
	world_run(&w, 3 * S);
	assert_true(sync_figures(sync_of(0)).send.overruns > 0);
	nothing_missing(0, 1);
	world_free(&w);
}

static void a_jammed_socket_loses_nothing_for_good(void **state)
{
	(void)state;
	world_make(&w, 2, 6);
	world_own(&w, 0, 0, 1);
	world_run(&w, 3 * S);
	w.routers[0].jammed = true;
	world_traffic(&w, 0, 1000);
	world_run(&w, 2 * S);
	assert_true(world_missing(&w, 0, 1) > 100);
	assert_true(sync_figures(sync_of(0)).send.refused > 0);
	assert_false(sync_is_synchronised(sync_of(0), w.now));
	w.routers[0].jammed = false;
	world_run(&w, 2 * S);
	nothing_missing(0, 1);
	assert_true(sync_is_synchronised(sync_of(0), w.now));
	world_free(&w);
}

/* The group goes to the other router, which has all; the former owner then hears of the new one. */
static void ownership_moves(void **state)
{
	(void)state;
	world_make(&w, 2, 7);
	world_own(&w, 0, 0, 1);
	world_own(&w, 1, 1, 1);
	world_traffic(&w, 0, 800);
	world_traffic(&w, 1, 800);
	world_run(&w, 2 * S);
	nothing_missing(0, 1);
	nothing_missing(1, 0);
	world_traffic(&w, 0, 200);
	world_own(&w, 0, 1, 2);
	world_run(&w, 1 * S);
	for (int i = 0; i < 20; i++) {
		world_traffic(&w, 1, 100);
		world_run(&w, 30 * MS);
	}
	world_run(&w, 2 * S);
	nothing_missing(1, 0);
	world_free(&w);
}

/* The lease has ended: what happened before is told at once, and again when it gets lost. */
static void the_last_connections_are_told(void **state)
{
	(void)state;
	for (unsigned int loss = 0; loss < 2; loss++) {
		world_make(&w, 2, 8);
		world_own(&w, 0, 0, 1);
		world_run(&w, 3 * S);
		world_traffic(&w, 0, 200);
		w.routers[0].leases[0].deadline = 0;
		w.net.loss = loss * 100;
		sync_hurry(sync_of(0), w.now);
		w.net.loss = 0;
		world_run(&w, loss ? 300 * MS : 3 * MS);
		/* For the comparison alone. */
		w.routers[0].leases[0].deadline = UINT64_MAX;
		assert_true(world_flows(&w, 0) > 50);
		nothing_missing(0, 1);
		world_free(&w);
	}
}

/* Told late, after the next owner has begun: what that one does not know is still of use to it. */
static void a_late_last_word_is_heard(void **state)
{
	(void)state;
	world_make(&w, 3, 12);
	world_own(&w, 0, 0, 1);
	world_traffic(&w, 0, 100);
	world_run(&w, 3 * S);
	world_traffic(&w, 0, 200);
	world_own(&w, 0, 1, 2);
	world_run(&w, 5 * MS);
	sync_hurry(sync_of(0), w.now);
	world_run(&w, 900 * MS);
	/* For the comparison alone. */
	w.routers[0].leases[0].deadline = UINT64_MAX;
	nothing_missing(0, 1);
	w.routers[0].leases[0].deadline = 0;
	world_run(&w, 3 * S);
	nothing_missing(1, 2);
	world_free(&w);
}

/* An owner that does not know yet that it is none sends what is not taken any more. */
static void a_former_owner_is_not_believed(void **state)
{
	uint64_t stale;

	(void)state;
	world_make(&w, 2, 9);
	world_own(&w, 0, 0, 7);
	world_traffic(&w, 0, 400);
	world_run(&w, 2 * S);
	world_own(&w, 0, 1, 8);
	/* Both at once, which the agents rule out. */
	w.routers[0].leases[0].deadline = UINT64_MAX;
	world_run(&w, 2 * S);
	stale = sync_of(1)->peers[0].receive.figures.stale;
	world_traffic(&w, 0, 400);
	world_run(&w, 2 * S);
	assert_true(sync_of(1)->peers[0].receive.figures.stale > stale);
	assert_true(world_missing(&w, 0, 1) > 50);
	w.routers[0].leases[0].deadline = 0;
	/* Each ownership begins with a full transfer, which puts everything right. */
	world_own(&w, 0, 1, 9);
	world_traffic(&w, 1, 100);
	world_run(&w, 3 * S);
	nothing_missing(1, 0);
	world_free(&w);
}

static void flows_in_use_do_not_age_out(void **state)
{
	(void)state;
	world_make(&w, 2, 10);
	world_own(&w, 0, 0, 1);
	sync_send_refresh_period(&sync_of(0)->send, 20 * S);
	world_traffic(&w, 0, 1000);
	world_run(&w, 2 * S);
	nothing_missing(0, 1);
	for (int i = 0; i < 10; i++) {
		struct world_router *r = &w.routers[0];

		/* A packet of every flow, and no event. */
		for (uint32_t line = 0; line < r->tables.lines4; line++) {
			for (size_t k = 0; k < FWD_FLOWS4; k++) {
				struct fwd_flow4 *f = &r->tables.flows4[line].flows[k];

				if (FWD_STATE(f->what) != FWD_FREE &&
				    FWD_STATE(f->what) != FWD_PERSISTENT)
					f->when = FWD_WHEN(w.now >> FWD_UNIT, 3, 1);
			}
		}
		world_run(&w, 20 * S);
	}
	for (uint32_t line = 0; line < w.routers[1].tables.lines4; line++) {
		for (size_t k = 0; k < FWD_FLOWS4; k++) {
			const struct fwd_flow4 *f = &w.routers[1].tables.flows4[line].flows[k];
			uint64_t monotonic = w.now - w.routers[1].offset;
			uint32_t age =
				((uint32_t)(monotonic >> FWD_UNIT) - FWD_UNITS(f->when)) & 0xfffff;

			if (FWD_STATE(f->what) == FWD_ESTABLISHED || FWD_STATE(f->what) == FWD_UDP)
				assert_true(age < 65);
		}
	}
	world_free(&w);
}

static void bad_weather(uint64_t *random)
{
	w.net.loss = (unsigned int)random_below(random, 30);
	w.net.repeat = (unsigned int)random_below(random, 30);
	w.net.jitter = random_below(random, 2) * random_below(random, 10) * MS;
}

static void something_happens(uint64_t *random, uint64_t *epoch, size_t owners[WORLD_GROUPS])
{
	size_t router = random_below(random, w.n_routers), group;

	switch (random_below(random, 8)) {
	case 0:
		world_restart(&w, router);
		break;
	case 1:
		world_reboot(&w, router);
		for (group = 0; group < WORLD_GROUPS; group++) {
			if (owners[group] == router) {
				owners[group] = (router + 1) % w.n_routers;
				world_own(&w, group, owners[group], ++*epoch);
			}
		}
		break;
	case 2:
		group = random_below(random, WORLD_GROUPS);
		owners[group] = router;
		world_own(&w, group, router, ++*epoch);
		break;
	case 3:
		w.routers[router].jammed = !w.routers[router].jammed;
		break;
	default:
		bad_weather(random);
	}
}

/* Whatever happened: a short time after it is over, all know the owners' connections. */
static void play(uint64_t seed)
{
	uint64_t random = seed * 77 + 1, epoch = 1;
	size_t owners[WORLD_GROUPS] = {0, 1};

	world_make(&w, 2 + seed % 2, seed);
	for (size_t g = 0; g < WORLD_GROUPS; g++)
		world_own(&w, g, owners[g], epoch);
	for (int i = 0; i < 40; i++) {
		for (size_t r = 0; r < w.n_routers; r++)
			world_traffic(&w, r, random_below(&random, 40));
		if (i % 4 == 0)
			something_happens(&random, &epoch, owners);
		world_run(&w, random_below(&random, 200) * MS);
	}
	w.net = (struct world_net){.delay = MS / 5};
	for (size_t r = 0; r < w.n_routers; r++)
		w.routers[r].jammed = false;
	world_run(&w, 6 * S);
	for (size_t from = 0; from < w.n_routers; from++) {
		assert_true(sync_is_synchronised(sync_of(from), w.now));
		for (size_t to = 0; to < w.n_routers; to++)
			nothing_missing(from, to);
	}
	world_free(&w);
}

static void all_ends_equal(void **state)
{
	const char *wanted = getenv("SYNC_SEED"), *count = getenv("SYNC_SEEDS");
	unsigned long n = count ? strtoul(count, NULL, 0) : SEEDS;

	(void)state;
	if (wanted) {
		play(strtoul(wanted, NULL, 0));
		return;
	}
	for (unsigned long seed = 1; seed <= n; seed++) {
		print_message("seed %lu\n", seed);
		play(seed);
	}
}

/* The network never gets better: still all arrives. */
static void steady_loss_delays_only(void **state)
{
	(void)state;
	world_make(&w, 2, 11);
	w.net = (struct world_net){.loss = 10, .repeat = 10, .delay = MS, .jitter = MS};
	world_own(&w, 0, 0, 1);
	world_traffic(&w, 0, 3000);
	world_run(&w, 10 * S);
	nothing_missing(0, 1);
	for (int i = 0; i < 100; i++) {
		world_traffic(&w, 0, 20);
		world_run(&w, 20 * MS);
	}
	world_run(&w, 2 * S);
	nothing_missing(0, 1);
	assert_true(sync_of(1)->peers[0].receive.figures.missed > 0);
	assert_true(sync_figures(sync_of(0)).send.repeated > 0);
	world_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_is_known_to_the_other),
		cmocka_unit_test(idle_routers_turn_once_a_second),
		cmocka_unit_test(who_starts_anew_gets_all),
		cmocka_unit_test(alone_nobody_is_synchronised),
		cmocka_unit_test(an_overrun_is_made_good),
		cmocka_unit_test(a_jammed_socket_loses_nothing_for_good),
		cmocka_unit_test(ownership_moves),
		cmocka_unit_test(the_last_connections_are_told),
		cmocka_unit_test(a_late_last_word_is_heard),
		cmocka_unit_test(a_former_owner_is_not_believed),
		cmocka_unit_test(flows_in_use_do_not_age_out),
		cmocka_unit_test(steady_loss_delays_only),
		cmocka_unit_test(all_ends_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
