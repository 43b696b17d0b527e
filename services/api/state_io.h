/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the daemons for the node's state. */
#ifndef TRIREME_API_STATE_IO_H
#define TRIREME_API_STATE_IO_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "api/directory.h"

#define STATE_LIFE_MS 500  /* a snapshot serves all who ask within that time */
#define STATE_WAIT_MS 1000 /* for each daemon, all at the same time */

struct state_cache {
	pthread_mutex_t lock;
	char *members; /* state_members(); NULL: none yet */
	size_t size;
	uint64_t made; /* CLOCK_BOOTTIME, ns */
};

/* What the directory and files of the machine say; borrowed during the call. */
struct state_source {
	const char *node, *version;
	const struct config_group *groups;
	size_t n_groups;
	bool has_resources; /* some resource follows a group */
};

void state_open(struct state_cache *ret_cache);

/*
 * The members of the state (state.h), of now or of a moment ago; *ret_members is the caller's. A
 * daemon that does not answer is a part of the state, not an error. -ENOMEM, -EFBIG. For threads.
 */
int state_get(struct state_cache *cache, const struct state_source *source, char **ret_members);

/* The next one asks anew: something was changed. */
void state_forget(struct state_cache *cache);

void state_close(struct state_cache *cache);

#endif
