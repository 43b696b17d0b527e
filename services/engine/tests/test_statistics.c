// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/statistics.h"
#include "engine/tests/tables.h"
#include "engine/wanted.h"

#define LINES 64
#define CPUS 3

static struct forward_tables tables;
static struct sweep sweep;

static int begin(void **state)
{
	(void)state;
	tables_make(&tables, LINES, LINES, CPUS);
	return sweep_open(&sweep, &tables);
}

static int end(void **state)
{
	(void)state;
	sweep_close(&sweep);
	tables_free(&tables);
	return 0;
}

/* Each counter of each CPU has a digit of its own. */
static void count(uint32_t place)
{
	for (uint64_t cpu = 0, unit = 1; cpu < CPUS; cpu++, unit *= 10)
		tables.counts[cpu * FWD_REALS_MAX + place] = (struct fwd_count){
			unit, 2 * unit, 3 * unit, 4 * unit, 5ULL * unit << 32, {0}};
}

static void a_place_has_the_sum_of_all_processors(void **state)
{
	struct engine_real_status status = {.active = 1000,
					    .inactive = 1000,
					    .connections = 1000,
					    .packets_in = 1000,
					    .bytes_out = 1000};

	(void)state;
	count(9);
	count(10);
	tables.loads[9] = (struct fwd_load){7, -2};
	statistics_add(&tables, 9, &status);
	assert_int_equal(status.active, 1007);
	assert_int_equal(status.inactive, 1000);
	assert_int_equal(status.connections, 1111);
	assert_int_equal(status.packets_in, 1222);
	assert_int_equal(status.bytes_in, 333);
	assert_int_equal(status.packets_out, 444);
	assert_true(status.bytes_out == 1000 + (555ULL << 32));
}

static void a_service_has_those_of_its_places(void **state)
{
	struct config_real reals[2] = {{.name = "a", .address = htonl(0x0a4d0065), .port = 80},
				       {.name = "b", .address = htonl(0x0a4d0066), .port = 80}};
	struct config_service service = {.name = "web",
					 .protocol = CONFIG_PROTOCOL_TCP,
					 .ranges = {{80, 80}},
					 .n_ranges = 1,
					 .reals = reals,
					 .n_reals = 2};
	struct engine_service_status *status = calloc(1, sizeof(*status));
	struct ipvs_dest dest = wanted_dest(&service, &reals[1]);
	struct ipvs_service wanted = {.key = wanted_key(&service, 0), .dests = &dest, .n_dests = 1};
	struct ipvs_table table = {.services = &wanted, .n_services = 1};
	struct config config = {.services = &service, .n_services = 1};
	const struct forward_wanted all = {&config, (uint32_t[]){0}, &table, (bool[]){true},
					   (uint8_t[]){0}};
	struct forward_applied *applied;
	struct forward_place *place;
	enum forward_obstacle obstacle;
	int number;

	(void)state;
	assert_non_null(status);
	service.address = htonl(0xcb00710a);
	wanted.key = wanted_key(&service, 0);
	assert_int_equal(forward_place_make(&tables, &place), 0);
	assert_int_equal(forward_applied_make(&tables, place, 0, &applied), 0);
	assert_int_equal(forward_apply(applied, &all, FORWARD_SETTLE_NS, &obstacle), 1);
	assert_int_equal(obstacle, FORWARD_SERVED);
	number = forward_apply_place(place, &service, &dest);
	assert_true(number > 0);
	dest = wanted_dest(&service, &reals[0]);
	assert_int_equal(forward_apply_place(place, &service, &dest), -ENOENT);
	count((uint32_t)number);
	statistics_add_service(
		&(struct statistics_source){.tables = &tables, .place = place, .sweep = &sweep},
		&service, status);
	assert_int_equal(status->reals[0].connections, 0);
	assert_int_equal(status->reals[1].connections, 111);
	forward_applied_free(applied);
	forward_place_free(place);
	free(status);
}

static void totals(void **state)
{
	const struct statistics_source source = {
		.tables = &tables, .sweep = &sweep, .memory = 4711};
	struct engine_totals totals = {0};

	(void)state;
	for (uint32_t i = 0; i < FWD_REASONS; i++) {
		tables.cpus[0].reasons[i] = i + 1;
		tables.cpus[2].reasons[i] = 100;
	}
	tables.settings->half_open = -1;
	tables.settings->half_open_max = 7;
	sweep.totals = (struct sweep_totals){{1, 2}, {3, 4}, 5, 6, 7};
	statistics_totals(&source, &totals);
	assert_int_equal(totals.half_open, 0);
	assert_int_equal(totals.half_open_max, 7);
	assert_int_equal(totals.flows[1], 2);
	assert_int_equal(totals.templates[0], 3);
	assert_int_equal(totals.room[0], LINES * FWD_FLOWS4);
	assert_int_equal(totals.room[1], LINES * FWD_FLOWS6);
	assert_int_equal(totals.memory, 4711);
	assert_int_equal(totals.expired, 5);
	assert_int_equal(totals.gone, 6);
	assert_int_equal(totals.n_reasons, FWD_REASONS);
	for (uint32_t i = 0; i < FWD_REASONS; i++) {
		assert_int_equal(totals.reasons[i].packets, i + 101);
		assert_true(strlen(totals.reasons[i].words) > 0);
		for (uint32_t k = 0; k < i; k++)
			assert_string_not_equal(totals.reasons[i].name, totals.reasons[k].name);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_place_has_the_sum_of_all_processors),
		TEST(a_service_has_those_of_its_places),
		TEST(totals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
