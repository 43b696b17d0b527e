/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one clock of every daemon: CLOCK_BOOTTIME, which goes on during suspend and never steps
 * (clock_gettime(2)). Pure code gets the result as an argument.
 */
#ifndef TRIREME_BASE_CLOCK_IO_H
#define TRIREME_BASE_CLOCK_IO_H

#include <stdint.h>

#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_SEC 1000000000ULL

/* Nanoseconds since boot; cannot fail on Linux. */
uint64_t clock_boot_ns(void);

/*
 * What the wall clock of the machine's time zone is ahead of it: for people's eyes. The zone is
 * read once; tzset(3) reads it anew.
 */
int64_t clock_wall_ns(void);

#endif
