// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/clock_io.h"

#include <time.h>

uint64_t clock_boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

int64_t clock_wall_ns(void)
{
	struct timespec ts;
	struct tm tm = {0};

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	return ((int64_t)ts.tv_sec + tm.tm_gmtoff) * (int64_t)NSEC_PER_SEC + ts.tv_nsec -
	       (int64_t)clock_boot_ns();
}
