// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/wait_io.h"

#include "base/clock_io.h"

struct timespec wait_due(uint64_t ns)
{
	struct timespec due;

	clock_gettime(CLOCK_MONOTONIC, &due);
	ns += (uint64_t)due.tv_nsec;
	due.tv_sec += (time_t)(ns / NSEC_PER_SEC);
	due.tv_nsec = (long)(ns % NSEC_PER_SEC);
	return due;
}

int wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *due)
{
	return -pthread_cond_clockwait(condition, lock, CLOCK_MONOTONIC, due);
}
