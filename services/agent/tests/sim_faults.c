// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults, their repair, and whole schedules. */
#include <stdio.h>
#include <string.h>

#include "agent/tests/sim.h"
#include "base/clock_io.h"

static char last_report[SIM_REPORT_MAX + 64];

const char *sim_last_report(void)
{
	return last_report;
}

static void on_agent_restart(struct sim_event *e)
{
	sim_agent_start(e->sim, e->node);
}

static void on_reconnect(struct sim_event *e)
{
	struct sim_node *n = &e->sim->nodes[e->node];

	if (n->agent == SIM_DEAD || n->corosync == SIM_DEAD || n->joined)
		return;
	/* Connecting waits while corosync, or the agent itself, is stopped. */
	if (n->corosync == SIM_STOPPED || n->agent == SIM_STOPPED)
		sim_at(e->sim, 50 * NSEC_PER_MSEC, on_reconnect, e->node, NULL, 0);
	else
		sim_agent_connect(e->sim, e->node);
}

void sim_corosync(struct sim *sim, size_t node, enum sim_life life)
{
	static const char *const words[] = {"killed", "running", "stopped"};
	struct sim_node *n = &sim->nodes[node];
	struct sim_input lost = {.type = SIM_INPUT_LOST};
	enum sim_life old = n->corosync;

	if (old == life || (old == SIM_DEAD && life == SIM_STOPPED) || !n->powered)
		return;
	sim_say(sim, "node %zu: corosync %s", node + 1, words[life]);
	n->corosync = life;
	if (life == SIM_DEAD) {
		sim_ring_forget(sim, node);
		sim_agent_input(sim, node, &lost);
	}
	if (life == SIM_RUNNING && old == SIM_STOPPED)
		sim_ring_resume(sim, node);
	if (life == SIM_RUNNING && old == SIM_DEAD && n->agent != SIM_DEAD)
		sim_at(sim, sim_between(sim, 1000, 500000), on_reconnect, node, NULL, 0);
	sim_connectivity_changed(sim, life != SIM_RUNNING);
}

void sim_agent(struct sim *sim, size_t node, enum sim_life life)
{
	static const char *const words[] = {"killed", "running", "stopped"};
	struct sim_node *n = &sim->nodes[node];

	if (n->agent == life || !n->powered || (n->agent == SIM_DEAD && life == SIM_STOPPED))
		return;
	sim_say(sim, "node %zu: agent %s", node + 1, words[life]);
	if (life == SIM_DEAD) {
		sim_agent_kill(sim, node);
		sim_at(sim, sim_between(sim, 1000, 2500000), on_agent_restart, node, NULL, 0);
	} else if (n->agent == SIM_DEAD) {
		sim_agent_start(sim, node);
	} else {
		n->agent = life;
		n->tick_at = 0;
		sim_stand_by(sim, node, n->standby);
		sim_agent_wake(sim, node);
	}
}

void sim_power(struct sim *sim, size_t node, bool on)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->powered == on)
		return;
	sim_say(sim, "node %zu: power %s", node + 1, on ? "on" : "off");
	if (!on) {
		n->agent = SIM_DEAD;
		n->cpg.n = n->quorum.n = 0;
		n->tick_at = 0;
		n->corosync = SIM_DEAD;
		sim_ring_forget(sim, node);
		n->lease.deadline = 0;
		n->addresses = false;
		n->powered = false;
	} else {
		n->powered = true;
		n->corosync = SIM_RUNNING;
		sim_at(sim, sim_between(sim, 0, 200000), on_agent_restart, node, NULL, 0);
	}
	sim_connectivity_changed(sim, !on);
}

static void on_power_back(struct sim_event *e)
{
	sim_power(e->sim, e->node, e->node != e->sim->out);
}

static void on_corosync_back(struct sim_event *e)
{
	sim_corosync(e->sim, e->node, SIM_RUNNING);
}

static void on_agent_back(struct sim_event *e)
{
	if (e->sim->nodes[e->node].agent == SIM_STOPPED)
		sim_agent(e->sim, e->node, SIM_RUNNING);
}

static void partition(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++)
		sim->nodes[i].component = (int)sim_random(sim, 2);
	sim_say(sim, "partition");
	sim_connectivity_changed(sim, true);
}

static void heal(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++)
		sim->nodes[i].component = 0;
	sim_say(sim, "all hear each other");
	sim_connectivity_changed(sim, false);
}

static void set_port(struct sim *sim, size_t node, bool ok)
{
	struct sim_node *n = &sim->nodes[node];

	n->port_ok = ok;
	if (n->agent != SIM_RUNNING)
		return;
	decide_health(&n->state, 0, ok ? AGENT_HEALTH_FIT : AGENT_HEALTH_NO_CARRIER, "eth1",
		      sim_clock(sim, node));
	sim_agent_act(sim, node);
}

