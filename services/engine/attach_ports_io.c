// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/attach_ports_io.h"

#include <errno.h>
#include <qb/qblog.h>
#include <string.h>

static void add_card(const struct attach_io *io, struct attach_port *port, const struct link *link)
{
	struct attach_card *card;

	if (port->n_cards == CONFIG_MEMBERS_MAX)
		return;
	card = &port->cards[port->n_cards++];
	memcpy(card->name, link->name, sizeof(card->name));
	offload_io_read(&io->offload, card);
}

static void add_cards(const struct attach_io *io, const struct links *links,
		      struct attach_port *port)
{
	const struct link *own = links_by_index(links, port->index);

	if (own->kind != LINK_BOND) {
		add_card(io, port, own);
		return;
	}
	port->kind = CONFIG_PORT_BOND;
	for (size_t i = 0; i < links->n; i++)
		if (links->list[i].index && links->list[i].master == own->index)
			add_card(io, port, &links->list[i]);
}

/* What the card does by itself and would harm is turned off before anybody decides. */
static void stop_offloads(const struct attach_io *io, struct attach_port *port)
{
	uint32_t set =
		OFFLOAD_BIT(OFFLOAD_LRO) | OFFLOAD_BIT(OFFLOAD_GRO_HW) | OFFLOAD_BIT(OFFLOAD_TAGS);

	for (size_t i = 0; i < port->n_cards; i++) {
		struct attach_card *card = &port->cards[i];
		uint32_t left = 0;
		int r = offload_io_stop(&io->offload, card->name, set, &left);

		if (r < 0 && r != -EOPNOTSUPP)
			qb_log(LOG_ERR, "%s: offloads cannot be set: %s", card->name, strerror(-r));
		card->merges = left & (OFFLOAD_BIT(OFFLOAD_LRO) | OFFLOAD_BIT(OFFLOAD_GRO_HW));
		card->strips_tags = left & OFFLOAD_BIT(OFFLOAD_TAGS);
	}
}

/*
 * A generic program on a bond sees frames after its members, where they would be merged; on a port
 * of its own, the kernel itself merges nothing (netif_elide_gro()).
 */
void attach_ports_stop_merging(const struct attach_io *io, const struct attach_port *port)
{
	uint32_t left = 0;

	if (port->kind != CONFIG_PORT_BOND || port->mode != ATTACH_GENERIC)
		return;
	for (size_t i = 0; i < port->n_cards; i++)
		if (offload_io_stop(&io->offload, port->cards[i].name, OFFLOAD_BIT(OFFLOAD_GRO),
				    &left) < 0 ||
		    left)
			qb_log(LOG_WARNING, "%s: GRO cannot be turned off", port->cards[i].name);
}

static bool same_port(const struct attach_port *a, const struct attach_port *b)
{
	if (a->index != b->index || a->mtu != b->mtu || a->n_cards != b->n_cards)
		return false;
	for (size_t i = 0; i < a->n_cards; i++)
		if (strcmp(a->cards[i].name, b->cards[i].name) != 0 ||
		    strcmp(a->cards[i].driver, b->cards[i].driver) != 0)
			return false;
	return true;
}

const struct attach_port *attach_port_find(const struct attach_port *ports, size_t n,
					   const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(ports[i].name, name) == 0)
			return &ports[i];
	return NULL;
}

static bool carries_vlans(const struct config_node *node, const char *name)
{
	for (size_t i = 0; i < node->n_ports; i++)
		if (node->ports[i].kind == CONFIG_PORT_VLAN &&
		    strcmp(node->ports[i].parent, name) == 0)
			return true;
	return false;
}

static void read_port(const struct attach_io *io, const struct links *links,
		      const struct config_node *node, const struct config_port *configured,
		      struct attach_port *port)
{
	const struct link *link = links_by_name(links, configured->name), *master;

	*port = (struct attach_port){.kind = configured->kind,
				     .has_vlans = carries_vlans(node, configured->name)};
	memcpy(port->name, configured->name, sizeof(port->name));
	memcpy(port->parent, configured->parent, sizeof(port->parent));
	if (!link || port->kind == CONFIG_PORT_VLAN)
		return;
	port->index = link->index;
	port->mtu = link->mtu;
	port->ethernet = link->ethernet;
	master = links_by_index(links, link->master);
	if (master)
		memcpy(port->master, master->name, sizeof(port->master));
	add_cards(io, links, port);
	stop_offloads(io, port);
}

/*
 * What a driver has refused is not tried again on the same port: a try may take the link down, and
 * what was attached above the driver has to go for it. What another run has left generic stays so:
 * it was refused then.
 */
static void recall_refusal(const struct attach_io *io, const struct links *links,
			   struct attach_port *port)
{
	const struct attach_port *before = attach_port_find(io->ports, io->n_ports, port->name);
	const struct link *link = links_by_index(links, port->index);

	if (before && same_port(before, port)) {
		port->refused[ATTACH_NATIVE] = before->refused[ATTACH_NATIVE];
		memcpy(port->words[ATTACH_NATIVE], before->words[ATTACH_NATIVE], ATTACH_WORDS_MAX);
	} else if (!before && link && link->xdp_generic) {
		port->refused[ATTACH_NATIVE] = -EALREADY;
	}
}

size_t attach_ports_read(const struct attach_io *io, const struct links *links,
			 const struct config_node *node, struct attach_port *ports)
{
	size_t n = 0;

	for (; node && n < node->n_ports; n++) {
		read_port(io, links, node, &node->ports[n], &ports[n]);
		recall_refusal(io, links, &ports[n]);
	}
	return n;
}
