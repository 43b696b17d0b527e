// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/thread_io.h"

#include <signal.h>

int thread_start(pthread_t *ret_thread, size_t stack, void *(*work)(void *data), void *data)
{
	pthread_attr_t attributes;
	sigset_t all, old;
	int r = pthread_attr_init(&attributes);

	if (r != 0)
		return -r;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	r = pthread_attr_setstacksize(&attributes, stack);
	if (r == 0)
		r = pthread_create(ret_thread, &attributes, work, data);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	return -r;
}
