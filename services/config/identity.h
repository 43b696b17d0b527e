/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which node of the configuration this machine is. Pure. */
#ifndef TRIREME_CONFIG_IDENTITY_H
#define TRIREME_CONFIG_IDENTITY_H

#include "base/text.h"
#include "schema/config.h"

#define IDENTITY_MACS_MAX 64

/* The Ethernet cards of this machine. */
struct identity_macs {
	uint8_t macs[IDENTITY_MACS_MAX][6];
	size_t n;
};

/*
 * The node that machine/node names, else the only one with a port whose MAC address is in the
 * machine, else the only node there is. -ENOENT: none, -ENOTUNIQ: more than one; problem then
 * says in sentences which addresses were found and which were expected.
 */
int identity_find(const struct config *config, const struct identity_macs *macs,
		  const struct config_node **ret_node, struct text *problem);

/*
 * Appends the rules for trireme-ports: "eth0 mac 52:…" or "eth0 pci 0000:…", and "eth1 virtual" for
 * a VLAN or bond, whose name no card may get.
 */
void identity_port_rules(const struct config_node *node, struct text *text);

#endif
