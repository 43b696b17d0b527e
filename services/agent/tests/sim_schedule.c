// SPDX-License-Identifier: GPL-2.0-or-later
/* Whole schedules: what happens, and what must be true in the end. */
#include <stdio.h>

#include "agent/tests/sim.h"
#include "base/clock_io.h"

/*
 * From the repair on: an alias that could not be added is not tried again for 10 s; an agent is
 * back after 2.5 s; then the ring, the view, the guard, and the claims of candidates that are not
 * there.
 */
#define RECOVERY_NS (15 * NSEC_PER_SEC)
#define DEGRADED_NS (2500 * NSEC_PER_MSEC) /* by then a degraded owner has made way */
#define STEP_NS (20 * NSEC_PER_MSEC)

static char last_report[SIM_REPORT_MAX + 64];
static uint64_t longest_recovery;

const char *sim_last_report(void)
{
	return last_report;
}

uint64_t sim_longest_recovery(void)
{
	return longest_recovery;
}

static bool finish(struct sim *sim, uint64_t seed, bool good, const char *what)
{
	if (!good)
		snprintf(last_report, sizeof(last_report), "seed %llu, %.3f ms: %s",
			 (unsigned long long)seed, (double)sim->now / NSEC_PER_MSEC,
			 sim->violated ? sim->report : what);
	sim_free(sim);
	return good;
}

/* One node holds lease and aliases, nobody else holds anything. */
static bool has_one_owner(const struct sim *sim)
{
	size_t holders = 0, serving = 0;

	for (size_t i = 0; i < sim->n_nodes; i++) {
		holders += sim_holds(sim, i);
		serving += sim->nodes[i].addresses;
	}
	return holders == 1 && serving == 1;
}

/* All that have power are in one quorate ring. */
static bool is_quorate(const struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++)
		if (sim->nodes[i].powered && !sim_quorate(sim, i))
			return false;
	return true;
}

static struct sim *boot(uint64_t seed, bool verbose, bool preempt)
{
	static const struct lease_timing timings[] = {{500, 600, 50, 0}, {200, 240, 20, 0}};
	static const struct {
		size_t routers, nodes;
	} sizes[] = {{2, 3}, {2, 2}, {2, 3}, {4, 5}, {15, 16}};
	size_t size = seed % 1000 == 0 ? 4 : seed % 4; /* many nodes take long */
	struct sim *sim =
		sim_new(seed, sizes[size].routers, sizes[size].nodes, &timings[seed % 7 == 0]);

	sim->verbose = verbose;
	sim->out = sim->n_nodes;
	if (preempt)
		sim->preferred = (struct prefer_order){
			.nodes = {(uint32_t)sim_random(sim, sim->n_routers) + 1},
			.n_nodes = 1,
			.preempt = true,
		};
	/* A fence agent that is late would cut the power of one that is back. */
	sim->fencing = !preempt && seed % 3 == 1;
	for (size_t i = 0; i < sim->n_nodes; i++)
		sim_at(sim, sim_between(sim, 0, 400000), sim_power_back, i, NULL, 0);
	for (int i = 0; i < 300 && !sim->violated && !has_one_owner(sim); i++)
		sim_run(sim, sim->now + STEP_NS);
	sim_run(sim, sim->now + sim_between(sim, 0, 1000000));
	return sim;
}

static size_t owner_of(const struct sim *sim)
{
	size_t owner = 0;

	while (owner < sim->n_nodes && !sim_holds(sim, owner))
		owner++;
	return owner;
}

/* What is wrong in the end, or NULL. */
static const char *recover(struct sim *sim)
{
	uint64_t gather = (uint64_t)(sim->timing.token + sim->timing.consensus) * NSEC_PER_MSEC;
	uint64_t repaired = sim->now;
	size_t owner;

	/* Until all that was under way has happened an owner may be gone again. */
	sim_run(sim, sim->now + gather + 2100 * NSEC_PER_MSEC);
	while (!sim->violated && is_quorate(sim) && !has_one_owner(sim)) {
		if (sim->now > repaired + RECOVERY_NS)
			return "no owner after repair";
		sim_run(sim, sim->now + STEP_NS);
	}
	if (sim->now - repaired > longest_recovery)
		longest_recovery = sim->now - repaired;
	owner = owner_of(sim);
	sim_run(sim, sim->now + 2 * gather);
	/* A fence agent that is late cuts the power of one that is back: another fault. */
	if (!sim->fencing && owner < sim->n_nodes && is_quorate(sim) &&
	    (!has_one_owner(sim) || owner_of(sim) != owner))
		return "the owner does not stay";
	return NULL;
}

bool sim_schedule(uint64_t seed, bool verbose)
{
	struct sim *sim = boot(seed, verbose, false);
	uint64_t faults = 3 + sim_random(sim, 10);
	const char *wrong;

	if (sim->violated || !has_one_owner(sim))
		return finish(sim, seed, false, "no owner after boot");
	sim->slow_states = seed % 5 < 2;
	for (uint64_t i = 0; i < faults && !sim->violated; i++) {
		sim_fault(sim);
		/* Often close together, at times with room for a lease to end. */
		sim_run(sim,
			sim->now + sim_between(sim, 0, sim_chance(sim, 60) ? 300000 : 2500000));
	}
	sim_repair(sim, seed % 3 ? sim->n_nodes : sim_random(sim, sim->n_routers));
	wrong = recover(sim);
	return finish(sim, seed, !sim->violated && !wrong, wrong);
}

static bool lapsed(const struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++)
		if (sim->nodes[i].lapses)
			return true;
	return false;
}

