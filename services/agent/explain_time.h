/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times of explanations in words. Pure. */
#ifndef TRIREME_AGENT_EXPLAIN_TIME_H
#define TRIREME_AGENT_EXPLAIN_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPLAIN_TIME_MAX 32 /* bytes of any of them */

struct explain_clock {
	uint64_t now; /* CLOCK_BOOTTIME, ns */
	int64_t wall; /* what the wall clock of this place is ahead of it, ns */
};

/* "12:03:11", of another day "2026-11-28 12:03:11"; at: CLOCK_BOOTTIME. buf is returned. */
const char *explain_moment(const struct explain_clock *clock, uint64_t at, char *buf, size_t size);
/* The same with tenths of a second: for what is over soon. */
const char *explain_instant(const struct explain_clock *clock, uint64_t at, char *buf, size_t size);
/* "850 ms", "12 s", "4 min", "3 h" */
const char *explain_span(uint64_t ns, char *buf, size_t size);

#endif
