// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults and their repair. */
#include "agent/tests/sim.h"
#include "base/clock_io.h"

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

void sim_power_back(struct sim_event *e)
{
	sim_power(e->sim, e->node, e->node != e->sim->out);
}

static void answer_fence(struct sim_event *e, const char *failure)
{
	struct sim_node *n = &e->sim->nodes[e->node];

	if (n->agent != SIM_RUNNING || n->pid != e->index >> 32)
		return;
	decide_fenced(&n->state, (uint32_t)e->index, failure, sim_clock(e->sim, e->node));
	sim_agent_act(e->sim, e->node);
}

static void on_fenced(struct sim_event *e)
{
	/* It waits in the socket of an agent that is stopped. */
	if (e->sim->nodes[e->node].agent == SIM_STOPPED)
		sim_at(e->sim, 20 * NSEC_PER_MSEC, on_fenced, e->node, NULL, e->index);
	else
		answer_fence(e, NULL);
}

static void on_fence_failed(struct sim_event *e)
{
	answer_fence(e, "in vain");
}

static void on_power_cut(struct sim_event *e)
{
	sim_power(e->sim, e->node, false);
	sim_at(e->sim, sim_between(e->sim, 100000, 4000000), sim_power_back, e->node, NULL, 0);
}

void sim_fence(struct sim *sim, size_t node, size_t target, uint32_t request)
{
	uint64_t cut = sim_between(sim, 1000, sim_chance(sim, 30) ? 2500000 : 100000);
	size_t index = (size_t)sim->nodes[node].pid << 32 | request;
	bool works = !sim_chance(sim, 20), told = works && !sim_chance(sim, 20);

	sim_say(sim, "node %zu: fences node %zu", node + 1, target + 1);
	if (works)
		sim_at(sim, cut, on_power_cut, target, NULL, 0);
	sim_at(sim, cut + sim_between(sim, 1, 300000), told ? on_fenced : on_fence_failed, node,
	       NULL, index);
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
	uint32_t side = 0;

	for (size_t i = 0; i < sim->n_nodes; i++)
		side |= (uint32_t)sim_random(sim, 2) << i;
	for (size_t i = 0; i < sim->n_nodes; i++)
		sim->nodes[i].hears = side & 1u << i ? side : ~side;
	sim_say(sim, "partition, one side is %#x", side);
	sim_connectivity_changed(sim, true);
}

/* The node's frames arrive, but it does not hear some of the others. */
static void lose_one_way(struct sim *sim, size_t node)
{
	uint32_t lost = (uint32_t)sim_random(sim, 1u << sim->n_nodes) & ~(1u << node);

	sim->nodes[node].hears &= ~lost;
	sim_say(sim, "node %zu: does not hear %#x", node + 1, lost);
	sim_connectivity_changed(sim, true);
}

static void heal(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++)
		sim->nodes[i].hears = UINT32_MAX;
	sim_say(sim, "all hear each other");
	sim_connectivity_changed(sim, false);
}

void sim_tell_health(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	enum agent_wire_health code = n->degraded ? AGENT_HEALTH_NO_ENGINE : AGENT_HEALTH_FIT;

	if (n->agent != SIM_RUNNING)
		return;
	decide_health(&n->state, 0, n->port_ok ? code : AGENT_HEALTH_NO_CARRIER,
		      n->port_ok ? "" : "eth1", sim_clock(sim, node));
	sim_agent_act(sim, node);
}

static void set_port(struct sim *sim, size_t node, bool ok)
{
	struct sim_node *n = &sim->nodes[node];

	n->port_ok = ok;
	sim_tell_health(sim, node);
}

void sim_degrade(struct sim *sim, size_t node, bool degraded)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->degraded != degraded)
		sim_say(sim, "node %zu: %s", node + 1, degraded ? "degraded" : "not degraded");
	n->degraded = degraded;
	sim_tell_health(sim, node);
}

static void on_degraded(struct sim_event *e)
{
	if (!e->sim->mended)
		sim_degrade(e->sim, e->node, e->index);
}

