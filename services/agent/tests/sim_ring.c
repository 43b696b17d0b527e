// SPDX-License-Identifier: GPL-2.0-or-later
/* The model of Totem: order, delivery, loss, re-formation. */
#include <stdlib.h>
#include <string.h>

#include "agent/tests/sim.h"
#include "base/clock_io.h"

bool sim_hear_each_other(const struct sim *sim, size_t a, size_t b)
{
	return sim->nodes[a].hears & 1u << b && sim->nodes[b].hears & 1u << a;
}

static bool is_intact(const struct sim *sim, const struct sim_ring *ring)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		const struct sim_node *n = &sim->nodes[i];

		if (ring->members & 1u << i &&
		    (n->ring != ring || n->corosync != SIM_RUNNING || ring->members & ~n->hears))
			return false;
	}
	return true;
}

static void tell_configuration(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_input input = {.type = SIM_INPUT_CONFIGURATION};
	struct ring_member members[SIM_NODES_MAX];

	if (!n->joined)
		return;
	input.ring =
		(struct decide_ring){.node = (uint32_t)__builtin_ctz(n->ring->members) + 1,
				     .seq = n->ring->seq,
				     .n_nodes = (uint32_t)__builtin_popcount(n->ring->members)};
	for (size_t i = 0; i < sim->n_nodes; i++)
		if (n->pids[i])
			members[input.n_members++] =
				(struct ring_member){.id = (uint32_t)i + 1, .pid = n->pids[i]};
	input.members = sim_keep(sim, members, input.n_members * sizeof(members[0]));
	sim_agent_input(sim, node, &input);
}

static void deliver(struct sim *sim, size_t node, const struct sim_entry *e)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_input input = {.type = SIM_INPUT_MESSAGE, .sender = (uint32_t)e->node + 1};

	switch (e->type) {
	case SIM_MESSAGE:
		if (!n->joined)
			break;
		input.message = e->message;
		sim_agent_input(sim, node, &input);
		break;
	case SIM_JOIN:
		n->pids[e->node] = e->pid;
		if (e->node == node && e->pid == n->pid)
			n->joined = true;
		tell_configuration(sim, node);
		break;
	case SIM_LEAVE:
		if (n->pids[e->node] != e->pid)
			break;
		n->pids[e->node] = 0;
		tell_configuration(sim, node);
		break;
	}
}

/* Hands on what the node has and has not delivered yet. */
static void deliver_received(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	while (n->corosync == SIM_RUNNING && n->ring && n->delivered < n->received)
		deliver(sim, node, &n->ring->entries[n->delivered++]);
}

static void on_token(struct sim_event *e);

static void await_token(struct sim *sim, size_t node, uint64_t delay)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->token_due || !n->n_pending)
		return;
	n->token_due = true;
	sim_at(sim, delay, on_token, node, NULL, 0);
}

/* From its sender or, retransmitted, from another one that has it. */
static bool can_arrive(struct sim *sim, size_t node, const struct sim_ring *ring, size_t index)
{
	const struct sim_node *n = &sim->nodes[node];

	if (n->hears & 1u << ring->entries[index].node)
		return true;
	for (size_t i = 0; i < sim->n_nodes; i++)
		if (n->hears & 1u << i && sim->nodes[i].ring == ring &&
		    sim->nodes[i].received > index)
			return sim_chance(sim, 30);
	return false;
}

static void on_arrival(struct sim_event *e)
{
	struct sim_node *n = &e->sim->nodes[e->node];

	if (n->ring != e->ring || n->corosync == SIM_DEAD || n->received != e->index ||
	    !can_arrive(e->sim, e->node, e->ring, e->index))
		return;
	n->received++;
	deliver_received(e->sim, e->node);
	if (n->received == n->ring->n)
		await_token(e->sim, e->node, sim_between(e->sim, 50, 1200));
}

static uint64_t latency(struct sim *sim)
{
	if (!sim->calm && sim_chance(sim, 2))
		return sim_between(sim, 3000, 60000); /* lost and retransmitted */
	return sim_between(sim, 50, sim->loaded ? 8000 : 1500);
}

static void send_to(struct sim *sim, size_t node, struct sim_ring *ring, size_t index)
{
	struct sim_node *n = &sim->nodes[node];
	uint64_t at = sim->now + latency(sim);

	if (at < n->arrival)
		at = n->arrival;
	n->arrival = at;
	sim_at(sim, at - sim->now, on_arrival, node, ring, index);
}

