/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Times, counted by size: four buckets for each power of two, so that a quantile is known to a
 * fifth. Of fixed size and plain data, so that a message can carry it. Pure.
 */
#ifndef TRIREME_BASE_HISTOGRAM_H
#define TRIREME_BASE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_FIRST 16   /* values below 2^16 ns have one bucket */
#define HISTOGRAM_OCTAVES 15 /* those from 2^31 ns on, too */
#define HISTOGRAM_BUCKETS (2 + 4 * HISTOGRAM_OCTAVES)

struct histogram {
	uint64_t sum, max; /* ns */
	uint64_t counts[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t ns);

/* Values of the bucket are less; UINT64_MAX: it is the last one. */
uint64_t histogram_bound(size_t bucket);

/* How many values were less than 2^power ns, HISTOGRAM_FIRST to HISTOGRAM_FIRST + _OCTAVES. */
uint64_t histogram_below(const struct histogram *h, unsigned int power);
uint64_t histogram_count(const struct histogram *h);

#endif
