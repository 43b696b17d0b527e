// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/histogram.h"

static size_t bucket_of(uint64_t ns)
{
	unsigned int top, octave;

	if (ns < 1u << HISTOGRAM_FIRST)
		return 0;
	top = 63 - (unsigned int)__builtin_clzll(ns);
	octave = top - HISTOGRAM_FIRST;
	if (octave >= HISTOGRAM_OCTAVES)
		return HISTOGRAM_BUCKETS - 1;
	return 1 + 4 * octave + (ns >> (top - 2) & 3);
}

void histogram_add(struct histogram *h, uint64_t ns)
{
	h->counts[bucket_of(ns)]++;
	h->sum += ns;
	h->max = ns > h->max ? ns : h->max;
}

uint64_t histogram_bound(size_t bucket)
{
	size_t octave = (bucket + 3) / 4, quarter = (bucket + 3) % 4;

	if (bucket == HISTOGRAM_BUCKETS - 1)
		return UINT64_MAX;
	/* The first bucket ends as if it were the last quarter of the octave before the first. */
	return (5 + quarter) << (HISTOGRAM_FIRST + octave - 3);
}

uint64_t histogram_below(const struct histogram *h, unsigned int power)
{
	uint64_t n = 0;

	for (size_t i = 0; i <= 4 * (size_t)(power - HISTOGRAM_FIRST); i++)
		n += h->counts[i];
	return n;
}

uint64_t histogram_count(const struct histogram *h)
{
	return histogram_below(h, HISTOGRAM_FIRST + HISTOGRAM_OCTAVES) +
	       h->counts[HISTOGRAM_BUCKETS - 1];
}
