// SPDX-License-Identifier: GPL-2.0-or-later
/* The model of Totem: order, delivery, loss, re-formation. */
#include <stdlib.h>
#include <string.h>

#include "agent/tests/sim.h"
#include "base/clock_io.h"

static bool is_intact(const struct sim *sim, const struct sim_ring *ring)
{
	int component = -1;

	for (size_t i = 0; i < sim->n_nodes; i++) {
		const struct sim_node *n = &sim->nodes[i];

		if (!(ring->members & 1u << i))
			continue;
		if (n->ring != ring || n->corosync != SIM_RUNNING)
			return false;
		if (component >= 0 && n->component != component)
			return false;
		component = n->component;
	}
	return true;
}

static void tell_configuration(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_input input = {.type = SIM_INPUT_CONFIGURATION};

	if (!n->joined)
		return;
	input.ring =
		(struct decide_ring){.node = (uint32_t)__builtin_ctz(n->ring->members) + 1,
				     .seq = n->ring->seq,
				     .n_nodes = (uint32_t)__builtin_popcount(n->ring->members)};
	for (size_t i = 0; i < sim->n_nodes; i++)
		if (n->pids[i])
			input.members[input.n_members++] =
				(struct ring_member){.id = (uint32_t)i + 1, .pid = n->pids[i]};
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

static void on_arrival(struct sim_event *e)
{
	struct sim_node *n = &e->sim->nodes[e->node];
	size_t sender;

	if (n->ring != e->ring || n->corosync == SIM_DEAD || n->received != e->index)
		return;
	sender = e->ring->entries[e->index].node;
	if (e->sim->nodes[sender].component != n->component)
		return;
	n->received++;
	deliver_received(e->sim, e->node);
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

static void on_token(struct sim_event *e)
{
	struct sim *sim = e->sim;
	struct sim_node *n = &sim->nodes[e->node];

	if (!n->n_pending || n->corosync != SIM_RUNNING || !n->ring)
		return;
	if (sim->now >= n->flow_until && n->received == n->ring->n &&
	    (is_intact(sim, n->ring) || sim->now < n->ring->order_until[e->node])) {
		order(sim, e->node);
		return;
	}
	sim_at(sim, sim_between(sim, 500, 2000), on_token, e->node, NULL, 0);
}

void sim_multicast(struct sim *sim, size_t node, const struct sim_entry *entry)
{
	struct sim_node *n = &sim->nodes[node];

	if (n->corosync == SIM_DEAD || n->n_pending == SIM_QUEUE_MAX)
		return;
	n->pending[n->n_pending++] = *entry;
	sim_at(sim, sim_between(sim, 50, 1200), on_token, node, NULL, 0);
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
		n->ring = ring;
		n->seen_all |= members == (1u << sim->n_nodes) - 1;
		if (sim->slow_states && sim_chance(sim, 30))
			n->flow_until = sim->now + sim_between(sim, 0, 2 * sim->times.lease / 1000);
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
		sim_at(sim, sim_between(sim, 50, 3000), on_token, i, NULL, 0);
	}
}

static void on_reform(struct sim_event *e)
{
	struct sim *sim = e->sim;

	for (int component = 0; component < SIM_NODES_MAX; component++) {
		const struct sim_ring *ring = NULL;
		uint32_t members = 0;
		bool same = true;

		for (size_t i = 0; i < sim->n_nodes; i++) {
			const struct sim_node *n = &sim->nodes[i];

			if (n->component != component || n->corosync != SIM_RUNNING)
				continue;
			if (members && n->ring != ring)
				same = false;
			ring = n->ring;
			members |= 1u << i;
		}
		if (members && (!same || !ring || ring->members != members))
			form(sim, members);
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
	n->n_pending = 0;
	n->joined = false;
	memset(n->pids, 0, sizeof(n->pids));
}

void sim_ring_resume(struct sim *sim, size_t node)
{
	deliver_received(sim, node);
	sim_at(sim, sim_between(sim, 10, 500), on_token, node, NULL, 0);
}
