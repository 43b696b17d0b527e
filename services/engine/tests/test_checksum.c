// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/tests/random.h"
#include "engine/bpf/checksum.h"

#define BELOW (1ULL << 48) /* what fold() takes */

/* Word by word, with the carry around (RFC 1071, 1). */
static uint16_t plain(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* Around the multiples of 0xffff one sum turns into another. */
static void test_edges(void **state)
{
	const uint64_t quotients[] = {0,
				      1,
				      2,
				      0x7fff,
				      0x8000,
				      0xffff,
				      0x10000,
				      0x10001,
				      0xffffffff,
				      0x100000000,
				      BELOW / 0xffff - 1,
				      BELOW / 0xffff};

	(void)state;
	for (size_t i = 0; i < sizeof(quotients) / sizeof(*quotients); i++)
		for (uint64_t sum = quotients[i] * 0xffff, k = 0; k < 0x10001 && sum < BELOW;
		     sum++, k++)
			assert_int_equal(fold(sum), plain(sum));
	assert_int_equal(fold(BELOW - 1), plain(BELOW - 1));
}

static void test_any(void **state)
{
	uint64_t random = 1624;

	(void)state;
	for (uint32_t i = 0; i < 1000000; i++) {
		uint64_t sum = random_below(&random, BELOW >> i % 48);

		assert_int_equal(fold(sum), plain(sum));
	}
}

/* What a change makes of the checksum is what the changed words have. */
static void test_change(void **state)
{
	uint64_t random = 1071;

	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		uint32_t was = (uint32_t)random_below(&random, 1ULL << 32),
			 is = (uint32_t)random_below(&random, 1ULL << 32);
		uint64_t rest = 1 + random_below(&random, 0xffffff);
		uint16_t check = (uint16_t)~plain(rest + was);

		assert_int_equal(checksum_plus(check, difference32(was, is)),
				 (uint16_t)~plain(rest + is));
	}
	/* RFC 1624, 4. */
	assert_int_equal(checksum_plus(0xdd2f, (uint16_t)~0x5555 + 0x3285), 0x0000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
