// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_picks.h"

#include <assert.h>
#include <string.h>

static_assert(FWD_LIST_MAX <= FWD_HASH_SIZE && FWD_LIST_MAX <= FWD_RING_MAX,
	      "every real server has a place in each part");

/* One real server's way through the hash table: from offset on, in steps of skip. */
struct walk {
	uint32_t at, skip;
	uint32_t turns; /* entries in each round */
};

static uint32_t divisor(uint32_t a, uint32_t b)
{
	while (b) {
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/*
 * Weights in their lowest terms; where their sum is above max, scaled down to it, each of at least
 * 1: n is not above max. Returns the sum.
 */
static uint32_t scale(const struct forward_pick *reals, size_t n, bool weighted, uint32_t max,
		      uint32_t *ret_weights)
{
	uint64_t sum = 0, spare = max - n;
	uint32_t common = 0, total = 0;

	for (size_t i = 0; i < n; i++) {
		ret_weights[i] = weighted ? reals[i].weight : 1;
		common = divisor(ret_weights[i], common);
		sum += ret_weights[i];
	}
	for (size_t i = 0; i < n; i++) {
		if (sum / common > max)
			ret_weights[i] = 1 + (uint32_t)(ret_weights[i] * spare / sum);
		else
			ret_weights[i] /= common;
		total += ret_weights[i];
	}
	return total;
}

/*
 * Maglev (Eisenbud et al., NSDI 2016, 3.4); weights as IPVS has them (net/netfilter/ipvs/
 * ip_vs_mh.c): in each round a real server takes as many entries as its weight in lowest terms.
 */
static void fill_hash(const struct forward_pick *reals, size_t n, bool weighted, uint16_t *hash)
{
	struct walk walks[FWD_LIST_MAX];
	uint32_t weights[FWD_LIST_MAX], filled = 0;

	scale(reals, n, weighted, FWD_HASH_SIZE, weights);
	for (size_t i = 0; i < n; i++) {
		uint64_t mixed = fwd_mix(reals[i].identity, 0);

		walks[i] = (struct walk){(uint32_t)mixed % FWD_HASH_SIZE,
					 (uint32_t)(mixed >> 32) % (FWD_HASH_SIZE - 1) + 1,
					 weights[i]};
	}
	for (size_t i = 0; filled < FWD_HASH_SIZE; i = (i + 1) % n) {
		struct walk *w = &walks[i];

		for (uint32_t k = 0; k < w->turns && filled < FWD_HASH_SIZE; k++, filled++) {
			while (hash[w->at]) {
				w->at += w->skip;
				if (w->at >= FWD_HASH_SIZE)
					w->at -= FWD_HASH_SIZE;
			}
			hash[w->at] = reals[i].place;
		}
	}
}

/* Each real server's turns lie as far from each other as they can (nginx's smooth round robin). */
static uint16_t fill_ring(const struct forward_pick *reals, size_t n, bool weighted, uint16_t *ring)
{
	uint32_t weights[FWD_LIST_MAX], total = scale(reals, n, weighted, FWD_RING_MAX, weights);
	int64_t credit[FWD_LIST_MAX] = {0};

	for (uint32_t at = 0; at < total; at++) {
		size_t best = 0;

		for (size_t i = 0; i < n; i++) {
			credit[i] += weights[i];
			if (credit[i] > credit[best])
				best = i;
		}
		credit[best] -= total;
		ring[at] = reals[best].place;
	}
	return (uint16_t)total;
}

void forward_picks_make(const struct forward_pick *reals, size_t n, bool weighted,
			struct fwd_picks *picks, uint16_t *ret_n_ring)
{
	uint16_t *places = picks->places;

	memset(picks, 0, sizeof(*picks));
	*ret_n_ring = 0;
	if (n == 0)
		return;
	fill_hash(reals, n, weighted, places);
	*ret_n_ring = fill_ring(reals, n, weighted, places + FWD_RING_AT);
	for (size_t i = 0; i < n; i++)
		places[FWD_LIST_AT + i] = reals[i].place;
}

void forward_picks_single(struct fwd_picks *picks, uint64_t destination)
{
	uint16_t place = picks->places[fwd_mix(destination, 0) % FWD_HASH_SIZE];

	for (size_t i = 0; i < FWD_HASH_SIZE; i++)
		picks->places[i] = place;
}
