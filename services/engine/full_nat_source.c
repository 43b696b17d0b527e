// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "engine/forward_lease.h"
#include "engine/full_nat.h"

/* The port of all routers that is in one network with the address, by its name; NULL: none is. */
static const char *port_at(const struct config *config, const struct config_inet *address)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		const struct config_port *port = config_port_by_inet(&config->nodes[i], address);

		if (port && config->nodes[i].role == CONFIG_ROLE_ROUTER)
			return port->name;
	}
	return NULL;
}

bool full_nat_source(const struct config *config, const struct config_service *service,
		     const struct ipvs_dest *dest, uint32_t ret_address[4])
{
	const struct config_group *group = forward_group(config, service);
	struct config_inet to = {.family = dest->family};
	const char *port;

	memset(ret_address, 0, 4 * sizeof(*ret_address));
	memcpy(to.bytes, dest->address, sizeof(to.bytes));
	port = port_at(config, &to);
	if (!group || !port)
		return false;
	for (size_t i = 0; to.family == AF_INET && i < group->n_aliases; i++) {
		if (strcmp(group->aliases[i].port, port) == 0) {
			ret_address[0] = group->aliases[i].address;
			return true;
		}
	}
	for (size_t i = 0; to.family == AF_INET6 && i < group->n_ipv6_aliases; i++) {
		if (strcmp(group->ipv6_aliases[i].port, port) == 0) {
			memcpy(ret_address, &group->ipv6_aliases[i].address,
			       sizeof(group->ipv6_aliases[i].address));
			return true;
		}
	}
	return false;
}

void full_nat_ports(struct fwd_settings *settings, const struct config *config)
{
	uint32_t n = config->masquerade.last - config->masquerade.first + 1u;

	__atomic_store_n(&settings->back_first, config->masquerade.first, __ATOMIC_RELAXED);
	__atomic_store_n(&settings->backs, (uint16_t)(n < FWD_BACKS ? n : FWD_BACKS),
			 __ATOMIC_RELEASE);
}
