/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What trireme-watchdog tells of itself: a file that it maps before it gives up root, written anew
 * every second. A reader may see one field newer than another. Pure.
 */
#ifndef TRIREME_PROTO_WATCHDOG_REPORT_H
#define TRIREME_PROTO_WATCHDOG_REPORT_H

#include <assert.h>
#include <stdint.h>

#include "base/text.h"

#define WATCHDOG_REPORT_FILE "/run/trireme/watchdog.report"
#define WATCHDOG_REPORT_VERSION 1
#define WATCHDOG_SILENT_NS 5000000000ULL /* older than that: nobody writes it any more */

/* Of the failover agent, as the watchdog sees it. */
enum watchdog_verdict {
	WATCHDOG_PET,
	WATCHDOG_HUNG,
	WATCHDOG_GONE,
	WATCHDOG_CRASHING, /* again and again */
};

struct watchdog_report {
	uint32_t version;
	uint32_t verdict;   /* enum watchdog_verdict */
	uint64_t told;	    /* when it was written, CLOCK_BOOTTIME in ns */
	uint32_t timeout_s; /* of the device */
	int32_t error;	    /* of the last petting: 0 or -errno */
	uint32_t enabled;   /* by the configuration */
	uint32_t pad;
	char device[64]; /* empty: there is none */
};

static_assert(sizeof(struct watchdog_report) == 96, "no hidden padding");

/* A number keeps its meaning. */
enum watchdog_standing {
	WATCHDOG_PETTED,
	WATCHDOG_NOT_PETTED, /* the machine restarts */
	WATCHDOG_OFF,	     /* by the configuration */
	WATCHDOG_NONE,	     /* there is no device */
	WATCHDOG_SILENT,     /* trireme-watchdog does not run */
};

/* "the agent hangs", … */
const char *watchdog_text(uint32_t verdict);

/*
 * report: size bytes of the file; NULL: there is none. now: CLOCK_BOOTTIME in ns. why gets a
 * sentence unless it is petted.
 */
enum watchdog_standing watchdog_standing(const void *report, size_t size, uint64_t now,
					 struct text *why);

/* "petted", "not-petted", "off", "none", "silent" */
const char *watchdog_word(enum watchdog_standing standing);

#endif
