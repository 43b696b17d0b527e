// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "engine/forward_place.h"
#include "engine/tests/tables.h"

#define T0 1000000000ULL

static struct forward_tables tables;
static struct forward_place *place;

static int setup(void **state)
{
	(void)state;
	tables_make(&tables, 1, 1, 2);
	return forward_place_make(&tables, &place);
}

static int teardown(void **state)
{
	(void)state;
	forward_place_free(place);
	tables_free(&tables);
	return 0;
}

static void restart(void)
{
	forward_place_free(place);
	assert_int_equal(forward_place_make(&tables, &place), 0);
}

static struct forward_instance instance(uint32_t address, uint16_t port)
{
	return (struct forward_instance){4, 6, port, {address}};
}

static struct forward_real real(uint16_t service, uint32_t address)
{
	return (struct forward_real){4, FWD_NAT, 80, service, {address}};
}

static int ask_instance(uint32_t address, uint16_t port)
{
	struct forward_instance i = instance(address, port);
	int number = forward_place_instance(place, &i);

	if (number > 0)
		tables.instances[number].in_use = 1;
	return number;
}

static int ask_real(uint16_t service, uint32_t address)
{
	struct forward_real r = real(service, address);
	int number = forward_place_real(place, &r);

	if (number > 0)
		tables.reals[number].flags = FWD_REAL_IN_USE;
	return number;
}

static void test_stable(void **state)
{
	int s, i, r;

	(void)state;
	forward_place_begin(place);
	s = forward_place_service(place, 42);
	i = ask_instance(1, 80);
	r = ask_real((uint16_t)s, 5);
	assert_int_equal(s, 0);
	assert_int_equal(i, 1);
	assert_int_equal(r, 1);
	assert_int_equal(forward_place_service(place, 42), -EEXIST);
	assert_int_equal(ask_instance(1, 80), -EEXIST);
	assert_int_equal(ask_instance(1, 81), 2);
	assert_int_equal(ask_real((uint16_t)(s + 1), 5), 2);
	forward_place_end(place, T0);

	restart();
	forward_place_begin(place);
	assert_int_equal(ask_real((uint16_t)(s + 1), 5), 2);
	assert_int_equal(ask_instance(1, 80), i);
	assert_int_equal(forward_place_service(place, 42), s);
	assert_int_equal(ask_real((uint16_t)s, 5), r);
	assert_int_equal(forward_place_service(place, 43), 1);
	forward_place_end(place, T0);
	assert_int_equal(forward_place_find_service(place, 43), 1);
	assert_int_equal(forward_place_find_service(place, 44), -ENOENT);
}

/* 4.3.2.1 is another address than 403:201::, and a method another real server. */
static void test_what_tells_apart(void **state)
{
	struct forward_instance four = instance(0x01020304, 80), six = four;
	struct forward_real nat = real(0, 1), direct = nat, r6 = nat;

	(void)state;
	six.family = 6;
	direct.method = FWD_DIRECT;
	r6.family = 6;
	forward_place_begin(place);
	assert_int_equal(forward_place_instance(place, &four), 1);
	assert_int_equal(forward_place_instance(place, &six), 2);
	assert_int_equal(forward_place_real(place, &nat), 1);
	assert_int_equal(forward_place_real(place, &direct), 2);
	assert_int_equal(forward_place_real(place, &r6), 3);
	restart();
	assert_int_equal(forward_place_find_instance(place, &six), 2);
	assert_int_equal(forward_place_find_real(place, &r6), 3);
	assert_int_equal(forward_place_find_real(place, &direct), 2);
}

static void test_goes_and_comes_back(void **state)
{
	int s, i, r;

	(void)state;
	forward_place_begin(place);
	s = forward_place_service(place, 42);
	tables.services[s].n_ring = 3;
	tables.services[s].n_list = 2;
	i = ask_instance(1, 80);
	r = ask_real(0, 5);
	tables.loads[r].active = 12;
	tables.counts[FWD_REALS_MAX + r].connections = 99;
	forward_place_end(place, T0);

	forward_place_begin(place);
	forward_place_end(place, T0);
	assert_int_equal(tables.services[s].n_ring, 0);
	assert_int_equal(tables.services[s].n_list, 0);
	assert_int_equal(tables.instances[i].in_use, 0);
	assert_int_equal(tables.reals[r].flags, FWD_REAL_LEAVING);

	forward_place_begin(place);
	assert_int_equal(forward_place_service(place, 42), s);
	assert_int_equal(ask_instance(1, 80), i);
	assert_int_equal(ask_real(0, 5), r);
	forward_place_end(place, T0);
	/* What is back is not freed by the sweep that follows. */
	forward_place_swept(place, T0 + FORWARD_SETTLE_NS);
	assert_int_equal(forward_place_freed(place), 0);
	assert_int_equal(tables.loads[r].active, 12);
	assert_int_equal(tables.counts[FWD_REALS_MAX + r].connections, 99);
}

