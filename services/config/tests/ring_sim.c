// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/tests/ring_sim.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define FRAIL_TIME 2000000000ULL /* from its forming on, in which a frail ring breaks */
#define CONNECT_TIME 500000000ULL
#define START 1000000000000ULL

static void say(struct sim *sim, const struct sim_node *node, const char *what)
{
	if (sim->log)
		text_add(sim->log, "  -> %llu.%llu %s: %s\n", (sim->now - START) / 1000000000ULL,
			 (sim->now - START) / 100000000ULL % 10, node->name, what);
}

static void first_ring(struct ring *ring, size_t n_nodes)
{
	static const char *const names[SIM_NODES_MAX] = {"r1", "r2", "w", "x"};

	*ring = (struct ring){.name = "demo",
			      .token = 500,
			      .consensus = 600,
			      .crypto = {.cipher = CONFIG_CIPHER_AES256},
			      .links = 3,
			      .n_nodes = n_nodes};
	for (size_t i = 0; i < n_nodes; i++) {
		struct ring_node *node = &ring->nodes[i];

		node->id = (uint8_t)(i + 1);
		memcpy(node->name, names[i], strlen(names[i]));
		node->address[0] = (struct config_address){htonl(0x0a4d000bu + (uint32_t)i), 24};
		node->address[1] = (struct config_address){htonl(0xcb00710bu + (uint32_t)i), 24};
	}
}

static bool is_broken(const struct sim *sim, uint32_t address)
{
	for (size_t i = 0; i < sim->n_broken; i++) {
		if (sim->broken[i] == address)
			return true;
	}
	return false;
}

/* Both sides have the link, with the same idea of both addresses, and the same key. */
static bool link_fits(const struct sim *sim, const struct sim_node *a, const struct sim_node *b,
		      unsigned int link)
{
	const struct ring *ra = &a->runs, *rb = &b->runs;
	const struct ring_node *aa = ring_node_by_id(ra, a->id), *ab = ring_node_by_id(ra, b->id);
	const struct ring_node *ba = ring_node_by_id(rb, a->id), *bb = ring_node_by_id(rb, b->id);

	if (!a->on || !b->on || !(ra->links & rb->links & 1u << link) || !aa || !ab || !ba || !bb)
		return false;
	return aa->address[link].address == ba->address[link].address &&
	       ab->address[link].address == bb->address[link].address &&
	       !is_broken(sim, aa->address[link].address) &&
	       !is_broken(sim, bb->address[link].address) &&
	       ra->crypto.cipher == rb->crypto.cipher && ra->crypto.hash == rb->crypto.hash &&
	       memcmp(ra->crypto.key, rb->crypto.key, RING_KEY_SIZE) == 0;
}

static bool connected(const struct sim *sim, size_t a, size_t b, unsigned int link)
{
	uint64_t at = sim->nodes[a].connected_at[b][link];

	return at && at <= sim->now;
}

static bool port_connected(const struct sim *sim, size_t a, size_t b, unsigned int port)
{
	return connected(sim, a, b, port) || connected(sim, a, b, port + CONFIG_RING_PORTS);
}

/* Links come up and go; strict: none of the pairs may lose a port. */
static void connect_links(struct sim *sim, bool strict)
{
	for (size_t a = 0; a < sim->n_nodes; a++) {
		for (size_t b = 0; b < sim->n_nodes; b++) {
			bool before[CONFIG_RING_PORTS];

			for (unsigned int p = 0; p < CONFIG_RING_PORTS; p++)
				before[p] = port_connected(sim, a, b, p);
			for (unsigned int l = 0; l < RING_LINKS; l++) {
				uint64_t *at = &sim->nodes[a].connected_at[b][l];

				if (a == b || !link_fits(sim, &sim->nodes[a], &sim->nodes[b], l))
					*at = 0;
				else if (*at == 0)
					*at = sim->now + CONNECT_TIME;
			}
			for (unsigned int p = 0; p < CONFIG_RING_PORTS; p++) {
				if (strict && before[p] && !port_connected(sim, a, b, p) &&
				    ring_node_by_id(&sim->wanted, sim->nodes[a].id) &&
				    ring_node_by_id(&sim->wanted, sim->nodes[b].id))
					fail_msg("%s lost %s on %s", sim->nodes[a].name,
						 sim->nodes[b].name, ring_port_name(p));
			}
		}
	}
}