/* The token is here: what waits is ordered and at once delivered to its sender. */
static void order(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_ring *ring = n->ring;

	for (size_t i = 0; i < n->n_pending; i++) {
		if (ring->n == ring->space) {
			ring->space = ring->space ? 2 * ring->space : 64;
			ring->entries =
				realloc(ring->entries, ring->space * sizeof(*ring->entries));
			if (!ring->entries)
				abort();
		}
		ring->entries[ring->n++] = n->pending[i];
		n->received = ring->n;
		for (size_t k = 0; k < sim->n_nodes; k++)
			if (k != node && ring->members & 1u << k)
				send_to(sim, k, ring, ring->n - 1);
	}
	n->n_pending = 0;
	deliver_received(sim, node);
}

/* Where it cannot be ordered now, the last gap's closing, the next ring or SIGCONT tries again. */
static void on_token(struct sim_event *e)
{
	struct sim *sim = e->sim;
	struct sim_node *n = &sim->nodes[e->node];

	n->token_due = false;
	if (!n->n_pending || n->corosync != SIM_RUNNING || !n->ring)
		return;
	if (n->received == n->ring->n &&
	    (is_intact(sim, n->ring) || sim->now < n->ring->order_until[e->node]))
		order(sim, e->node);
}

void sim_multicast(struct sim *sim, size_t node, const struct sim_entry *entry)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->corosync == SIM_DEAD || n->n_pending == SIM_QUEUE_MAX)
		return;
	n->pending[n->n_pending++] = *entry;
	await_token(sim, node, sim_between(sim, 50, 1200));
}

bool sim_quorate(const struct sim *sim, size_t node)
{
	const struct sim_node *n = &sim->nodes[node];

	if (!n->ring)
		return false;
	if (sim->n_nodes == 2)
		return n->seen_all;
	return (size_t)__builtin_popcount(n->ring->members) > sim->n_nodes / 2;
}

static void on_verdict(struct sim_event *e)
{
	struct sim *sim = e->sim;
	struct sim_node *n = &sim->nodes[e->node];
	struct sim_input input = {.type = SIM_INPUT_VERDICT};

	if (n->ring != e->ring || n->corosync == SIM_DEAD)
		return;
	if (n->corosync == SIM_STOPPED) {
		sim_at(sim, NSEC_PER_MSEC, on_verdict, e->node, e->ring, 0);
		return;
	}
	input.ring = (struct decide_ring){.node = (uint32_t)__builtin_ctz(n->ring->members) + 1,
					  .seq = n->ring->seq};
	input.quorate = sim_quorate(sim, e->node);
	sim_agent_input(sim, e->node, &input);
}

/* Those that come from one ring together deliver the same before the change (EVS). */
static void even_out(struct sim *sim, uint32_t members)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		struct sim_node *n = &sim->nodes[i];
		size_t most = 0;

		if (!(members & 1u << i) || !n->ring)
			continue;
		for (size_t k = 0; k < sim->n_nodes; k++)
			if (members & 1u << k && sim->nodes[k].ring == n->ring &&
			    sim->nodes[k].received > most)
				most = sim->nodes[k].received;
		n->received = most;
		deliver_received(sim, i);
	}
}

/* CPG tells of the members that are gone first, and of the ring that has lost them after that. */
static void tell_departures(struct sim *sim, size_t node, uint32_t members)
{
	struct sim_node *n = &sim->nodes[node];
	bool left = false;

	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (!n->pids[i] || members & 1u << i)
			continue;
		n->pids[i] = 0;
		left = true;
	}
	if (left)
		tell_configuration(sim, node);
}

static void form(struct sim *sim, uint32_t members)
{
	struct sim_ring *ring = calloc(1, sizeof(*ring));

	if (!ring || sim->n_rings == sizeof(sim->rings) / sizeof(sim->rings[0]))
		abort();
	sim->rings[sim->n_rings++] = ring;
	even_out(sim, members);
	ring->seq = sim->ring_seq += 4;
	ring->members = members;
	sim_say(sim, "ring %llu forms, members %#x", (unsigned long long)ring->seq, members);
	for (size_t i = 0; i < sim->n_nodes; i++) {
		struct sim_node *n = &sim->nodes[i];

		if (!(members & 1u << i))
			continue;
		if (n->ring)
			tell_departures(sim, i, members);
		n->ring = ring;
		n->seen_all |= members == (1u << sim->n_nodes) - 1;
		if (sim->slow_states && sim_chance(sim, 30))
			n->flow_until =
				sim->now +
				sim_between(sim, 0, 2 * n->state.settings.times.lease / 1000);
		n->received = n->delivered = 0;
		n->arrival = 0;
		for (size_t k = 0; k < sim->n_nodes; k++)
			n->pids[k] =
				members & 1u << k && sim->nodes[k].joined ? sim->nodes[k].pid : 0;
	}
	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (!(members & 1u << i))
			continue;
		tell_configuration(sim, i);
		sim_at(sim, sim_between(sim, 0, !sim->calm && sim_chance(sim, 15) ? 300000 : 4000),
		       on_verdict, i, ring, 0);
		await_token(sim, i, sim_between(sim, 50, 3000));
	}
}

