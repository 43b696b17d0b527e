// SPDX-License-Identifier: GPL-2.0-or-later
/* Any sequence of configurations, restarts and sweeps: what stays keeps its numbers and counts. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/tests/random.h"
#include "engine/tests/apply_world.h"

/* What was there after the last step: real servers by service and number. */
static int places[SERVICES][REALS];

/* A service of that number, or none; each of its real servers, or none; weights, or 0. */
static void change(uint64_t *random)
{
	static const char *const schedulers[] = {"rr", "wrr", "lc", "sed", "mh", "dh"};

	config.n_services = 0;
	for (size_t i = 0; i < SERVICES; i++) {
		char name[] = {(char)('a' + i), 0};
		struct config_service *s;

		s = add_service(name, schedulers[random_below(random, 6)]);
		served[i] = random_below(random, 8) > 0;
		s->ranges[0].last = (uint16_t)(80 + random_below(random, 3));
		for (uint32_t k = 0; k < REALS; k++)
			if (random_below(random, 3) > 0)
				add_real(s, (uint32_t)(i * REALS) + k, 80,
					 (uint16_t)random_below(random, 4));
	}
}

static size_t count_ends(void)
{
	const struct fwd_ends4 *half = tables.ends4 + tables.settings->half * FWD_ENDS4_LINES;
	size_t n = 0;

	for (size_t i = 0; i < FWD_ENDS4_LINES; i++)
		for (size_t k = 0; k < FWD_ENDS4; k++)
			n += half[i].ends[k].kind != FWD_END_NONE;
	return n;
}

static void check_picks(size_t i, const struct fwd_service *service)
{
	const uint16_t *all = tables.picks[service - tables.services].places;
	size_t weighted = 0, n = 0;

	for (size_t k = 0; k < services[i].n_reals; k++)
		weighted += services[i].reals[k].weight > 0;
	assert_int_equal(service->n_list, weighted);
	assert_int_equal(service->n_ring > 0, weighted > 0);
	for (size_t k = 0; k < FWD_PICKS; k++) {
		const struct fwd_real *real = &tables.reals[all[k]];

		if (!all[k])
			continue;
		n++;
		assert_int_equal(real->flags, FWD_REAL_IN_USE);
		assert_int_equal(&tables.services[real->service], service);
		assert_true(real->weight > 0);
	}
	assert_int_equal(n, weighted ? FWD_HASH_SIZE + service->n_ring + service->n_list : 0);
}

static void check_service(size_t i)
{
	const struct config_service *s = &services[i];
	int now_at[REALS] = {0};

	for (uint16_t port = 80; port <= s->ranges[0].last; port++) {
		const struct fwd_instance *instance = instance_at(i, port);

		assert_non_null(instance);
		assert_int_equal(instance->in_use, 1);
		check_picks(i, &tables.services[instance->service]);
	}
	for (size_t k = 0; k < s->n_reals; k++) {
		size_t number = ntohl(s->reals[k].address) - RIP - i * REALS;
		int at = place_of(s, k);

		assert_in_range(at, 1, FWD_REALS_MAX - 1);
		assert_int_equal(tables.reals[at].address[0], s->reals[k].address);
		/* What has stayed has kept its place, and all that was counted there. */
		if (places[i][number]) {
			assert_int_equal(at, places[i][number]);
			assert_int_equal(tables.loads[at].active, at);
		}
		tables.loads[at].active = at;
		now_at[number] = at;
	}
	memcpy(places[i], now_at, sizeof(now_at));
}

static void check_all(void)
{
	size_t ends = 0;

	for (size_t i = 0; i < SERVICES; i++) {
		if (!served[i]) {
			assert_null(instance_at(i, 80));
			memset(places[i], 0, sizeof(places[i]));
			continue;
		}
		assert_int_equal(obstacles[i], FORWARD_SERVED);
		check_service(i);
		ends += services[i].ranges[0].last - 79u + services[i].n_reals;
	}
	assert_int_equal(count_ends(), ends);
}

/* With flows a service would stay until they end. */
static void end_flows(void)
{
	for (size_t i = 0; i < SERVICES; i++)
		for (size_t k = 0; k < REALS && !served[i]; k++)
			tables.loads[places[i][k]].active = 0;
}

static void test_any_sequence(void **state)
{
	uint64_t random = 20260;
	uint32_t freed = 0;

	(void)state;
	memset(places, 0, sizeof(places));
	for (size_t step = 0; step < 200; step++) {
		change(&random);
		end_flows();
		assert_in_range(apply(), 0, 1);
		check_all();
		switch (random_below(&random, 6)) {
		case 0:
			freed += forward_place_freed(place);
			stop_engine();
			start_engine();
			break;
		case 1:
			forward_place_swept(place, now);
			break;
		default:
			break;
		}
	}
	assert_true(freed > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_any_sequence, apply_world_setup,
						apply_world_teardown),
	};

	return cmocka_run_group_tests_name("forward_sequence", tests, NULL, NULL);
}