static void test_freed_after_sweep(void **state)
{
	int r;

	(void)state;
	forward_place_begin(place);
	r = ask_real(0, 5);
	tables.loads[r].active = 12;
	tables.counts[FWD_REALS_MAX + r].connections = 99;
	forward_place_end(place, T0);
	forward_place_begin(place);
	forward_place_end(place, T0);
	/* A sweep that began while packets could still name it says nothing. */
	forward_place_swept(place, T0 + FORWARD_SETTLE_NS - 1);
	forward_place_begin(place);
	assert_int_equal(ask_real(0, 6), r + 1);
	assert_int_equal(ask_real(0, 5), r);
	forward_place_end(place, T0 + 5);
	forward_place_begin(place);
	assert_int_equal(ask_real(0, 6), r + 1);
	forward_place_end(place, T0 + 6);
	forward_place_swept(place, T0 + 6 + FORWARD_SETTLE_NS);
	assert_int_equal(forward_place_freed(place), 1);
	assert_int_equal(tables.reals[r].flags, 0);
	assert_int_equal(tables.loads[r].active, 0);
	assert_int_equal(tables.counts[FWD_REALS_MAX + r].connections, 0);
	assert_int_equal(tables.reals[r + 1].flags, FWD_REAL_IN_USE);
	assert_int_equal(forward_place_find_real(place, &(struct forward_real){4, 0, 80, 0, {5}}),
			 -ENOENT);
}

/* A new engine knows nothing of what went before it, and waits as long again. */
static void test_gone_before_restart(void **state)
{
	int r;

	(void)state;
	forward_place_begin(place);
	r = ask_real(0, 5);
	forward_place_end(place, T0);
	forward_place_begin(place);
	forward_place_end(place, T0);
	restart();
	forward_place_swept(place, T0 + 10 * FORWARD_SETTLE_NS);
	assert_int_equal(tables.reals[r].flags, FWD_REAL_LEAVING);
	forward_place_begin(place);
	forward_place_end(place, T0 + FORWARD_SETTLE_NS);
	forward_place_swept(place, T0 + 2 * FORWARD_SETTLE_NS);
	assert_int_equal(tables.reals[r].flags, 0);
}

static void test_undo(void **state)
{
	uint32_t mark;
	int r;

	(void)state;
	forward_place_begin(place);
	r = ask_real(0, 5);
	forward_place_end(place, T0);
	forward_place_begin(place);
	assert_int_equal(forward_place_service(place, 1), 0);
	mark = forward_place_mark(place);
	assert_int_equal(forward_place_service(place, 2), 1);
	assert_int_equal(ask_instance(1, 80), 1);
	assert_int_equal(ask_real(0, 5), r);
	forward_place_undo(place, mark);
	assert_int_equal(tables.services[1].name, 0);
	assert_int_equal(tables.instances[1].family, 0);
	/* What was there before stays until the end, and can be asked for again. */
	assert_int_equal(tables.reals[r].flags, FWD_REAL_IN_USE);
	assert_int_equal(ask_real(0, 5), r);
	forward_place_undo(place, mark);
	forward_place_end(place, T0);
	assert_int_equal(tables.reals[r].flags, FWD_REAL_LEAVING);
	assert_int_equal(tables.services[0].name, 1);
}

static void test_all_taken(void **state)
{
	(void)state;
	forward_place_begin(place);
	for (uint32_t i = 1; i < FWD_REALS_MAX; i++)
		assert_in_range(ask_real(0, i), 1, FWD_REALS_MAX - 1);
	assert_int_equal(ask_real(0, FWD_REALS_MAX), -ENOSPC);
	for (uint32_t i = 1; i < FWD_INSTANCES_MAX; i++)
		assert_in_range(ask_instance(i, 80), 1, FWD_INSTANCES_MAX - 1);
	assert_int_equal(ask_instance(FWD_INSTANCES_MAX, 80), -ENOSPC);
	for (uint32_t i = 0; i < FWD_SERVICES_MAX; i++)
		assert_in_range(forward_place_service(place, i + 1), 0, FWD_SERVICES_MAX - 1);
	assert_int_equal(forward_place_service(place, FWD_SERVICES_MAX + 1), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_stable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_tells_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_goes_and_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_freed_after_sweep, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone_before_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_taken, setup, teardown),
	};

	return cmocka_run_group_tests_name("forward_place", tests, NULL, NULL);
}
