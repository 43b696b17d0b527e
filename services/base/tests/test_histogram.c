// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/histogram.h"

/* In which bucket a value is; it must be in one alone. */
static size_t place(uint64_t ns)
{
	struct histogram h = {0};
	size_t at = HISTOGRAM_BUCKETS;

	histogram_add(&h, ns);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		if (!h.counts[i])
			continue;
		assert_int_equal(at, HISTOGRAM_BUCKETS);
		assert_int_equal(h.counts[i], 1);
		at = i;
	}
	return at;
}

static void every_bound_parts_two_buckets(void **state)
{
	(void)state;
	assert_int_equal(place(0), 0);
	for (size_t i = 0; i + 1 < HISTOGRAM_BUCKETS; i++) {
		assert_int_equal(place(histogram_bound(i) - 1), i);
		assert_int_equal(place(histogram_bound(i)), i + 1);
	}
	assert_int_equal(place(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
	assert_true(histogram_bound(0) == 1 << HISTOGRAM_FIRST);
	assert_true(histogram_bound(HISTOGRAM_BUCKETS - 1) == UINT64_MAX);
}

static void quarters_of_an_octave(void **state)
{
	(void)state;
	for (size_t i = 1; i + 2 < HISTOGRAM_BUCKETS; i++)
		assert_true(histogram_bound(i) * 4 <= histogram_bound(i - 1) * 5);
	assert_true(histogram_bound(HISTOGRAM_BUCKETS - 2) ==
		    1ull << (HISTOGRAM_FIRST + HISTOGRAM_OCTAVES));
}

static void counts_below_powers_of_two(void **state)
{
	struct histogram h = {0};

	(void)state;
	for (unsigned int power = HISTOGRAM_FIRST - 1; power < 34; power++)
		histogram_add(&h, 1ull << power);
	assert_int_equal(histogram_below(&h, HISTOGRAM_FIRST), 1);
	assert_int_equal(histogram_below(&h, HISTOGRAM_FIRST + 1), 2);
	assert_int_equal(histogram_below(&h, HISTOGRAM_FIRST + HISTOGRAM_OCTAVES),
			 1 + HISTOGRAM_OCTAVES);
	assert_int_equal(histogram_count(&h), 34 - HISTOGRAM_FIRST + 1);
	assert_true(h.max == 1ull << 33);
	assert_true(h.sum == (1ull << 34) - (1ull << (HISTOGRAM_FIRST - 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_bound_parts_two_buckets),
		cmocka_unit_test(quarters_of_an_octave),
		cmocka_unit_test(counts_below_powers_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