static void update_view(struct sim *sim, size_t i)
{
	struct sim_node *node = &sim->nodes[i];
	uint32_t view[SIM_NODES_MAX] = {0};
	size_t n = 0;

	for (size_t j = 0; j < sim->n_nodes; j++) {
		if (j == i || port_connected(sim, i, j, 0) || port_connected(sim, i, j, 1))
			view[n++] = sim->nodes[j].id;
	}
	if (!node->on || (n == node->n_view && memcmp(view, node->view, n * sizeof(*view)) == 0))
		return;
	memcpy(node->view, view, n * sizeof(*view));
	node->n_view = n;
	ring_change_view(&node->change, view, n, sim->now);
}

static void update(struct sim *sim, bool strict)
{
	connect_links(sim, strict);
	for (size_t i = 0; i < sim->n_nodes; i++)
		update_view(sim, i);
}

static bool sees(const struct sim_node *node, uint32_t id)
{
	for (size_t i = 0; i < node->n_view; i++) {
		if (node->view[i] == id)
			return true;
	}
	return false;
}

static void tell_seen(struct sim *sim, size_t i)
{
	struct sim_node *node = &sim->nodes[i];
	struct ring_seen seen = {.digest = ring_digest(&node->runs),
				 .crypto = ring_crypto_digest(&node->runs),
				 .n_nodes = sim->n_nodes};

	for (size_t j = 0; j < sim->n_nodes; j++) {
		seen.nodes[j].id = (uint8_t)sim->nodes[j].id;
		for (unsigned int l = 0; l < RING_LINKS; l++)
			seen.nodes[j].links |= (uint8_t)(connected(sim, i, j, l) << l);
	}
	ring_change_seen(&node->change, &seen, sim->now);
}

void sim_form_anew(struct sim *sim)
{
	sim->formed_at = sim->now;
	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (sim->nodes[i].on)
			ring_change_view(&sim->nodes[i].change, sim->nodes[i].view,
					 sim->nodes[i].n_view, sim->now);
	}
}

static void reload(struct sim *sim, struct sim_node *asked)
{
	sim->reloads++;
	if (sim->frail && sim->now - sim->formed_at < FRAIL_TIME) {
		sim_form_anew(sim);
		return;
	}
	for (size_t i = 0; i < sim->n_nodes; i++) {
		struct sim_node *node = &sim->nodes[i];

		if (node->on && sees(asked, node->id) && !node->deaf)
			node->runs = node->disk;
	}
	/* A minority that tries its other key may part: it has no quorum to lose. */
	update(sim, 2 * asked->n_view > sim->n_nodes);
}

static void broadcast(struct sim *sim, size_t from, const struct ring_report *report)
{
	size_t n = sim->n_queue++;

	assert_true(n < SIM_QUEUE_MAX);
	sim->queue[n].from = from;
	assert_int_equal(
		ring_wire_encode(report, sim->queue[n].bytes, RING_WIRE_MAX, &sim->queue[n].size),
		0);
}

static void write_file(struct sim *sim, struct sim_node *node, const struct ring *ring)
{
	char line[160];
	struct text text = TEXT_ON(line);

	text_add(&text, "writes links");
	for (unsigned int l = 0; l < RING_LINKS; l++) {
		if (ring->links & 1u << l)
			text_add(&text, " %u", l);
	}
	text_add(&text, ", token %u, key %u", ring->token, ring->crypto.key[0]);
	if (ring->has_other)
		text_add(&text, " (or %u)", ring->other.key[0]);
	text_add(&text, ", %zu nodes", ring->n_nodes);
	say(sim, node, line);
	if (!node->readonly)
		node->disk = *ring;
	ring_change_written(&node->change, node->readonly ? -30 : 0, sim->now);
}

static void act(struct sim *sim, size_t i, const struct ring_action *action)
{
	static const char *const ends[] = {
		[RING_ACTION_DONE] = "done", [RING_ACTION_LEAVE] = "leaves"};
	struct sim_node *node = &sim->nodes[i];
	char line[sizeof("failed: ") + RING_WIRE_REASON_MAX];

	switch (action->type) {
	case RING_ACTION_WRITE:
		write_file(sim, node, action->ring);
		break;
	case RING_ACTION_RELOAD:
		say(sim, node, "asks for a reload");
		reload(sim, node);
		ring_change_reloaded(&node->change, 0, sim->now);
		break;
	case RING_ACTION_SEND:
		broadcast(sim, i, &action->report);
		break;
	default:
		node->ended = action->type;
		snprintf(line, sizeof(line), "failed: %s", action->report.reason);
		say(sim, node, action->type == RING_ACTION_FAILED ? line : ends[action->type]);
	}
}

