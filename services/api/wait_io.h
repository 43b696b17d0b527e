/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for a condition, however the wall clock is set meanwhile. */
#ifndef TRIREME_API_WAIT_IO_H
#define TRIREME_API_WAIT_IO_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* So many nanoseconds from now on, of CLOCK_MONOTONIC. */
struct timespec wait_due(uint64_t ns);

/* As pthread_cond_wait(3), with a start for nothing now and then. -ETIMEDOUT: it is that time. */
int wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *due);

#endif
