/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the named sets of the ruleset hold, as lists, from the configuration. */
#ifndef TRIREME_ENGINE_RULESET_COLLECT_H
#define TRIREME_ENGINE_RULESET_COLLECT_H

#include <stddef.h>
#include <stdint.h>

#include "schema/config.h"

struct element {
	struct config_inet address;
	uint16_t first, last; /* ports; 0: an address only */
	uint8_t protocol;
	uint32_t mark; /* 0: none */
};

struct elements {
	uint16_t family;       /* AF_INET, AF_INET6: of the addresses that are collected */
	struct element *items; /* n of them; the caller frees it, also after an error */
	size_t n, room;
};

enum ruleset_set {
	SET_SERVICE,	     /* services of a single port */
	SET_NAT_SERVICE,     /* those of them under NAT */
	SET_SERVICE_MARK,    /* ports of all others, with their marks */
	SET_NAT_MARK,	     /* marks of those under NAT */
	SET_ANSWERING,	     /* where real servers under NAT answer from, a port each */
	SET_ANSWERING_RANGE, /* the same, ranges of ports */
	SET_CHECKED,	     /* where they are asked on the private port */
	SET_FLOATING_PUBLIC, /* aliases on eth0 */
	SET_VIP,	     /* addresses of services */
	SET_CLUSTER,	     /* addresses of nodes, and all aliases */
	SET_COUNT,
};

/*
 * What is of the list's family. Unsorted, and one thing may be there more than once. marks:
 * marks_make(). private: this node's port eth1. -ENOMEM.
 */
int ruleset_collect(const struct config *config, const uint32_t *marks,
		    const struct config_port *private, enum ruleset_set set, struct elements *list);

#endif
