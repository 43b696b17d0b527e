// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/insides.h"

#include <string.h>

#define PUBLIC_PORT "eth0"
#define NOWHERE UINT32_MAX /* no interface has this index */

static struct fwd_inside make_entry(const struct own_network *network, const struct links *links)
{
	struct fwd_inside entry = {.interface = NOWHERE,
				   .family = (uint8_t)network->address.family};
	struct link_way way;

	memcpy(entry.address, network->address.words, sizeof(entry.address));
	memcpy(entry.mask, network->mask, sizeof(entry.mask));
	if (network->in && links_way(links, network->in, &way) == 0) {
		entry.interface = way.port->index;
		entry.vlan = way.vlan;
	}
	return entry;
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

size_t insides_publish(const struct own_networks *networks, const struct links *links,
		       struct fwd_inside *table)
{
	static const struct fwd_inside none;
	size_t n = 0, left_out = 0;

	for (size_t i = 0; i < networks->n; i++) {
		struct fwd_inside entry;

		if (strcmp(networks->list[i].port, PUBLIC_PORT) == 0)
			continue;
		entry = make_entry(&networks->list[i], links);
		if (n < FWD_INSIDE_MAX)
			write_entry(&table[n++], &entry);
		else
			left_out++;
	}
	while (n < FWD_INSIDE_MAX)
		write_entry(&table[n++], &none);
	return left_out;
}
