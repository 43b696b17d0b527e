// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock_io.h"
#include "base/tests/random.h"
#include "config/tests/replica_sim_internal.h"

static char report[320];
static uint64_t commits;

const char *replica_sim_report(void)
{
	return report;
}

uint64_t replica_sim_commits(void)
{
	return commits;
}

uint64_t sim_random(struct sim *sim, uint64_t below)
{
	return random_below(&sim->random, below);
}

bool sim_chance(struct sim *sim, unsigned int percent)
{
	return sim_random(sim, 100) < percent;
}

void sim_violate(struct sim *sim, const char *format, ...)
{
	size_t used;
	va_list args;

	if (sim->violated)
		return;
	sim->violated = true;
	used = (size_t)snprintf(report, sizeof(report),
				"seed %llu, %.3f ms: ", (unsigned long long)sim->seed,
				(double)sim->now / NSEC_PER_MSEC);
	va_start(args, format);
	vsnprintf(report + used, sizeof(report) - used, format, args);
	va_end(args);
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

bool sim_number_fits(struct sim *sim, uint64_t number)
{
	if (number > 0 && number < SIM_LOG_MAX)
		return true;
	sim_violate(sim, "revision %llu", (unsigned long long)number);
	return false;
}

/* One thing that can happen at a node. */
static bool happen(struct sim *sim, size_t node, uint64_t what)
{
	struct sim_node *n = &sim->nodes[node];

	if (!n->alive)
		return false;
	switch (what) {
	case 0:
		if (!n->n_pending)
			return false;
		sim_ring_order(sim, node);
		return true;
	case 1:
		if (!n->storing || sim_chance(sim, 40))
			return n->storing;
		sim_node_store(sim, node);
		return true;
	case 2:
		if (!n->checking)
			return false;
		sim_node_check(sim, node);
		return true;
	case 3:
		return sim_ring_verdict(sim, node);
	default:
		return sim_ring_deliver(sim, node);
	}
}

static uint64_t deadline(const struct sim *sim)
{
	uint64_t at = UINT64_MAX;

	for (size_t i = 0; i < sim->n; i++) {
		const struct sim_node *n = &sim->nodes[i];
		uint64_t own;

		if (!n->alive)
			continue;
		own = replica_deadline(n->replica);
		if (confirm_deadline(&n->confirm) < own)
			own = confirm_deadline(&n->confirm);
		if (own < at)
			at = own;
	}
	return at;
}

static void tick_due(struct sim *sim)
{
	for (size_t i = 0; i < sim->n && !sim->violated; i++) {
		struct sim_node *n = &sim->nodes[i];

		if (n->alive && (replica_deadline(n->replica) <= sim->now ||
				 confirm_deadline(&n->confirm) <= sim->now))
			sim_node_tick(sim, i);
	}
}

/* A step: something at a random node; if nothing can happen anywhere, time goes on. */
static void step(struct sim *sim)
{
	size_t first = sim_random(sim, sim->n);
	uint64_t what = sim_random(sim, 8);
	uint64_t at;

	for (size_t k = 0; k < 8 * sim->n && !sim->violated; k++) {
		if (!happen(sim, (first + k) % sim->n, (what + k / sim->n) % 8))
			continue;
		sim->now += sim_random(sim, 2 * NSEC_PER_MSEC);
		tick_due(sim);
		return;
	}
	at = deadline(sim);
	sim->now = at > sim->now + NSEC_PER_SEC ? sim->now + NSEC_PER_SEC
						: (at > sim->now ? at : sim->now + 1);
	tick_due(sim);
}

static size_t living(const struct sim *sim)
{
	size_t count = 0;

	for (size_t i = 0; i < sim->n; i++)
		count += sim->nodes[i].alive;
	return count;
}

static void part(struct sim *sim)
{
	if (sim->two_node)
		return;
	for (size_t i = 0; i < sim->n; i++)
		sim->nodes[i].component = (int)sim_random(sim, 2);
	sim->device_side = (int)sim_random(sim, 2);
	sim_say(sim, "parted; the device is with %d", sim->device_side);
}

static void merge(struct sim *sim)
{
	for (size_t i = 0; i < sim->n; i++)
		sim->nodes[i].component = 0;
	sim->device_side = 0;
	sim_say(sim, "merged");
}

static void fault(struct sim *sim)
{
	size_t node = sim_random(sim, sim->n);

	switch (sim_random(sim, 7)) {
	case 0:
		part(sim);
		break;
	case 1:
		merge(sim);
		break;
	case 2:
	case 3:
		if (sim->nodes[node].alive && living(sim) > 1)
			sim_node_kill(sim, node);
		/* The device's vote is the survivor's. */
		if (sim->n == 2 && living(sim) == 1)
			sim->device_side = sim->nodes[sim->nodes[0].alive ? 0 : 1].component;
		break;
	case 4:
		if (!sim->nodes[node].alive)
			sim_node_start(sim, node);
		break;
	case 5:
		sim_node_prune(sim, node);
		break;
	default:
		sim_ring_device(sim);
	}
	/* Two nodes learn of it together. */
	if (sim->n == 2)
		sim_ring_form(sim);
}

static bool is_settled(const struct sim *sim)
{
	const struct replica *first = sim->nodes[0].replica;

	for (size_t i = 0; i < sim->n; i++) {
		const struct sim_node *n = &sim->nodes[i];

		if (!n->replica->current || !replica_open(n->replica) || n->storing || n->local ||
		    n->replica->proposal.stage != REPLICA_NONE ||
		    replica_unconfirmed(&n->replica->head) || n->replica->client.active ||
		    !replica_same(&n->replica->head.id, &first->head.id))
			return false;
	}
	return true;
}

static void heal(struct sim *sim)
{
	sim->calm = true;
	for (size_t i = 0; i < sim->n; i++)
		if (!sim->nodes[i].alive)
			sim_node_start(sim, i);
	merge(sim);
	for (int i = 0; i < 4 && !sim_ring_stable(sim); i++)
		sim_ring_form(sim);
}

static bool settle(struct sim *sim)
{
	uint64_t until = sim->now + 120 * NSEC_PER_SEC;

	while (!sim->violated && sim->now < until && !is_settled(sim))
		step(sim);
	return !sim->violated && is_settled(sim);
}

static void explain_all(struct sim *sim)
{
	char text[REPLICA_TEXT_MAX];

	for (size_t i = 0; i < sim->n; i++)
		sim_say(sim, "node %zu: %s", i + 1,
			replica_explain(sim->nodes[i].replica, sim->now, text, sizeof(text)));
}

/* The disks' logs have all that was ever committed. */
static void compare_logs(struct sim *sim)
{
	for (size_t i = 0; i < sim->n; i++) {
		const struct sim_disk *d = &sim->nodes[i].disk;
		uint64_t first = d->n ? d->log[0].number : 1; /* older ones were pruned */

		for (uint64_t number = first; number < SIM_LOG_MAX; number++) {
			if (!sim->is_committed[number])
				continue;
			if (number - first >= d->n ||
			    !replica_same(&d->log[number - first].id, &sim->committed[number]))
				sim_violate(sim, "node %zu: committed %llu is lost", i + 1,
					    (unsigned long long)number);
		}
	}
}

static void end_well(struct sim *sim)
{
	uint64_t before;

	heal(sim);
	if (!settle(sim)) {
		explain_all(sim);
		sim_violate(sim, "not all are current after healing");
		return;
	}
	before = sim->successes;
	for (int i = 0; i < 3 && sim->successes == before && !sim->violated; i++) {
		sim_node_client(sim, sim_random(sim, sim->n));
		if (!settle(sim)) {
			explain_all(sim);
			sim_violate(sim, "not settled after a proposal");
		}
	}
	if (sim->successes == before)
		sim_violate(sim, "no proposal succeeds after healing");
	compare_logs(sim);
}

static void schedule(struct sim *sim)
{
	uint64_t steps = 300 + sim_random(sim, 1200), faults = 10 + sim_random(sim, 40);

	for (uint64_t i = 0; i < steps && !sim->violated; i++) {
		if (sim_random(sim, 1000) < faults)
			fault(sim);
		if (!sim_ring_stable(sim) && sim_chance(sim, 10))
			sim_ring_form(sim);
		if (sim_chance(sim, 6)) {
			size_t node = sim_random(sim, sim->n);

			if (sim->nodes[node].alive)
				sim_node_client(sim, node);
		}
		step(sim);
	}
}

bool replica_sim_run(uint64_t seed, bool verbose)
{
	static const struct {
		size_t nodes;
		bool two_node, device;
	} variants[] = {{3, false, false}, {2, true, false}, {5, false, false}, {2, false, true}};
	struct sim *sim = calloc(1, sizeof(*sim));
	bool good;

	if (!sim)
		abort();
	sim->seed = seed;
	sim->random = seed * 0x9e3779b97f4a7c15ULL + 0x1234567;
	sim->verbose = verbose;
	sim->n = variants[seed % 4].nodes;
	sim->two_node = variants[seed % 4].two_node;
	sim->device = variants[seed % 4].device;
	sim->now = 1000 * NSEC_PER_SEC;
	for (size_t i = 0; i < sim->n; i++)
		sim_node_start(sim, i);
	sim_ring_form(sim);
	schedule(sim);
	if (!sim->violated)
		end_well(sim);
	good = !sim->violated;
	for (uint64_t i = 0; i < SIM_LOG_MAX; i++)
		commits += sim->is_committed[i];
	for (size_t i = 0; i < sim->n; i++)
		sim_node_free(sim, i);
	sim_ring_free(sim);
	free(sim);
	return good;
}
