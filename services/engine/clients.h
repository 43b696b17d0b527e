/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients in this machine's own networks: answers go to them directly, but the kernel has never
 * sent them anything and may not know their MAC, least of all on a router that has taken over.
 * They are looked for. Pure.
 */
#ifndef TRIREME_ENGINE_CLIENTS_H
#define TRIREME_ENGINE_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/neighbours.h"
#include "engine/networks.h"

#define CLIENTS_WAITING_MAX 64 /* more are found again */
#define CLIENTS_ASKED_MAX 256
#define CLIENTS_AGAIN_NS 30000000000ULL /* so long nobody is looked for a second time */

struct client {
	uint32_t interface;
	struct net_address address;
};

struct clients {
	struct client waiting[CLIENTS_WAITING_MAX];
	size_t n_waiting;
	struct client asked[CLIENTS_ASKED_MAX]; /* a ring */
	uint64_t asked_at[CLIENTS_ASKED_MAX];
	size_t next;
};

/* A flow's client whose next hop is not known. True: it waits now to be looked for. */
bool clients_seen(struct clients *clients, const struct own_networks *networks,
		  const struct neighbours *neighbours, const struct net_address *address,
		  uint64_t now);

#endif
