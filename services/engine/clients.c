// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/clients.h"

static bool was_asked(const struct clients *clients, const struct client *client, uint64_t now)
{
	for (size_t i = 0; i < CLIENTS_ASKED_MAX; i++)
		if (clients->asked[i].interface == client->interface &&
		    net_address_equal(&clients->asked[i].address, &client->address))
			return now - clients->asked_at[i] < CLIENTS_AGAIN_NS;
	return false;
}

/* A place that has the client already is used again, so that none is there twice. */
static void note_asked(struct clients *clients, const struct client *client, uint64_t now)
{
	size_t at = clients->next;

	for (size_t i = 0; i < CLIENTS_ASKED_MAX; i++)
		if (clients->asked[i].interface == client->interface &&
		    net_address_equal(&clients->asked[i].address, &client->address))
			at = i;
	if (at == clients->next)
		clients->next = (clients->next + 1) % CLIENTS_ASKED_MAX;
	clients->asked[at] = *client;
	clients->asked_at[at] = now;
}

bool clients_seen(struct clients *clients, const struct own_networks *networks,
		  const struct neighbours *neighbours, const struct net_address *address,
		  uint64_t now)
{
	const struct own_network *network;
	const struct neighbour *neighbour;
	struct client client = {.address = *address};

	if (clients->n_waiting == CLIENTS_WAITING_MAX)
		return false;
	network = networks_find(networks, address);
	if (!network || !network->in)
		return false;
	client.interface = network->in->index;
	neighbour = neighbours_find(neighbours, client.interface, address);
	if ((neighbour && neighbour->valid) || was_asked(clients, &client, now))
		return false;
	note_asked(clients, &client, now);
	clients->waiting[clients->n_waiting++] = client;
	return true;
}
