// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/ring.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"

/* Link 0 is the private network: the public one carries it only when that is lost. */
static const char *const ring_ports[CONFIG_RING_PORTS] = {"eth1", "eth0"};

#define HOME_LINKS ((1u << CONFIG_RING_PORTS) - 1)

const char *ring_port_name(unsigned int link)
{
	return ring_ports[link % CONFIG_RING_PORTS];
}

const char *ring_step_name(enum ring_step step)
{
	static const char *const names[] = {
		[RING_STEP_NONE] = "nothing",
		[RING_STEP_FORGET] = "nodes removed",
		[RING_STEP_LINK_ADD] = "links added",
		[RING_STEP_LINK_DROP] = "links removed",
		[RING_STEP_CRYPTO] = "key and ciphers",
		[RING_STEP_CRYPTO_CLOSE] = "old key forgotten",
		[RING_STEP_DETAILS] = "times and names",
		[RING_STEP_JOIN] = "nodes added",
	};

	return names[step];
}

static void ring_node_of(const struct config_node *node, struct ring_node *ret_node)
{
	*ret_node = (struct ring_node){.id = node->id};
	memcpy(ret_node->name, node->name, sizeof(ret_node->name));
	for (unsigned int i = 0; i < CONFIG_RING_PORTS; i++) {
		const struct config_port *port = config_port_by_name(node, ring_ports[i]);

		/* The configuration's checks leave no node without both ports. */
		if (port)
			ret_node->address[i] = (struct config_address){
				.address = port->address, .prefix_length = port->prefix_length};
	}
}

void ring_of_config(const struct config *config, const uint8_t *key, struct ring *ret_ring)
{
	*ret_ring = (struct ring){
		.token = config->token,
		.consensus = config->consensus,
		.device = config->device,
		.crypto = {.cipher = config->ring_cipher, .hash = config->ring_hash},
		.links = HOME_LINKS,
		.n_nodes = config->n_nodes,
	};
	memcpy(ret_ring->name, config->cluster_name, sizeof(ret_ring->name));
	memcpy(ret_ring->crypto.key, key, RING_KEY_SIZE);
	for (size_t i = 0; i < config->n_nodes; i++)
		ring_node_of(&config->nodes[i], &ret_ring->nodes[i]);
}

const struct ring_node *ring_node_by_id(const struct ring *ring, uint32_t id)
{
	for (size_t i = 0; i < ring->n_nodes; i++) {
		if (ring->nodes[i].id == id)
			return &ring->nodes[i];
	}
	return NULL;
}

static bool forget_nodes(struct ring *ring, const struct ring *wanted)
{
	size_t kept = 0;
	bool any;

	for (size_t i = 0; i < ring->n_nodes; i++) {
		if (ring_node_by_id(wanted, ring->nodes[i].id))
			ring->nodes[kept++] = ring->nodes[i];
	}
	any = kept < ring->n_nodes;
	for (size_t i = kept; i < ring->n_nodes; i++)
		ring->nodes[i] = (struct ring_node){0};
	ring->n_nodes = kept;
	return any;
}

/* Whether the link has the wanted addresses of its port on every node. */
static bool link_fits(const struct ring *ring, const struct ring *wanted, unsigned int link)
{
	for (size_t i = 0; i < ring->n_nodes; i++) {
		const struct ring_node *node = &ring->nodes[i];
		const struct ring_node *other = ring_node_by_id(wanted, node->id);

		if (node->address[link].address != other->address[link % CONFIG_RING_PORTS].address)
			return false;
	}
	return true;
}

static void add_link(struct ring *ring, const struct ring *wanted, unsigned int link)
{
	for (size_t i = 0; i < ring->n_nodes; i++) {
		struct ring_node *node = &ring->nodes[i];

		node->address[link] =
			ring_node_by_id(wanted, node->id)->address[link % CONFIG_RING_PORTS];
	}
	ring->links |= (uint8_t)(1u << link);
}

void ring_drop_link(struct ring *ring, unsigned int link)
{
	for (size_t i = 0; i < ring->n_nodes; i++)
		ring->nodes[i].address[link] = (struct config_address){0};
	ring->links &= (uint8_t) ~(1u << link);
}

/* Whether both links of the port have the same addresses. */
static bool links_agree(const struct ring *ring, unsigned int link)
{
	for (size_t i = 0; i < ring->n_nodes; i++) {
		const struct config_address *address = ring->nodes[i].address;

		if (address[link].address != address[link + CONFIG_RING_PORTS].address)
			return false;
	}
	return true;
}

/* What the port's links need next: the links to add and to drop; never both. */
static void port_needs(const struct ring *ring, const struct ring *wanted, unsigned int link,
		       unsigned int *add, unsigned int *drop)
{
	unsigned int home = 1u << link, bridge = home << CONFIG_RING_PORTS;

	if (!(ring->links & home))
		*add |= home;
	else if (link_fits(ring, wanted, link))
		*drop |= ring->links & bridge;
	else if (!(ring->links & bridge))
		*add |= bridge;
	else if (link_fits(ring, wanted, link + CONFIG_RING_PORTS) || links_agree(ring, link))
		*drop |= home;
	else
		*drop |= bridge; /* of another change, which was given up */
}

/* Both ports together; what is added comes before what is dropped. */
static enum ring_step next_links(struct ring *ring, const struct ring *wanted)
{
	unsigned int add = 0, drop = 0;

