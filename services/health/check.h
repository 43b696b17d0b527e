/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of one check: when to connect next, and what the results mean. Times are nanoseconds
 * of clock_boot_ns().
 *
 * A verdict changes after `fall` failures or `rise` successes in a row. Before the first verdict
 * one success is enough, and after a failure the next try comes soon: who starts wants to know.
 */
#ifndef TRIREME_HEALTH_CHECK_H
#define TRIREME_HEALTH_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/engine_ipc.h"

/* The longest wait for the next try as long as there is no verdict. */
#define CHECK_RETRY_NS 200000000ULL
/* First checks of many real servers are spread over their interval, but at most over this. */
#define CHECK_SPREAD_NS 1000000000ULL

struct check_rules {
	uint32_t interval, timeout; /* milliseconds */
	uint8_t fall, rise;
};

struct check {
	struct check_rules rules;
	enum engine_health verdict;
	bool running;
	uint64_t next;	  /* not running: when to start */
	uint64_t started; /* running: when it was started; it ends timeout later */
	uint8_t row;	  /* results in a row that speak against the verdict */
};

/* The index-th of count checks that begin together at now: the 0-th at once. */
void check_init(struct check *check, const struct check_rules *rules, uint32_t index,
		uint32_t count, uint64_t now);

/* When the check wants to be looked at again. */
uint64_t check_due(const struct check *check);

void check_start(struct check *check, uint64_t now);

/* The running check has ended; true: the verdict is another now. */
bool check_end(struct check *check, bool good, uint64_t now);

#endif
