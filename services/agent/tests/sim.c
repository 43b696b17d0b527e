// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/tests/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/tests/random.h"

#define HEAP_MAX 16384
#define BLOCK_BYTES 65536

struct sim_block {
	struct sim_block *next;
	size_t used;
	uint64_t words[BLOCK_BYTES / sizeof(uint64_t)];
};

uint64_t sim_random(struct sim *sim, uint64_t below)
{
	return random_below(&sim->random, below);
}

bool sim_chance(struct sim *sim, unsigned int percent)
{
	return sim_random(sim, 100) < percent;
}

uint64_t sim_between(struct sim *sim, uint64_t low_us, uint64_t high_us)
{
	return (low_us + sim_random(sim, high_us - low_us + 1)) * 1000;
}

static void *need(void *p)
{
	if (!p)
		abort();
	return p;
}

void *sim_keep(struct sim *sim, const void *data, size_t size)
{
	size_t words = (size + sizeof(uint64_t) - 1) / sizeof(uint64_t);
	struct sim_block *b = sim->blocks;
	void *copy;

	if (!b || b->used + words > ARRAY_SIZE(b->words)) {
		b = need(malloc(sizeof(*b)));
		b->next = sim->blocks;
		b->used = 0;
		sim->blocks = b;
	}
	copy = memcpy(&b->words[b->used], data, size);
	b->used += words;
	return copy;
}

void sim_say(struct sim *sim, const char *format, ...)
{
	va_list args;

	if (!sim->verbose)
		return;
	printf("%9.3f ms  ", (double)sim->now / NSEC_PER_MSEC);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void sim_at(struct sim *sim, uint64_t delay, void (*run)(struct sim_event *e), size_t node,
	    struct sim_ring *ring, size_t index)
{
	struct sim_event e = {.at = sim->now + delay,
			      .order = sim->order++,
			      .run = run,
			      .sim = sim,
			      .node = node,
			      .ring = ring,
			      .index = index};
	size_t at = sim->n_heap++;

	if (sim->n_heap > HEAP_MAX)
		abort();
	while (at > 0 && before(&e, &sim->heap[(at - 1) / 2])) {
		sim->heap[at] = sim->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	sim->heap[at] = e;
}

static struct sim_event take_first(struct sim *sim)
{
	struct sim_event first = sim->heap[0], last = sim->heap[--sim->n_heap];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < sim->n_heap) {
		if (child + 1 < sim->n_heap && before(&sim->heap[child + 1], &sim->heap[child]))
			child++;
		if (!before(&sim->heap[child], &last))
			break;
		sim->heap[at] = sim->heap[child];
		at = child;
	}
	sim->heap[at] = last;
	return first;
}

void sim_run(struct sim *sim, uint64_t until)
{
	while (sim->n_heap && sim->heap[0].at <= until && !sim->violated) {
		struct sim_event e = take_first(sim);

		sim->now = e.at;
		e.run(&e);
	}
	if (!sim->violated)
		sim->now = until;
}

struct sim *sim_new(uint64_t seed, size_t n_routers, size_t n_nodes,
		    const struct lease_timing *timing)
{
	struct sim *sim = need(calloc(1, sizeof(*sim)));

	sim->random = seed * 0x9e3779b97f4a7c15ULL + 0x1234567;
	sim->n_routers = n_routers;
	sim->n_nodes = n_nodes;
	sim->timing = sim->config.timing = *timing;
	memset(sim->config.priorities, 100, sizeof(sim->config.priorities));
	sim->heap = need(malloc(HEAP_MAX * sizeof(*sim->heap)));
	sim->now = 1000 * NSEC_PER_SEC;
	sim->next_pid = 100;
	for (size_t i = 0; i < n_nodes; i++) {
		struct sim_node *n = &sim->nodes[i];

		n->drift_ppm = sim_chance(sim, 30) ? (sim_chance(sim, 50) ? 1000 : -1000)
						   : (int64_t)sim_random(sim, 2001) - 1000;
		n->offset = (int64_t)sim_random(sim, 500) * (int64_t)NSEC_PER_SEC;
		n->port_ok = true;
		n->hears = UINT32_MAX;
		n->config = sim->config;
		n->cpg.items = need(malloc(SIM_QUEUE_MAX * sizeof(struct sim_input)));
		n->quorum.items = need(malloc(SIM_QUEUE_MAX * sizeof(struct sim_input)));
		n->pending = need(malloc(SIM_QUEUE_MAX * sizeof(struct sim_entry)));
		n->actions = need(malloc(sizeof(*n->actions)));
		n->actions->n = n->actions->n_logs = 0;
	}
	return sim;
}

void sim_free(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		free(sim->nodes[i].cpg.items);
		free(sim->nodes[i].quorum.items);
		free(sim->nodes[i].pending);
		free(sim->nodes[i].actions);
	}
	for (size_t i = 0; i < sim->n_rings; i++) {
		free(sim->rings[i]->entries);
		free(sim->rings[i]);
	}
	for (struct sim_block *b = sim->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(sim->heap);
	free(sim);
}
