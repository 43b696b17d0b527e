// SPDX-License-Identifier: GPL-2.0-or-later
/* The model of the ring and of votequorum. */
#include <stdlib.h>
#include <string.h>

#include "config/tests/replica_sim_internal.h"

static bool is_intact(const struct sim *sim, const struct sim_ring *ring)
{
	int component = -1;

	for (size_t i = 0; i < sim->n; i++) {
		const struct sim_node *n = &sim->nodes[i];

		if (!(ring->members & 1u << i))
			continue;
		if (!n->alive || n->ring != ring || (component >= 0 && n->component != component))
			return false;
		component = n->component;
	}
	return true;
}

static void deliver(struct sim *sim, size_t node, const struct sim_entry *e)
{
	struct sim_node *n = &sim->nodes[node];

	replica_message(n->replica, (uint32_t)e->sender + 1, e->bytes, e->size, sim->now);
	sim_node_act(sim, node);
}

static void configure(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct replica_ring ring = {1, n->ring->seq};
	struct replica_member members[SIM_NODES_MAX];
	size_t count = 0;

	ring.node = (uint32_t)__builtin_ctz(n->ring->members) + 1;
	for (size_t i = 0; i < sim->n; i++)
		if (n->ring->members & 1u << i)
			members[count++] =
				(struct replica_member){(uint32_t)i + 1, sim->nodes[i].pid};
	n->configured = true;
	sim_say(sim, "node %zu: ring %llu of %zu", node + 1, (unsigned long long)ring.seq, count);
	replica_view(n->replica, &ring, members, count, sim->now);
	sim_node_act(sim, node);
}

bool sim_ring_deliver(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	if (!n->ring)
		return false;
	if (!n->configured) {
		configure(sim, node);
		return true;
	}
	if (n->delivered == n->ring->n)
		return false;
	/* What was sent to the other side of a parting does not arrive any more. */
	for (size_t i = n->delivered; i <= n->delivered; i++) {
		const struct sim_node *from = &sim->nodes[n->ring->entries[i].sender];

		if (!from->alive || from->ring != n->ring || from->component != n->component)
			return false;
	}
	n->delivered++;
	deliver(sim, node, &n->ring->entries[n->delivered - 1]);
	return true;
}

void sim_ring_order(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	struct sim_ring *ring = n->ring;

	if (!ring || !n->configured || !n->n_pending ||
	    (!is_intact(sim, ring) && ring->holder != node))
		return;
	/* The token comes behind all that was ordered before. */
	while (!sim->violated && n->delivered < ring->n)
		if (!sim_ring_deliver(sim, node))
			return;
	if (ring->n == ring->space) {
		ring->space = ring->space ? 2 * ring->space : 64;
		ring->entries = realloc(ring->entries, ring->space * sizeof(ring->entries[0]));
	}
	ring->entries[ring->n++] = n->pending[0];
	memmove(&n->pending[0], &n->pending[1], --n->n_pending * sizeof(n->pending[0]));
	n->delivered = ring->n;
	deliver(sim, node, &ring->entries[ring->n - 1]);
}

static uint32_t component_of(const struct sim *sim, int component)
{
	uint32_t members = 0;

	for (size_t i = 0; i < sim->n; i++)
		if (sim->nodes[i].alive && sim->nodes[i].component == component)
			members |= 1u << i;
	return members;
}

static void give_verdict(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];
	uint32_t votes = (uint32_t)__builtin_popcount(n->ring->members);
	struct replica_verdict *v = &n->verdicts[n->n_verdicts];

	if (n->n_verdicts == SIM_VERDICTS_MAX)
		abort();
	*v = (struct replica_verdict){.two_node = sim->two_node, .device = sim->device};
	v->ring.node = (uint32_t)__builtin_ctz(n->ring->members) + 1;
	v->ring.seq = n->ring->seq;
	if (votes == sim->n)
		n->seen_all = true;
	if (sim->two_node) {
		v->quorum = 1;
		v->quorate = n->seen_all;
	} else {
		v->quorum = (uint32_t)(sim->n + (sim->device ? 1 : 0)) / 2 + 1;
		v->external = sim->device && (votes == sim->n || sim->device_side == n->component);
		v->quorate = votes + v->external >= v->quorum;
	}
	n->n_verdicts++;
}

