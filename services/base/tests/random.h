/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of a seed, so that a test can be repeated: xorshift64* (Marsaglia; Vigna). */
#ifndef TRIREME_BASE_TESTS_RANDOM_H
#define TRIREME_BASE_TESTS_RANDOM_H

#include <stdint.h>

/* state: the seed, not 0, and from then on its own. 0 to below - 1; below 0: 0. */
static inline uint64_t random_below(uint64_t *state, uint64_t below)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return below ? (*state * 0x2545f4914f6cdd1dULL >> 16) % below : 0;
}

#endif
