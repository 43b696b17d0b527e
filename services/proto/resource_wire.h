/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the failover agent to the helper that runs resources, on one machine: one datagram of this
 * size over a SOCK_SEQPACKET connection (unix(7)) to RESOURCE_SOCKET, whenever another group is
 * owned and once a second. Each says all of it; nothing is answered. Integers in host byte order;
 * strings end with NUL.
 */
#ifndef TRIREME_PROTO_RESOURCE_WIRE_H
#define TRIREME_PROTO_RESOURCE_WIRE_H

#include <assert.h>
#include <stdint.h>

#define RESOURCE_SOCKET "/run/trireme/resource.sock"
#define RESOURCE_WIRE_VERSION 1
#define RESOURCE_WIRE_NAME_MAX 33 /* 32 characters and NUL */
#define RESOURCE_WIRE_GROUPS_MAX 16

/* The groups of which this node has a lease. */
struct resource_owned {
	uint32_t version;
	uint32_t n_groups;
	char groups[RESOURCE_WIRE_GROUPS_MAX][RESOURCE_WIRE_NAME_MAX];
};

static_assert(sizeof(struct resource_owned) == 536, "no hidden padding");

#endif
