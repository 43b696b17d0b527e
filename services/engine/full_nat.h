/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's part of full NAT (bpf/back.h): the address and the ports that stand for clients in
 * the real servers' own networks, and whom they stand for. Pure.
 */
#ifndef TRIREME_ENGINE_FULL_NAT_H
#define TRIREME_ENGINE_FULL_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/flows.h"
#include "engine/ipvs_table.h"
#include "schema/config.h"

/* As in a packet: network byte order; IPv4 in the first word. */
struct full_nat_client {
	__be32 address[4];
	__be16 port;
};

/*
 * What the real server gets to see instead of a client of its own network: the floating address
 * that the service's group has on that network's port, so that it moves with the group. False:
 * there is none, ret_address is 0; such clients cannot be served.
 */
bool full_nat_source(const struct config *config, const struct config_service *service,
		     const struct ipvs_dest *dest, uint32_t ret_address[4]);

/* The configuration's masquerade ports, as many as there is room for. */
void full_nat_ports(struct fwd_settings *settings, const struct config *config);

/* As an engine begins: what another one had claimed, and was ended before it wrote, is free. */
void full_nat_unclaim(const struct forward_tables *tables);

/* Whom a flow of FWD_FULLNAT is for. False: it is none, or another one has its port by now. */
bool full_nat_client(const struct forward_tables *tables, const struct flow *flow,
		     struct full_nat_client *ret_client);

/*
 * The flow's port stands for that client from now on. -ENOSPC: it does for another flow that is
 * there. owner: who owns the address says so: other flows of the same address are over. One of
 * another address is of a group that this router owns, perhaps.
 */
int full_nat_take(const struct forward_tables *tables, const struct flow *flow,
		  const struct full_nat_client *client, bool owner);

#endif
