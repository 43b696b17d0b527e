// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/tests/random.h"
#include "engine/forward_ends.h"
#include "engine/tests/tables.h"

static struct forward_tables tables;

static int setup(void **state)
{
	(void)state;
	tables_make(&tables, 1, 1, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tables_free(&tables);
	return 0;
}

static struct forward_end make(uint8_t family, uint32_t address, uint16_t port)
{
	struct forward_end end = {family, 6, port, {address}};

	if (family == 6)
		end.address[3] = ~address;
	return end;
}

static void test_turn(void **state)
{
	struct forward_end a = make(4, 1, 80), b = make(4, 1, 81), six = make(6, 1, 80);
	struct forward_end udp = a;

	(void)state;
	forward_ends_begin(&tables);
	assert_int_equal(forward_ends_add(&tables, &a, FWD_END_VIRTUAL, 7), 0);
	assert_int_equal(forward_ends_add(&tables, &six, FWD_END_REAL, 9), 0);
	assert_int_equal(forward_ends_find(&tables, &a).kind, FWD_END_NONE);
	forward_ends_turn(&tables);
	assert_int_equal(tables.settings->half, 1);
	assert_int_equal(forward_ends_find(&tables, &a).kind, FWD_END_VIRTUAL);
	assert_int_equal(forward_ends_find(&tables, &a).instances[0], 7);
	assert_int_equal(forward_ends_find(&tables, &six).kind, FWD_END_REAL);
	assert_int_equal(forward_ends_find(&tables, &six).instances[0], 9);
	assert_int_equal(forward_ends_find(&tables, &b).kind, FWD_END_NONE);
	udp.protocol = 17;
	assert_int_equal(forward_ends_find(&tables, &udp).kind, FWD_END_NONE);

	forward_ends_begin(&tables);
	assert_int_equal(forward_ends_find(&tables, &a).kind, FWD_END_VIRTUAL);
	forward_ends_turn(&tables);
	assert_int_equal(tables.settings->half, 0);
	assert_int_equal(forward_ends_find(&tables, &a).kind, FWD_END_NONE);
	assert_int_equal(forward_ends_find(&tables, &six).kind, FWD_END_NONE);
}

static void test_shared(void **state)
{
	struct forward_end real = make(4, 1, 80);
	struct forward_owner owner;

	(void)state;
	forward_ends_begin(&tables);
	for (uint16_t i = 1; i <= FWD_SHARED_MAX; i++)
		assert_int_equal(forward_ends_add(&tables, &real, FWD_END_REAL, i), 0);
	assert_int_equal(forward_ends_add(&tables, &real, FWD_END_REAL, 2), 0);
	assert_int_equal(forward_ends_add(&tables, &real, FWD_END_REAL, 50), -EMLINK);
	assert_int_equal(forward_ends_add(&tables, &real, FWD_END_VIRTUAL, 51), -EEXIST);
	forward_ends_remove(&tables, &real, 50);
	forward_ends_remove(&tables, &real, 2);
	assert_int_equal(forward_ends_add(&tables, &real, FWD_END_REAL, 60), 0);
	forward_ends_turn(&tables);
	owner = forward_ends_find(&tables, &real);
	assert_int_equal(owner.instances[0], 1);
	assert_int_equal(owner.instances[1], 3);
	assert_int_equal(owner.instances[2], 4);
	assert_int_equal(owner.instances[3], 60);
}

static void test_virtual_is_one(void **state)
{
	struct forward_end end = make(6, 1, 80);

	(void)state;
	forward_ends_begin(&tables);
	assert_int_equal(forward_ends_add(&tables, &end, FWD_END_VIRTUAL, 1), 0);
	assert_int_equal(forward_ends_add(&tables, &end, FWD_END_VIRTUAL, 2), -EEXIST);
	assert_int_equal(forward_ends_add(&tables, &end, FWD_END_REAL, 2), -EEXIST);
	/* What was refused cannot take the other's end away. */
	forward_ends_remove(&tables, &end, 2);
	forward_ends_turn(&tables);
	assert_int_equal(forward_ends_find(&tables, &end).kind, FWD_END_VIRTUAL);
	forward_ends_begin(&tables);
	assert_int_equal(forward_ends_add(&tables, &end, FWD_END_VIRTUAL, 1), 0);
	forward_ends_remove(&tables, &end, 1);
	assert_int_equal(forward_ends_add(&tables, &end, FWD_END_REAL, 2), 0);
}

static void fill(uint8_t family, size_t n)
{
	uint64_t random = family;

	forward_ends_begin(&tables);
	for (size_t i = 0; i < n; i++) {
		struct forward_end end =
			make(family, (uint32_t)random_below(&random, UINT32_MAX), (uint16_t)i);

		assert_int_equal(forward_ends_add(&tables, &end, FWD_END_VIRTUAL, (uint16_t)i + 1),
				 0);
	}
	forward_ends_turn(&tables);
	random = family;
	for (size_t i = 0; i < n; i++) {
		struct forward_end end =
			make(family, (uint32_t)random_below(&random, UINT32_MAX), (uint16_t)i);

		assert_int_equal(forward_ends_find(&tables, &end).instances[0], i + 1);
	}
}

static void test_many(void **state)
{
	(void)state;
	/* There is much to move. */
	fill(4, (size_t)FWD_ENDS4_LINES * FWD_ENDS4 * 9 / 10);
	fill(6, (size_t)FWD_ENDS6_LINES * FWD_ENDS6 * 8 / 10);
}

/* What finds no place leaves all others where they can be found. */
static void test_full(void **state)
{
	const size_t places = (size_t)FWD_ENDS6_LINES * FWD_ENDS6;
	size_t n = 0;
	int r = 0;

	(void)state;
	forward_ends_begin(&tables);
	while (r == 0 && n <= places) {
		struct forward_end end = make(6, (uint32_t)n, 80);

		r = forward_ends_add(&tables, &end, FWD_END_VIRTUAL, (uint16_t)(n % 60000 + 1));
		n += r == 0;
	}
	assert_int_equal(r, -ENOSPC);
	assert_true(n > places / 2);
	forward_ends_turn(&tables);
	for (size_t i = 0; i < n; i++) {
		struct forward_end end = make(6, (uint32_t)i, 80);

		assert_int_equal(forward_ends_find(&tables, &end).instances[0], i % 60000 + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_virtual_is_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
	};

	return cmocka_run_group_tests_name("forward_ends", tests, NULL, NULL);
}
