// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/tests/random.h"
#include "engine/forward_picks.h"

static struct fwd_picks picks, other;

/* Places 1 … n, with identities that have nothing to do with them. */
static size_t make(struct forward_pick *reals, const uint16_t *weights, size_t n)
{
	for (size_t i = 0; i < n; i++)
		reals[i] = (struct forward_pick){(uint16_t)(i + 1), weights[i], 1000 + 77 * i};
	return n;
}

static size_t count(const uint16_t *places, size_t n, uint16_t place)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += places[i] == place;
	return found;
}

static void assert_empty(const uint16_t *places, size_t n)
{
	assert_int_equal(count(places, n, 0), n);
}

static void test_none(void **state)
{
	uint16_t n_ring = 1;

	(void)state;
	picks.places[0] = 1;
	forward_picks_make(NULL, 0, true, &picks, &n_ring);
	assert_int_equal(n_ring, 0);
	assert_empty(picks.places, FWD_PICKS);
}

static void test_parts(void **state)
{
	const uint16_t weights[] = {2, 4, 2};
	struct forward_pick reals[3];
	uint16_t n_ring;
	const uint16_t *list = picks.places + FWD_LIST_AT;

	(void)state;
	forward_picks_make(reals, make(reals, weights, 3), true, &picks, &n_ring);
	assert_int_equal(n_ring, 4); /* 1, 2, 1 */
	for (uint16_t i = 0; i < 3; i++)
		assert_int_equal(list[i], i + 1);
	assert_empty(list + 3, FWD_LIST_MAX - 3);
	assert_empty(picks.places + FWD_RING_AT + n_ring, FWD_RING_MAX - n_ring);
	/* Behind the hash table nothing is, up to the ring. */
	assert_empty(picks.places + FWD_HASH_SIZE, FWD_RING_AT - FWD_HASH_SIZE);

	forward_picks_make(reals, 3, false, &picks, &n_ring);
	assert_int_equal(n_ring, 3);
}

/* At any point of the ring each real server is at most one turn off its share. */
static void test_ring_is_smooth(void **state)
{
	const uint16_t weights[] = {5, 1, 3, 7, 2};
	const uint16_t *ring = picks.places + FWD_RING_AT;
	struct forward_pick reals[5];
	uint16_t n_ring;

	(void)state;
	forward_picks_make(reals, make(reals, weights, 5), true, &picks, &n_ring);
	assert_int_equal(n_ring, 18);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(count(ring, n_ring, (uint16_t)(i + 1)), weights[i]);
		for (size_t k = 1; k <= n_ring; k++) {
			long off = (long)count(ring, k, (uint16_t)(i + 1)) * n_ring -
				   (long)(k * weights[i]);

			assert_true(labs(off) < n_ring);
		}
	}
}

/* Weights that would take more turns than the ring has are scaled; nobody is left out. */
static void test_ring_scales(void **state)
{
	static struct forward_pick reals[FWD_LIST_MAX];
	static uint16_t weights[FWD_LIST_MAX];
	const uint16_t *ring = picks.places + FWD_RING_AT;
	uint16_t n_ring;
	size_t n;

	(void)state;
	weights[0] = 65535;
	weights[1] = 1;
	weights[2] = 32767;
	forward_picks_make(reals, make(reals, weights, 3), true, &picks, &n_ring);
	assert_in_range(n_ring, FWD_RING_MAX - 3, FWD_RING_MAX);
	assert_int_equal(count(ring, n_ring, 2), 1);
	assert_in_range(count(ring, n_ring, 1), FWD_RING_MAX * 66 / 100, FWD_RING_MAX * 67 / 100);

	for (size_t i = 0; i < FWD_LIST_MAX; i++)
		weights[i] = (uint16_t)(65535 - i);
	n = make(reals, weights, FWD_LIST_MAX);
	forward_picks_make(reals, n, true, &picks, &n_ring);
	assert_in_range(n_ring, FWD_RING_MAX / 2, FWD_RING_MAX);
	for (uint16_t i = 1; i <= FWD_LIST_MAX; i++) {
		assert_true(count(ring, n_ring, i) > 0);
		assert_true(count(picks.places, FWD_HASH_SIZE, i) > 0);
	}
}

