/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scope-bound clean-up with the compiler's cleanup attribute: a variable marked `_cleanup_(f)`
 * is handed to f when its scope ends. Every clean-up function accepts the empty value.
 */
#ifndef TRIREME_BASE_CLEANUP_H
#define TRIREME_BASE_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)

/* Moves ownership out of a cleanup variable: returns the pointer and empties the variable. */
#define take_ptr(p)                         \
	({                                  \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	})

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
