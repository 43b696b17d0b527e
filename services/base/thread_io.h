/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A thread beside a daemon's loop, for calls that wait. */
#ifndef TRIREME_BASE_THREAD_IO_H
#define TRIREME_BASE_THREAD_IO_H

#include <pthread.h>
#include <stddef.h>

/*
 * Runs work(data) with a stack of that many bytes, which locked memory has as a whole. Signals are
 * blocked there: they are for the loop's thread. 0 or -errno (pthread_create(3)).
 */
int thread_start(pthread_t *ret_thread, size_t stack, void *(*work)(void *data), void *data);

#endif
