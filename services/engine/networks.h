/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The networks that this machine is in, by its ports' own addresses. Pure. */
#ifndef TRIREME_ENGINE_NETWORKS_H
#define TRIREME_ENGINE_NETWORKS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/links.h"
#include "engine/route_msg.h"
#include "schema/config.h"

#define NETWORKS_MAX (CONFIG_PORTS_MAX * (1 + CONFIG_ADDITIONAL_MAX + CONFIG_IPV6_ADDRESSES_MAX))

struct own_network {
	struct net_address address; /* host bits are 0 */
	uint32_t mask[4];
	uint8_t length;	       /* of the prefix, in bits; not 0 */
	const char *port;      /* its name, the configuration's */
	const struct link *in; /* NULL: the port is not there */
};

struct own_networks {
	struct own_network list[NETWORKS_MAX];
	size_t n;
};

/* Those of the node, the narrowest first, always in the same order; node and links stay valid. */
void networks_make(const struct config_node *node, const struct links *links,
		   struct own_networks *ret_networks);

/* The narrowest one that has the address, or NULL. */
const struct own_network *networks_find(const struct own_networks *networks,
					const struct net_address *address);

#endif
