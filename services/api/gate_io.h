/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking a daemon that may hang: a few workers at a time do, and once that takes long, others do
 * not even wait. So there is always a worker for what that daemon is not needed for.
 */
#ifndef TRIREME_API_GATE_IO_H
#define TRIREME_API_GATE_IO_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define GATE_PLACES_MAX 4
/* Whoever is inside for longer is not waited for, ms. A document of the largest size takes 20. */
#define GATE_PATIENCE_MS 1000

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t left;
	size_t places;			 /* of since */
	uint64_t since[GATE_PLACES_MAX]; /* when who is inside came, ns since boot; 0: free */
};

/* places: 1 to GATE_PLACES_MAX */
void gate_open(struct gate *ret_gate, size_t places);

/*
 * Waits for a place, as long as those who have one have not been inside for long. 0: *ret_place is
 * to be left by gate_leave(); -EBUSY. For threads.
 */
int gate_enter(struct gate *gate, size_t *ret_place);
void gate_leave(struct gate *gate, size_t place);

#endif
