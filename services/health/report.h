/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the engine is to be told what. Every verdict is told when it changes, and again from time
 * to time: an engine that has just read another configuration, or has restarted without the
 * connection noticing, learns all verdicts within REPORT_ROUND.
 */
#ifndef TRIREME_HEALTH_REPORT_H
#define TRIREME_HEALTH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "health/targets.h"

#define REPORT_ROUND 5 /* calls of report_refresh() that forget every acknowledgement once */
#define RECONNECT_FIRST_NS 100000000ULL
#define RECONNECT_MAX_NS 1000000000ULL

static_assert(RECONNECT_MAX_NS <= ENGINE_GRACE_NS / 4, "an engine that restarts hears in time");

/* Whether this subscriber's verdict still has to be told. */
bool report_due(const struct targets *targets, const struct subscriber *subscriber);

/* Forgets the acknowledgements of the next share of subscribers; *cursor is the caller's. */
void report_refresh(struct targets *targets, size_t *cursor);

/* After a new connection: the engine knows nothing. */
void report_forget(struct targets *targets);

/* The wait before the next try to connect; *wait is 0 after a success. */
uint64_t report_backoff(uint64_t *wait);

#endif
