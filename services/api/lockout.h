/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long somebody who gives wrong passwords has to wait: LOCKOUT_FREE tries cost nothing, then
 * each doubles the time until the next one, up to LOCKOUT_MAX_S. One table for user names, one for
 * clients' addresses. Pure: time is an argument (CLOCK_BOOTTIME, seconds).
 *
 * A table is bounded, and what it forgets to stay so must not let anybody try again: only entries
 * that have been quiet for LOCKOUT_FORGET_S make room. When there is none, all names that are not
 * in the table share one entry: somebody who fills the table can make strangers wait, and no more.
 */
#ifndef TRIREME_API_LOCKOUT_H
#define TRIREME_API_LOCKOUT_H

#include <stddef.h>
#include <stdint.h>

#define LOCKOUT_FREE 5
#define LOCKOUT_MAX_S 300
#define LOCKOUT_FORGET_S 3600
#define LOCKOUT_ENTRIES 1024
#define LOCKOUT_NAME_MAX 64

struct lockout_entry {
	char name[LOCKOUT_NAME_MAX]; /* empty: free; longer ones are cut off */
	uint32_t failures;
	uint64_t last; /* when the last one was, seconds */
};

struct lockout {
	struct lockout_entry entries[LOCKOUT_ENTRIES];
	struct lockout_entry shared; /* of all that find no place */
};

/* Seconds that this name still has to wait; 0: it may try. */
uint32_t lockout_wait(const struct lockout *table, const char *name, uint64_t now);

/*
 * A try begins, and counts as failed until lockout_succeeded() says otherwise: of many that begin
 * at the same time, each counts.
 */
void lockout_try(struct lockout *table, const char *name, uint64_t now);

/* That try was right: it does not count. */
void lockout_take_back(struct lockout *table, const char *name);

/* And all before it are forgotten. */
void lockout_succeeded(struct lockout *table, const char *name);

#endif