/* Of the nodes left, one and those that hear each other and all of the set. */
static uint32_t take_set(const struct sim *sim, uint32_t left, size_t first)
{
	uint32_t set = 0;

	for (size_t k = 0; k < sim->n_nodes; k++) {
		size_t i = (first + k) % sim->n_nodes;
		bool fits = left & 1u << i;

		for (size_t j = 0; j < sim->n_nodes && fits; j++)
			fits = !(set & 1u << j) || sim_hear_each_other(sim, i, j);
		if (fits)
			set |= 1u << i;
	}
	return set;
}

static bool is_ring(const struct sim *sim, uint32_t members)
{
	const struct sim_ring *ring = sim->nodes[__builtin_ctz(members)].ring;

	for (size_t i = 0; i < sim->n_nodes; i++)
		if (members & 1u << i && sim->nodes[i].ring != ring)
			return false;
	return ring && ring->members == members;
}

static bool hears_one_way(const struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++)
		for (size_t k = 0; k < sim->n_nodes; k++)
			if (sim->nodes[i].hears & 1u << k && !(sim->nodes[k].hears & 1u << i))
				return true;
	return false;
}

static void on_reform(struct sim_event *e)
{
	struct sim *sim = e->sim;
	uint64_t gather =
		(uint64_t)sim->timing.token * 1000 + (uint64_t)sim->timing.consensus * 1000;
	size_t first = sim_random(sim, sim->n_nodes);
	uint32_t left = 0;

	for (size_t i = 0; i < sim->n_nodes; i++)
		if (sim->nodes[i].corosync == SIM_RUNNING)
			left |= 1u << i;
	while (left) {
		uint32_t members = take_set(sim, left, first);

		left &= ~members;
		if (!is_ring(sim, members))
			form(sim, members);
	}
	if (e->index)
		sim->forming = false;
	/* Its join messages disturb the ring that cannot have it. */
	if (hears_one_way(sim) && !sim->forming) {
		sim->forming = true;
		sim_at(sim, sim_between(sim, gather, 2 * gather), on_reform, 0, NULL, 1);
	}
}

static void retransmit(struct sim *sim)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		struct sim_node *n = &sim->nodes[i];

		if (!n->ring || n->corosync != SIM_RUNNING || !is_intact(sim, n->ring))
			continue;
		for (size_t k = n->received; k < n->ring->n; k++)
			send_to(sim, i, n->ring, k);
	}
}

void sim_connectivity_changed(struct sim *sim, bool loss)
{
	uint64_t token = sim->timing.token * 1000, consensus = sim->timing.consensus * 1000;

	for (size_t i = 0; i < sim->n_nodes; i++) {
		struct sim_ring *ring = sim->nodes[i].ring;

		/* The token is somewhere: that node may still order, for itself alone perhaps. */
		if (ring && !is_intact(sim, ring) && sim_chance(sim, 50))
			ring->order_until[i] = sim->now + sim_between(sim, 0, 4000);
	}
	retransmit(sim);
	for (size_t i = 0; i < sim->n_nodes; i++)
		await_token(sim, i, sim_between(sim, 10, 1200));
	if (loss)
		sim_at(sim,
		       sim_between(sim, token + consensus - token / 3, token + consensus + 5000),
		       on_reform, 0, NULL, 0);
	else
		sim_at(sim, sim_between(sim, 3000, token + consensus), on_reform, 0, NULL, 0);
}

void sim_ring_forget(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	(void)sim;
	n->ring = NULL;
	n->seen_all = false;
	n->n_pending = n->n_outbox = 0;
	n->joined = false;
	memset(n->pids, 0, sizeof(n->pids));
}

void sim_ring_resume(struct sim *sim, size_t node)
{
	deliver_received(sim, node);
	if (sim->nodes[node].agent == SIM_RUNNING)
		sim_agent_send(sim, node);
	await_token(sim, node, sim_between(sim, 10, 500));
}