	for (unsigned int i = 0; i < CONFIG_RING_PORTS; i++)
		port_needs(ring, wanted, i, &add, &drop);
	for (unsigned int i = 0; i < RING_LINKS; i++) {
		if (add & 1u << i)
			add_link(ring, wanted, i);
		else if (!add && drop & 1u << i)
			ring_drop_link(ring, i);
	}
	if (add)
		return RING_STEP_LINK_ADD;
	return drop ? RING_STEP_LINK_DROP : RING_STEP_NONE;
}

static bool same_crypto(const struct ring_crypto *a, const struct ring_crypto *b)
{
	return a->cipher == b->cipher && a->hash == b->hash &&
	       memcmp(a->key, b->key, RING_KEY_SIZE) == 0;
}

static enum ring_step next_crypto(struct ring *ring, const struct ring *wanted)
{
	if (!same_crypto(&ring->crypto, &wanted->crypto)) {
		ring->other = ring->crypto;
		ring->has_other = true;
		ring->crypto = wanted->crypto;
		return RING_STEP_CRYPTO;
	}
	if (!ring->has_other)
		return RING_STEP_NONE;
	ring->has_other = false;
	ring->other = (struct ring_crypto){0};
	return RING_STEP_CRYPTO_CLOSE;
}

static bool set_node_details(struct ring_node *node, const struct ring_node *wanted)
{
	bool changed = strcmp(node->name, wanted->name) != 0;

	memcpy(node->name, wanted->name, sizeof(node->name));
	for (unsigned int i = 0; i < RING_LINKS; i++) {
		const struct config_address *address = &wanted->address[i % CONFIG_RING_PORTS];

		if (node->address[i].address != address->address)
			continue;
		changed |= node->address[i].prefix_length != address->prefix_length;
		node->address[i].prefix_length = address->prefix_length;
	}
	return changed;
}

static bool same_device(const struct config_device *a, const struct config_device *b)
{
	return a->host == b->host && a->port == b->port && a->timeout == b->timeout &&
	       a->sync_timeout == b->sync_timeout;
}

static bool set_details(struct ring *ring, const struct ring *wanted)
{
	bool changed = ring->token != wanted->token || ring->consensus != wanted->consensus ||
		       !same_device(&ring->device, &wanted->device) ||
		       strcmp(ring->name, wanted->name) != 0;

	ring->token = wanted->token;
	ring->consensus = wanted->consensus;
	ring->device = wanted->device;
	memcpy(ring->name, wanted->name, sizeof(ring->name));
	for (size_t i = 0; i < ring->n_nodes; i++)
		changed |= set_node_details(&ring->nodes[i],
					    ring_node_by_id(wanted, ring->nodes[i].id));
	return changed;
}

static bool same_order(const struct ring *a, const struct ring *b)
{
	for (size_t i = 0; i < a->n_nodes && i < b->n_nodes; i++) {
		if (a->nodes[i].id != b->nodes[i].id)
			return false;
	}
	return a->n_nodes == b->n_nodes;
}

enum ring_step ring_next(const struct ring *now, const struct ring *wanted, struct ring *ret_ring)
{
	struct ring ring = *now;
	enum ring_step step = RING_STEP_FORGET;

	if (!forget_nodes(&ring, wanted)) {
		/* Names first: without link 0 corosync finds itself by the host's name alone. */
		step = set_details(&ring, wanted) ? RING_STEP_DETAILS : next_links(&ring, wanted);
	}
	if (step == RING_STEP_NONE)
		step = next_crypto(&ring, wanted);
	/* All that is left to do is to add nodes, in the document's order. */
	if (step == RING_STEP_NONE && !same_order(&ring, wanted)) {
		ring = *wanted;
		step = RING_STEP_JOIN;
	}
	*ret_ring = ring;
	return step;
}

/*
 * A node that is new comes last, when those that are gone from the document have been forgotten: a
 * machine that replaces another one has its addresses.
 */
static bool replaces(const struct ring *now, const struct ring *wanted, uint8_t id, uint8_t other)
{
	return !ring_node_by_id(now, id) && !ring_node_by_id(wanted, other);
}

bool ring_conflict(const struct ring *now, const struct ring *wanted, struct text *text)
{
	char address[16];

	for (size_t i = 0; i < wanted->n_nodes * CONFIG_RING_PORTS; i++) {
		const struct ring_node *node = &wanted->nodes[i / CONFIG_RING_PORTS];
		uint32_t a = node->address[i % CONFIG_RING_PORTS].address;

		for (size_t j = 0; j < now->n_nodes * RING_LINKS; j++) {
			const struct ring_node *other = &now->nodes[j / RING_LINKS];
			unsigned int link = j % RING_LINKS;

			if (other->id == node->id || !(now->links & 1u << link) ||
			    other->address[link].address != a ||
			    replaces(now, wanted, node->id, other->id))
				continue;
			text_add(text, "%s cannot have %s while %s has it", node->name,
				 format_ipv4(a, address, sizeof(address)), other->name);
			return true;
		}
	}
	return false;
}

unsigned int ring_distance(const struct ring *now, const struct ring *wanted)
{
	struct ring ring = *now;
	unsigned int steps = 0;

	while (steps < RING_STEPS_MAX && ring_next(&ring, wanted, &ring) != RING_STEP_NONE)
		steps++;
	return steps;
}
