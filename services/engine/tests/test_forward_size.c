// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/bpf/forward.h"
#include "engine/forward_size.h"

#define MIB (UINT64_C(1) << 20)

static uint64_t bytes(struct forward_size size)
{
	return ((uint64_t)size.lines4 + size.lines6) * FWD_LINE;
}

/* Twice as many places as flows, however much there is. */
static void test_plenty(void **state)
{
	struct forward_size size = forward_size(1024 * 1024 * MIB);

	(void)state;
	assert_int_equal(size.lines4 * FWD_FLOWS4, 2 * FORWARD_FLOWS_MAX);
	assert_int_equal(size.lines6, size.lines4 / 2);
	assert_int_equal(bytes(size), 48 * MIB);
	assert_int_equal(bytes(forward_size(384 * MIB)), 48 * MIB);
}

static void test_an_eighth(void **state)
{
	(void)state;
	for (uint64_t ram = 8 * MIB; ram < 384 * MIB; ram += 5 * MIB) {
		struct forward_size size = forward_size(ram);

		assert_true(bytes(size) <= ram / 8);
		assert_true(bytes(size) > ram / 16 - 1);
		assert_int_equal(size.lines4 & (size.lines4 - 1), 0);
		assert_int_equal(size.lines6 & (size.lines6 - 1), 0);
	}
}

static void test_least(void **state)
{
	(void)state;
	assert_int_equal(forward_size(0).lines6, FORWARD_LINES_MIN);
	assert_int_equal(forward_size(0).lines4, 2 * FORWARD_LINES_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plenty),
		cmocka_unit_test(test_an_eighth),
		cmocka_unit_test(test_least),
	};

	return cmocka_run_group_tests_name("forward_size", tests, NULL, NULL);
}