/* Boots, and lets `happen` say what is wrong with what follows, or NULL. */
static bool calmly(uint64_t seed, bool verbose,
		   const char *(*happen)(struct sim *sim, size_t owner))
{
	struct sim *sim = boot(seed, verbose, false);
	size_t owner = owner_of(sim);
	const char *wrong;

	if (owner == sim->n_nodes)
		return finish(sim, seed, false, "no owner after boot");
	sim->calm = true;
	sim_run(sim, sim->now + sim_between(sim, 0, 100000));
	wrong = happen(sim, owner);
	return finish(sim, seed, !sim->violated && !wrong, wrong);
}

bool sim_standby_death(uint64_t seed, bool verbose)
{
	struct sim *sim = boot(seed, verbose, false);
	size_t owner = owner_of(sim), victim;
	bool good;

	if (owner == sim->n_nodes)
		return finish(sim, seed, false, "no owner after boot");
	sim->calm = true;
	victim = (owner + 1 + sim_random(sim, sim->n_nodes - 1)) % sim->n_nodes;
	sim_run(sim, sim->now + sim_between(sim, 0, 100000));
	sim_power(sim, victim, false);
	for (int i = 0; i < 4000 && !sim->violated && sim_holds(sim, owner); i++)
		sim_run(sim, sim->now + NSEC_PER_MSEC);
	good = !sim->violated && sim_holds(sim, owner) && sim->nodes[owner].lapses == 0;
	return finish(sim, seed, good, "the owner's lease lapsed by the death of another");
}

static void all_routers(struct sim *sim, bool standby)
{
	for (size_t i = 0; i < sim->n_routers; i++) {
		sim_stand_by(sim, i, standby);
		sim_run(sim, sim->now + sim_between(sim, 0, 300000));
	}
	sim_run(sim, sim->now + NSEC_PER_SEC);
}

static bool is_idle(const struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++)
		if (sim_holds(sim, i) || sim->nodes[i].addresses)
			return false;
	return true;
}

/* What is wrong after these wishes, or NULL. */
static const char *operate(struct sim *sim, size_t owner)
{
	size_t next;

	sim_stand_by(sim, owner, true);
	sim_run(sim, sim->now + NSEC_PER_SEC);
	next = owner_of(sim);
	if (!has_one_owner(sim) || next == owner)
		return "the group has not moved within a second";
	sim_stand_by(sim, owner, false);
	sim_run(sim, sim->now + NSEC_PER_SEC);
	if (!has_one_owner(sim) || owner_of(sim) != next)
		return "the group has moved without need";
	all_routers(sim, true);
	if (!is_idle(sim))
		return "a router that stands by holds the group";
	all_routers(sim, false);
	if (!has_one_owner(sim))
		return "no owner, though no router stands by any more";
	return lapsed(sim) ? "a lease lapsed" : NULL;
}

bool sim_operators_standby(uint64_t seed, bool verbose)
{
	return calmly(seed, verbose, operate);
}

/* All routers within a time that is shorter than what an owner waits for. */
static void degrade_all(struct sim *sim, bool degraded)
{
	for (size_t i = 0; i < sim->n_routers; i++) {
		sim_degrade(sim, i, degraded);
		sim_run(sim, sim->now + sim_between(sim, 0, 1500000 / sim->n_routers));
	}
	sim_run(sim, sim->now + DEGRADED_NS);
}

/* What is wrong while engines and gateways come and go, or NULL. */
static const char *degrade(struct sim *sim, size_t owner)
{
	size_t next;

	sim_degrade(sim, owner, true);
	sim_run(sim, sim->now + DEGRADED_NS);
	next = owner_of(sim);
	if (!has_one_owner(sim) || next == owner)
		return "the group has not moved to a router that is fit";
	degrade_all(sim, true);
	if (!has_one_owner(sim) || owner_of(sim) != next)
		return "the group has left a degraded router for another one";
	degrade_all(sim, false);
	if (!has_one_owner(sim) || owner_of(sim) != next)
		return "the group has moved when all were fit again";
	return lapsed(sim) ? "a lease lapsed" : NULL;
}

bool sim_degraded(uint64_t seed, bool verbose)
{
	return calmly(seed, verbose, degrade);
}

/* What is wrong while the preferred router goes and comes back, or NULL. */
static const char *come_back(struct sim *sim, size_t preferred)
{
	const bool given = owner_of(sim) != preferred;

	sim_run(sim, sim->now + 13 * NSEC_PER_SEC);
	if (owner_of(sim) != preferred)
		return "the preferred router has not got the group";
	/* Who loses it soon after it was given waits longer for the next time. */
	if (given)
		sim_run(sim, sim->now + PREFER_HOLD_NS);
	sim_power(sim, preferred, false);
	sim_run(sim, sim->now + 5 * NSEC_PER_SEC);
	if (!has_one_owner(sim))
		return "nobody has taken the group of the preferred router";
	sim_power(sim, preferred, true);
	sim_run(sim, sim->now + 9 * NSEC_PER_SEC);
	if (!has_one_owner(sim) || owner_of(sim) == preferred)
		return "the group has gone back too early";
	sim_run(sim, sim->now + 5 * NSEC_PER_SEC);
	if (!has_one_owner(sim) || owner_of(sim) != preferred)
		return "the group has not gone back to the preferred router";
	return lapsed(sim) ? "a lease lapsed" : NULL;
}

bool sim_preferred_returns(uint64_t seed, bool verbose)
{
	struct sim *sim = boot(seed, verbose, true);
	const char *wrong;

	if (owner_of(sim) == sim->n_nodes)
		return finish(sim, seed, false, "no owner after boot");
	sim->calm = true;
	wrong = come_back(sim, sim->preferred.nodes[0] - 1);
	return finish(sim, seed, !sim->violated && !wrong, wrong);
}
