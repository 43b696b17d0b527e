// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/insides.h"

#include <stdlib.h>
#include <string.h>

#define PUBLIC_PORT "eth0"
#define NOWHERE UINT32_MAX /* no interface has this index */
#define NETWORKS_MAX (CONFIG_PORTS_MAX * (1 + CONFIG_ADDITIONAL_MAX + CONFIG_IPV6_ADDRESSES_MAX))

struct inside {
	struct fwd_inside entry;
	uint8_t length; /* of the prefix, in bits */
};

struct inside_list {
	struct inside list[NETWORKS_MAX];
	size_t n;
};

/* Bits of the first word come first, in network byte order. */
static void set_mask(__be32 *mask, uint8_t length)
{
	uint8_t *bytes = (uint8_t *)mask;

	for (uint8_t i = 0; i < length; i++)
		bytes[i / 8] |= (uint8_t)(0x80 >> (i % 8));
}

static void add(struct inside_list *insides, const struct fwd_inside *where, uint8_t family,
		const void *address, uint8_t length)
{
	struct inside *inside = &insides->list[insides->n];

	if (length == 0 || insides->n == NETWORKS_MAX)
		return;
	*inside = (struct inside){.entry = *where, .length = length};
	inside->entry.family = family;
	memcpy(inside->entry.address, address, family == 4 ? 4 : 16);
	set_mask(inside->entry.mask, length);
	for (int i = 0; i < 4; i++)
		inside->entry.address[i] &= inside->entry.mask[i];
	insides->n++;
}

static void add_port(struct inside_list *insides, const struct links *links,
		     const struct config_port *port)
{
	const struct link *link = links_by_name(links, port->name);
	struct fwd_inside where = {.interface = NOWHERE};
	struct link_way way;

	if (link && links_way(links, link, &way) == 0) {
		where.interface = way.port->index;
		where.vlan = way.vlan;
	}
	if (port->address)
		add(insides, &where, 4, &port->address, port->prefix_length);
	for (size_t i = 0; i < port->n_additional; i++)
		add(insides, &where, 4, &port->additional[i].address,
		    port->additional[i].prefix_length);
	for (size_t i = 0; i < port->n_ipv6; i++)
		add(insides, &where, 6, &port->ipv6[i].address, port->ipv6[i].prefix_length);
}

/* By address besides, so that the same networks are always at the same places. */
static int compare(const void *a, const void *b)
{
	const struct inside *x = a, *y = b;

	if (x->length != y->length)
		return y->length - x->length;
	return memcmp(&x->entry, &y->entry, sizeof(x->entry));
}

/* The interface last: it is what makes an entry count. */
static void write_entry(struct fwd_inside *to, const struct fwd_inside *from)
{
	if (memcmp(to, from, sizeof(*to)) == 0)
		return;
	memcpy(to->address, from->address, sizeof(to->address));
	memcpy(to->mask, from->mask, sizeof(to->mask));
	to->vlan = from->vlan;
	to->family = from->family;
	__atomic_store_n(&to->interface, from->interface, __ATOMIC_SEQ_CST);
}

size_t insides_publish(const struct config_node *node, const struct links *links,
		       struct fwd_inside *table)
{
	static const struct fwd_inside none;
	struct inside_list insides = {.n = 0};
	size_t n = 0;

	for (size_t i = 0; i < node->n_ports; i++)
		if (strcmp(node->ports[i].name, PUBLIC_PORT) != 0)
			add_port(&insides, links, &node->ports[i]);
	qsort(insides.list, insides.n, sizeof(insides.list[0]), compare);
	for (; n < insides.n && n < FWD_INSIDE_MAX; n++)
		write_entry(&table[n], &insides.list[n].entry);
	for (size_t i = n; i < FWD_INSIDE_MAX; i++)
		write_entry(&table[i], &none);
	return insides.n - n;
}
