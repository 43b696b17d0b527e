// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/gate_io.h"

#include <errno.h>

#include "api/wait_io.h"
#include "base/clock_io.h"

void gate_open(struct gate *ret_gate, size_t places)
{
	*ret_gate = (struct gate){.places = places};
	pthread_mutex_init(&ret_gate->lock, NULL);
	pthread_cond_init(&ret_gate->left, NULL);
}

/* A free place, else the one that has been taken for longest. Under the lock. */
static size_t first_place(const struct gate *gate)
{
	size_t first = 0;

	for (size_t i = 1; i < gate->places; i++) {
		if (gate->since[i] < gate->since[first])
			first = i;
	}
	return first;
}

/* Until one leaves, or has been inside for too long. Under the lock. */
static int wait_for_place(struct gate *gate, uint64_t since)
{
	uint64_t now = clock_boot_ns(), end = since + GATE_PATIENCE_MS * NSEC_PER_MSEC;
	struct timespec due;

	if (now >= end)
		return -ETIMEDOUT;
	due = wait_due(end - now);
	return wait_until(&gate->left, &gate->lock, &due);
}

int gate_enter(struct gate *gate, size_t *ret_place)
{
	size_t place;
	int r = 0;

	pthread_mutex_lock(&gate->lock);
	while (gate->since[place = first_place(gate)] && r == 0)
		r = wait_for_place(gate, gate->since[place]);
	if (!gate->since[place])
		r = 0;
	if (r == 0)
		gate->since[place] = clock_boot_ns();
	pthread_mutex_unlock(&gate->lock);
	if (r < 0)
		return -EBUSY;
	*ret_place = place;
	return 0;
}

void gate_leave(struct gate *gate, size_t place)
{
	pthread_mutex_lock(&gate->lock);
	gate->since[place] = 0;
	pthread_cond_signal(&gate->left);
	pthread_mutex_unlock(&gate->lock);
}
