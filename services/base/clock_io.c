// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock_io.h"

#include <time.h>

uint64_t clock_boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}