bool sim_ring_verdict(struct sim *sim, size_t node)
{
	struct sim_node *n = &sim->nodes[node];

	if (!n->n_verdicts)
		return false;
	replica_quorum(n->replica, &n->verdicts[0], sim->now);
	memmove(&n->verdicts[0], &n->verdicts[1], --n->n_verdicts * sizeof(n->verdicts[0]));
	sim_node_act(sim, node);
	return true;
}

/* Members that go on together have all that any of them has (extended virtual synchrony). */
static void recover(struct sim *sim, uint32_t members)
{
	for (size_t i = 0; i < sim->n; i++) {
		struct sim_node *n = &sim->nodes[i];
		size_t most = n->delivered;

		if (!(members & 1u << i) || !n->ring || !n->configured)
			continue;
		for (size_t k = 0; k < sim->n; k++)
			if (members & 1u << k && sim->nodes[k].ring == n->ring &&
			    sim->nodes[k].configured && sim->nodes[k].delivered > most)
				most = sim->nodes[k].delivered;
		while (n->delivered < most && !sim->violated)
			deliver(sim, i, &n->ring->entries[n->delivered++]);
	}
}

static void form(struct sim *sim, uint32_t members)
{
	struct sim_ring *ring = calloc(1, sizeof(*ring));

	recover(sim, members);
	ring->seq = sim->ring_seq += 4;
	ring->members = members;
	ring->next = sim->rings;
	sim->rings = ring;
	do
		ring->holder = sim_random(sim, sim->n);
	while (!(members & 1u << ring->holder));
	for (size_t i = 0; i < sim->n; i++) {
		struct sim_node *n = &sim->nodes[i];

		if (!(members & 1u << i))
			continue;
		n->ring = ring;
		n->delivered = 0;
		n->configured = false;
		give_verdict(sim, i);
	}
}

void sim_ring_form(struct sim *sim)
{
	for (int c = 0; c < (int)sim->n; c++) {
		uint32_t members = component_of(sim, c);
		bool changed = false;

		for (size_t i = 0; i < sim->n; i++)
			changed = changed ||
				  (members & 1u << i &&
				   (!sim->nodes[i].ring || sim->nodes[i].ring->members != members ||
				    !is_intact(sim, sim->nodes[i].ring)));
		if (!changed)
			continue;
		form(sim, members);
		/* Two nodes know of their parting at once: replica.h excepts what is else possible.
		 */
		if (sim->n > 2)
			return;
	}
}

bool sim_ring_stable(const struct sim *sim)
{
	for (size_t i = 0; i < sim->n; i++) {
		const struct sim_node *n = &sim->nodes[i];

		if (n->alive && (!n->ring || !is_intact(sim, n->ring) ||
				 n->ring->members != component_of(sim, n->component)))
			return false;
	}
	return true;
}

void sim_ring_device(struct sim *sim)
{
	if (!sim->device || !sim_ring_stable(sim))
		return;
	sim->device_side = sim->nodes[sim_random(sim, sim->n)].component;
	for (size_t i = 0; i < sim->n; i++)
		if (sim->nodes[i].alive && sim->nodes[i].n_verdicts < SIM_VERDICTS_MAX / 2)
			give_verdict(sim, i);
}

void sim_ring_free(struct sim *sim)
{
	while (sim->rings) {
		struct sim_ring *ring = sim->rings;

		sim->rings = ring->next;
		for (size_t i = 0; i < ring->n; i++)
			free(ring->entries[i].bytes);
		free(ring->entries);
		free(ring);
	}
}
