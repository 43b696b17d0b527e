// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * distance CPU CPU: ns that a line of the caches takes from one processor to the other and back.
 * Of a virtual machine it changes while it runs, as the host moves its processors: between those
 * that share a cache it is a fraction of what it is between others.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/bench/bench.h"

#define TRIPS 1000
#define TRIES 10 /* the quickest counts: a processor is taken away now and then */
#define PATIENCE_NS 1000000000
#define LOOKS 1024 /* between two at the clock */

struct pair {
	_Alignas(64) atomic_uint turn; /* odd: the other's */
	_Alignas(64) atomic_bool over;
	sem_t ready, go; /* neither turns before both have their processor to themselves */
	int cpu, error;	 /* of the other one */
};

static void *answer(void *data)
{
	struct pair *pair = data;
	unsigned int turn;

	pair->error = bench_pin(pair->cpu);
	sem_post(&pair->ready);
	sem_wait(&pair->go);
	while (!atomic_load_explicit(&pair->over, memory_order_relaxed)) {
		turn = atomic_load_explicit(&pair->turn, memory_order_acquire);
		if (turn % 2)
			atomic_store_explicit(&pair->turn, turn + 1, memory_order_release);
	}
	return NULL;
}

/* ns of a round trip, or -ETIMEDOUT. */
static double trips(struct pair *pair, uint64_t until)
{
	uint64_t began = bench_now_ns(), looks;
	int i;

	for (i = 0; i < TRIPS; i++) {
		atomic_fetch_add_explicit(&pair->turn, 1, memory_order_release);
		for (looks = 1; atomic_load_explicit(&pair->turn, memory_order_acquire) % 2;
		     looks++)
			if (looks % LOOKS == 0 && bench_now_ns() > until)
				return -ETIMEDOUT;
	}
	return (double)(bench_now_ns() - began) / TRIPS;
}

static int measure(struct pair *pair, int cpu, double *ret)
{
	uint64_t until;
	double ns = 0;
	int r, i;

	sem_wait(&pair->ready);
	r = pair->error < 0 ? pair->error : bench_pin(cpu);
	sem_post(&pair->go);
	until = bench_now_ns() + PATIENCE_NS;
	for (i = 0; r == 0 && i < TRIES; i++) {
		ns = trips(pair, until);
		if (ns < 0)
			return bench_say((int)ns, "distance");
		if (i == 0 || ns < *ret)
			*ret = ns;
	}
	return r;
}

int bench_distance(int n, char **words)
{
	struct pair pair = {0};
	pthread_t other;
	double ns = 0;
	int r;

	if (n != 2)
		return bench_say(-EINVAL, "distance CPU CPU");
	pair.cpu = (int)strtol(words[1], NULL, 10);
	sem_init(&pair.ready, 0, 0);
	sem_init(&pair.go, 0, 0);
	r = bench_say(-pthread_create(&other, NULL, answer, &pair), "distance");
	if (r < 0)
		return r;
	r = measure(&pair, (int)strtol(words[0], NULL, 10), &ns);
	atomic_store(&pair.over, true);
	pthread_join(other, NULL);
	if (r == 0)
		printf("{\"ns\": %.0f}\n", ns);
	return r;
}