/* Within 2 % of the table of what the weights say: Maglev's entries differ by one round. */
static void test_hash_by_weight(void **state)
{
	const uint16_t weights[] = {10, 20, 30, 40};
	struct forward_pick reals[4];
	uint16_t n_ring;

	(void)state;
	forward_picks_make(reals, make(reals, weights, 4), true, &picks, &n_ring);
	for (uint16_t i = 0; i < 4; i++)
		assert_in_range(count(picks.places, FWD_HASH_SIZE, (uint16_t)(i + 1)),
				FWD_HASH_SIZE * (weights[i] - 2u) / 100,
				FWD_HASH_SIZE * (weights[i] + 2u) / 100);
	forward_picks_make(reals, 4, false, &picks, &n_ring);
	for (uint16_t i = 1; i <= 4; i++)
		assert_in_range(count(picks.places, FWD_HASH_SIZE, i), FWD_HASH_SIZE / 4,
				FWD_HASH_SIZE / 4 + 1);
}

/* The clients of the others stay where they are, but for a few. */
static void test_hash_little_disruption(void **state)
{
	const uint16_t weights[] = {1, 1, 1, 1, 1, 1, 1, 1};
	struct forward_pick reals[8];
	uint16_t n_ring;
	size_t moved = 0;

	(void)state;
	forward_picks_make(reals, make(reals, weights, 8), true, &picks, &n_ring);
	reals[3] = reals[7];
	forward_picks_make(reals, 7, true, &other, &n_ring);
	for (size_t i = 0; i < FWD_HASH_SIZE; i++) {
		if (picks.places[i] == 4)
			assert_int_not_equal(other.places[i], 4);
		else
			moved += picks.places[i] != other.places[i];
	}
	assert_in_range(moved, 0, FWD_HASH_SIZE / 10);
}

/* Another router's places are others, its table is the same. */
static void test_hash_same_everywhere(void **state)
{
	const uint16_t weights[] = {3, 1, 2};
	struct forward_pick reals[3];
	uint16_t n_ring;

	(void)state;
	forward_picks_make(reals, make(reals, weights, 3), true, &picks, &n_ring);
	for (size_t i = 0; i < 3; i++)
		reals[i].place = (uint16_t)(reals[i].place + 100);
	forward_picks_make(reals, 3, true, &other, &n_ring);
	for (size_t i = 0; i < FWD_HASH_SIZE; i++)
		assert_int_equal(other.places[i], picks.places[i] + 100);
}

/* dh: one for all clients; addresses are spread over the real servers. */
static void test_single(void **state)
{
	const uint16_t weights[] = {1, 1, 1, 1};
	size_t chosen[5] = {0};
	struct forward_pick reals[4];
	uint64_t random = 1;
	uint16_t n_ring;

	(void)state;
	make(reals, weights, 4);
	for (size_t i = 0; i < 100; i++) {
		uint16_t first;

		forward_picks_make(reals, 4, false, &picks, &n_ring);
		forward_picks_single(&picks, random_below(&random, UINT32_MAX));
		first = picks.places[0];
		assert_in_range(first, 1, 4);
		assert_int_equal(count(picks.places, FWD_HASH_SIZE, first), FWD_HASH_SIZE);
		chosen[first]++;
	}
	for (size_t i = 1; i <= 4; i++)
		assert_true(chosen[i] > 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_ring_is_smooth),
		cmocka_unit_test(test_ring_scales),
		cmocka_unit_test(test_hash_by_weight),
		cmocka_unit_test(test_hash_little_disruption),
		cmocka_unit_test(test_hash_same_everywhere),
		cmocka_unit_test(test_single),
	};

	return cmocka_run_group_tests_name("forward_picks", tests, NULL, NULL);
}