static void act_all(struct sim *sim)
{
	struct ring_action action;

	for (size_t i = 0; i < sim->n_nodes; i++) {
		for (int n = 0; sim->nodes[i].on; n++) {
			if (!ring_change_action(&sim->nodes[i].change, &action))
				break;
			assert_true(n < 50);
			act(sim, i, &action);
		}
		if (sim->nodes[i].on && sim->nodes[i].ended == RING_ACTION_LEAVE) {
			sim_off(sim, &sim->nodes[i]);
			sim->nodes[i].ended = RING_ACTION_NONE;
		}
	}
}

/* In the same order to all; what was sent in a step arrives in the next one. */
static void deliver(struct sim *sim)
{
	size_t n = sim->n_queue;

	for (size_t m = 0; m < n; m++) {
		const struct sim_node *from = &sim->nodes[sim->queue[m].from];
		struct ring_report report;

		assert_int_equal(ring_wire_decode(sim->queue[m].bytes, sim->queue[m].size, &report),
				 0);
		for (size_t i = 0; i < sim->n_nodes; i++) {
			if (from->on && sim->nodes[i].on && sees(&sim->nodes[i], from->id))
				ring_change_report(&sim->nodes[i].change, from->id, &report,
						   sim->now);
		}
	}
	sim->n_queue -= n;
	memmove(sim->queue, sim->queue + n, sim->n_queue * sizeof(sim->queue[0]));
}

void sim_run(struct sim *sim, uint64_t time)
{
	for (uint64_t end = sim->now + time; sim->now < end; sim->now += SIM_STEP) {
		update(sim, true);
		deliver(sim);
		for (size_t i = 0; i < sim->n_nodes; i++) {
			if (!sim->nodes[i].on)
				continue;
			if (sim->now / SIM_STEP % 2 == 0)
				tell_seen(sim, i);
			if (sim->now / SIM_STEP % 10 == 0)
				ring_change_tick(&sim->nodes[i].change, sim->now);
		}
		act_all(sim);
	}
}

void sim_aim(struct sim *sim, struct sim_node *node)
{
	char buf[200];
	struct text why = TEXT_ON(buf);

	if (ring_change_aim(&node->change, &sim->wanted, sim->now, &why) < 0)
		say(sim, node, buf);
}

void sim_restart(struct sim *sim, struct sim_node *node)
{
	bool aimed = node->change.aimed;

	ring_change_init(&node->change, node->id, &node->disk, &sim->old);
	/* It leaves the group and joins it again. */
	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (sim->nodes[i].on && sees(&sim->nodes[i], node->id))
			ring_change_view(&sim->nodes[i].change, sim->nodes[i].view,
					 sim->nodes[i].n_view, sim->now);
	}
	if (aimed)
		sim_aim(sim, node);
}

void sim_off(struct sim *sim, struct sim_node *node)
{
	node->on = false;
	node->n_view = 0;
	update(sim, false);
}

void sim_on(struct sim *sim, struct sim_node *node)
{
	node->on = true;
	node->runs = node->disk;
	node->ended = RING_ACTION_NONE;
	sim_restart(sim, node);
	update(sim, true);
}

struct sim_node *sim_node_by_name(struct sim *sim, const char *name)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		if (strcmp(sim->nodes[i].name, name) == 0)
			return &sim->nodes[i];
	}
	return NULL;
}

bool sim_reached(const struct sim *sim, const struct ring *ring)
{
	for (size_t i = 0; i < sim->n_nodes; i++) {
		const struct sim_node *node = &sim->nodes[i];

		if (node->on && ring_node_by_id(ring, node->id) &&
		    (ring_digest(&node->runs) != ring_digest(ring) ||
		     ring_digest(&node->disk) != ring_digest(ring)))
			return false;
	}
	return true;
}

void sim_init(struct sim *sim, size_t n_nodes)
{
	*sim = (struct sim){.n_nodes = n_nodes, .now = START};
	first_ring(&sim->old, n_nodes);
	sim->wanted = sim->old;
	for (size_t i = 0; i < n_nodes; i++) {
		struct sim_node *node = &sim->nodes[i];

		node->id = (uint32_t)(i + 1);
		node->on = true;
		memcpy(node->name, sim->old.nodes[i].name, sizeof(node->name));
		node->disk = node->runs = sim->old;
		ring_change_init(&node->change, node->id, &sim->old, &sim->old);
	}
	update(sim, true);
	sim->now += CONNECT_TIME;
	update(sim, true);
}