/* A gateway that all of them lose, or have again; they do not see it at once. */
static void degrade_all(struct sim *sim, bool degraded)
{
	for (size_t i = 0; i < sim->n_routers; i++)
		sim_at(sim, sim_between(sim, 0, 1500000), on_degraded, i, NULL, degraded);
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

/* The document arrives: the agent begins anew with it, and keeps the lease (SIGHUP). */
static void on_configured(struct sim_event *e)
{
	struct sim *sim = e->sim;
	struct sim_node *n = &sim->nodes[e->node];

	if (n->agent != SIM_RUNNING) {
		if (n->agent == SIM_STOPPED)
			sim_at(sim, 50 * NSEC_PER_MSEC, on_configured, e->node, NULL, 0);
		else
			n->config = sim->config;
		return;
	}
	if (n->config.revision == sim->config.revision)
		return;
	n->config = sim->config;
	sim_say(sim, "node %zu: begins anew with revision %llu", e->node + 1,
		(unsigned long long)n->config.revision);
	sim_agent_kill(sim, e->node);
	sim_at(sim, sim_between(sim, 1000, 60000), on_agent_restart, e->node, NULL, 0);
}

static void on_outdated(struct sim_event *e)
{
	struct sim_node *n = &e->sim->nodes[e->node];

	if (n->agent != SIM_RUNNING || n->config.revision == e->sim->config.revision)
		return;
	decide_current(&n->state, false, sim_clock(e->sim, e->node));
	sim_agent_act(e->sim, e->node);
}

/* Other times and priorities; a node knows of them before it has them, or not. */
static void configure(struct sim *sim)
{
	static const struct lease_timing timings[] = {{500, 600, 50, 0}, {200, 240, 20, 0}};
	struct sim_config *c = &sim->config;

	c->revision++;
	c->timing = timings[sim_random(sim, 2)];
	for (size_t i = 0; i < sim->n_nodes; i++)
		c->priorities[i] = (uint8_t)(100 + sim_random(sim, 3));
	sim_say(sim, "revision %llu: token %u ms", (unsigned long long)c->revision,
		c->timing.token);
	for (size_t i = 0; i < sim->n_nodes; i++) {
		sim_at(sim, sim_between(sim, 0, 500000), on_outdated, i, NULL, 0);
		sim_at(sim, sim_between(sim, 0, 2000000), on_configured, i, NULL, 0);
	}
}

static void all_off(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		sim_power(sim, i, false);
		sim_at(sim, sim_between(sim, 200000, 800000), sim_power_back, i, NULL, 0);
	}
}

static size_t holder(const struct sim *sim)
{
	size_t node = 0;

	while (node < sim->n_nodes && !sim_holds(sim, node))
		node++;
	return node;
}

static void on_owner_stops(struct sim_event *e)
{
	size_t node = holder(e->sim);

	if (node == e->sim->n_nodes)
		return;
	sim_agent(e->sim, node, SIM_STOPPED);
	sim_at(e->sim, sim_between(e->sim, 20000, 300000), on_agent_back, node, NULL, 0);
}

/*
 * The new owner, heard a few times only, is asked to give the group back; but the successor's claim
 * is late, so that it comes when the owner has taken it again and does not listen.
 */
static void on_late_claim(struct sim_event *e)
{
	struct sim *sim = e->sim;
	struct sim_node *successor = &sim->nodes[e->index];
	uint64_t late = lease_times(&successor->config.timing).lease + sim_between(sim, 0, 250000);

	if (!sim_holds(sim, e->node))
		return;
	successor->flow_until = sim->now + late;
	switch_over(sim, e->node);
	sim_at(sim, late - sim_between(sim, 0, 3000), on_owner_stops, 0, NULL, 0);
}

static void hand_to_and_fro(struct sim *sim, size_t node)
{
	switch_over(sim, node);
	for (size_t i = 0; i < sim->n_routers; i++)
		if (i != node)
			sim_at(sim, sim_between(sim, 5000, 150000), on_late_claim, i, NULL, node);
}

/* Now and then the fault is aimed at whoever owns: random aim would mostly miss. */
static size_t aim(struct sim *sim)
{
	size_t node = holder(sim);

	return node < sim->n_nodes && sim_chance(sim, 50) ? node : sim_random(sim, sim->n_nodes);
}

void sim_fault(struct sim *sim)
{
	size_t node = aim(sim);

	switch (sim_random(sim, 18)) {
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
		sim_at(sim, sim_between(sim, 100000, 4000000), sim_power_back, node, NULL, 0);
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
	case 11:
		lose_one_way(sim, node);
		break;
	case 12:
		configure(sim);
		break;
	case 13:
		hand_to_and_fro(sim, node);
		break;
	case 14:
		if (sim_chance(sim, 30))
			all_off(sim);
		break;
	case 15:
		sim_degrade(sim, node, !sim->nodes[node].degraded);
		break;
	case 16:
		degrade_all(sim, sim_chance(sim, 50));
		break;
	default:
		sim->loaded = !sim->loaded;
	}
}

void sim_repair(struct sim *sim, size_t out)
{
	sim->loaded = sim->slow_states = false;
	sim->mended = true;
	sim->out = out;
	for (size_t i = 0; i < sim->n_nodes; i++) {
		sim_power(sim, i, i != out);
		sim_corosync(sim, i, SIM_RUNNING);
		sim_agent(sim, i, SIM_RUNNING);
		set_port(sim, i, true);
		sim_degrade(sim, i, false);
		sim_stand_by(sim, i, false);
	}
	heal(sim);
}
