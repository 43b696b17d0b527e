/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that had secrets is overwritten before it is free: scope-bound as in cleanup.h. */
#ifndef TRIREME_BASE_WIPE_H
#define TRIREME_BASE_WIPE_H

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* A block of malloc(3), or NULL; as json_set_alloc_funcs() takes it, too. */
static inline void wipe_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

static inline void wipe_freep(void *p)
{
	wipe_free(*(void **)p);
}

#define _cleanup_wipe_ _cleanup_(wipe_freep)

#endif
