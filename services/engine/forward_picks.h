/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How new connections of a service are shared out: its parts of `picks` (bpf/forward.h). */
#ifndef TRIREME_ENGINE_FORWARD_PICKS_H
#define TRIREME_ENGINE_FORWARD_PICKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bpf/forward.h"

/* A real server that takes new connections. */
struct forward_pick {
	uint16_t place;
	uint16_t weight; /* above 0 */
	/* What it is on every router, whatever its place: the same tables come of it. */
	uint64_t identity;
};

/*
 * All parts of *picks; behind the ring's and the list's end there are zeros, and without a real
 * server everywhere. n: at most FWD_LIST_MAX. weighted: as wrr, mh and sh share out; else all are
 * equal.
 */
void forward_picks_make(const struct forward_pick *reals, size_t n, bool weighted,
			struct fwd_picks *picks, uint16_t *ret_n_ring);

/*
 * The hash table becomes dh's: who is asked for this destination (any number that stands for it)
 * is the same real server for all clients.
 */
void forward_picks_single(struct fwd_picks *picks, uint64_t destination);

#endif