void sim_stand_by(struct sim *sim, size_t node, bool standby)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->standby != standby)
		sim_say(sim, "node %zu: %s", node + 1, standby ? "standby" : "online");
	n->standby = standby;
	if (n->agent != SIM_RUNNING)
		return;
	decide_standby(&n->state, standby, sim_clock(sim, node));
	sim_agent_act(sim, node);
}

static void switch_over(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	char text[200];
	uint32_t target;

	if (n->agent != SIM_RUNNING)
		return;
	decide_switchover(&n->state, 0, sim_clock(sim, node), &target, text, sizeof(text));
	sim_say(sim, "node %zu: asked to switch over", node + 1);
	sim_agent_act(sim, node);
}

/* Now and then the fault is aimed at whoever owns: random aim would mostly miss. */
static size_t aim(struct sim *sim)
{
	if (sim_chance(sim, 50))
		for (size_t i = 0; i < sim->n_nodes; i++)
			if (sim_holds(sim, i))
				return i;
	return sim_random(sim, sim->n_nodes);
}

void sim_fault(struct sim *sim)
{
	size_t node = aim(sim);

	switch (sim_random(sim, 12)) {
	case 0:
		partition(sim);
		break;
	case 1:
		heal(sim);
		break;
	case 2:
		sim_corosync(sim, node, SIM_STOPPED);
		sim_at(sim, sim_between(sim, 1000, 3000000), on_corosync_back, node, NULL, 0);
		break;
	case 3:
		sim_corosync(sim, node, SIM_DEAD);
		sim_at(sim, sim_between(sim, 20000, 3000000), on_corosync_back, node, NULL, 0);
		break;
	case 4:
		sim_agent(sim, node, SIM_STOPPED);
		sim_at(sim, sim_between(sim, 1000, 4000000), on_agent_back, node, NULL, 0);
		break;
	case 5:
		sim_agent(sim, node, SIM_DEAD);
		break;
	case 6:
		sim_power(sim, node, false);
		sim_at(sim, sim_between(sim, 100000, 4000000), on_power_back, node, NULL, 0);
		break;
	case 7:
		set_port(sim, node, !sim->nodes[node].port_ok);
		break;
	case 8:
		switch_over(sim, node);
		break;
	case 9:
		sim_stand_by(sim, node, !sim->nodes[node].standby);
		break;
	case 10:
		sim->nodes[node].flow_until = sim->now + sim_between(sim, 1000, 400000);
		break;
	default:
		sim->loaded = !sim->loaded;
	}
}

void sim_repair(struct sim *sim, size_t out)
{
	sim->loaded = false;
	sim->out = out;
	for (size_t i = 0; i < sim->n_nodes; i++) {
		sim_power(sim, i, i != out);
		sim_corosync(sim, i, SIM_RUNNING);
		if (sim->nodes[i].agent == SIM_STOPPED)
			sim_agent(sim, i, SIM_RUNNING);
		set_port(sim, i, true);
		sim_stand_by(sim, i, false);
	}
	heal(sim);
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

static struct sim *boot(uint64_t seed, bool verbose)
{
	static const struct lease_timing timings[] = {{500, 600, 50}, {200, 240, 20}};
	static const struct {
		size_t routers, nodes;
	} sizes[] = {{2, 3}, {2, 2}, {2, 3}, {4, 5}};
	size_t size = seed % 4;
	struct sim *sim =
		sim_new(seed, sizes[size].routers, sizes[size].nodes, &timings[seed % 7 == 0]);

	sim->verbose = verbose;
	sim->out = sim->n_nodes;
	for (size_t i = 0; i < sim->n_nodes; i++)
		sim_at(sim, sim_between(sim, 0, 400000), on_power_back, i, NULL, 0);
	sim_run(sim, sim->now + 6 * NSEC_PER_SEC);
	return sim;
}

bool sim_schedule(uint64_t seed, bool verbose)
{
	struct sim *sim = boot(seed, verbose);
	uint64_t faults = 3 + sim_random(sim, 10);

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
	sim_run(sim, sim->now + 15 * NSEC_PER_SEC);
	return finish(sim, seed, !sim->violated && (!is_quorate(sim) || has_one_owner(sim)),
		      "no owner after repair");
}

static size_t owner_of(const struct sim *sim)
{
	size_t owner = 0;

	while (owner < sim->n_nodes && !sim_holds(sim, owner))
		owner++;
	return owner;
}

bool sim_standby_death(uint64_t seed, bool verbose)
{
	struct sim *sim = boot(seed, verbose);
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
	for (size_t i = 0; i < sim->n_nodes; i++)
		if (sim->nodes[i].lapses)
			return "a lease lapsed";
	return NULL;
}

bool sim_operators_standby(uint64_t seed, bool verbose)
{
	struct sim *sim = boot(seed, verbose);
	size_t owner = owner_of(sim);
	const char *wrong;

	if (owner == sim->n_nodes)
		return finish(sim, seed, false, "no owner after boot");
	sim->calm = true;
	sim_run(sim, sim->now + sim_between(sim, 0, 100000));
	wrong = operate(sim, owner);
	return finish(sim, seed, !sim->violated && !wrong, wrong);
}
