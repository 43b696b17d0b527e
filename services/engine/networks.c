// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/networks.h"

#include <stdlib.h>
#include <string.h>

/* Bits of the first word come first, in network byte order. */
static void set_mask(uint32_t *mask, uint8_t length)
{
	uint8_t *bytes = (uint8_t *)mask;

	for (uint8_t i = 0; i < length; i++)
		bytes[i / 8] |= (uint8_t)(0x80 >> (i % 8));
}

static void add(struct own_networks *networks, const struct own_network *where, uint32_t family,
		const void *address, uint8_t length)
{
	struct own_network *network = &networks->list[networks->n];

	if (length == 0 || networks->n == NETWORKS_MAX)
		return;
	*network = *where;
	network->length = length;
	network->address.family = family;
	memcpy(network->address.words, address, family == 4 ? 4 : 16);
	set_mask(network->mask, length);
	for (int i = 0; i < 4; i++)
		network->address.words[i] &= network->mask[i];
	networks->n++;
}

static void add_port(struct own_networks *networks, const struct links *links,
		     const struct config_port *port)
{
	const struct own_network where = {.port = port->name,
					  .in = links_by_name(links, port->name)};

	if (port->address)
		add(networks, &where, 4, &port->address, port->prefix_length);
	for (size_t i = 0; i < port->n_additional; i++)
		add(networks, &where, 4, &port->additional[i].address,
		    port->additional[i].prefix_length);
	for (size_t i = 0; i < port->n_ipv6; i++)
		add(networks, &where, 6, &port->ipv6[i].address, port->ipv6[i].prefix_length);
}

static int compare(const void *a, const void *b)
{
	const struct own_network *x = a, *y = b;

	if (x->length != y->length)
		return y->length - x->length;
	return net_address_compare(&x->address, &y->address);
}

void networks_make(const struct config_node *node, const struct links *links,
		   struct own_networks *ret_networks)
{
	ret_networks->n = 0;
	for (size_t i = 0; i < node->n_ports; i++)
		add_port(ret_networks, links, &node->ports[i]);
	qsort(ret_networks->list, ret_networks->n, sizeof(ret_networks->list[0]), compare);
}

const struct own_network *networks_find(const struct own_networks *networks,
					const struct net_address *address)
{
	for (size_t i = 0; i < networks->n; i++) {
		const struct own_network *n = &networks->list[i];
		uint32_t differ = n->address.family ^ address->family;

		for (int k = 0; k < 4; k++)
			differ |= (n->address.words[k] ^ address->words[k]) & n->mask[k];
		if (!differ)
			return n;
	}
	return NULL;
}
