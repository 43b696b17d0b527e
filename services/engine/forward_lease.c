// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_lease.h"

#include <string.h>

#include "engine/bpf/forward.h"
#include "proto/agent_wire.h"

/* The group that has the service's address, and the port that it is on; NULL: none has. */
static const struct config_group *find(const struct config *config,
				       const struct config_service *service, const char **ret_port)
{
	int family = config_service_inet(service).family;

	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t k = 0; family == AF_INET && k < group->n_aliases; k++) {
			*ret_port = group->aliases[k].port;
			if (group->aliases[k].address == service->address)
				return group;
		}
		for (size_t k = 0; family == AF_INET6 && k < group->n_ipv6_aliases; k++) {
			*ret_port = group->ipv6_aliases[k].port;
			if (IN6_ARE_ADDR_EQUAL(&group->ipv6_aliases[k].address,
					       &service->ipv6_address))
				return group;
		}
	}
	return NULL;
}

const struct config_group *forward_group(const struct config *config,
					 const struct config_service *service)
{
	const char *port;

	return find(config, service, &port);
}

const char *forward_port(const struct config *config, const struct config_service *service)
{
	const char *port;

	return find(config, service, &port) ? port : NULL;
}

static uint8_t number_of(const struct gate_lease *leases, uint64_t key)
{
	for (uint8_t i = 0; i < GATE_GROUPS_MAX; i++)
		if (__atomic_load_n(&leases[i].key, __ATOMIC_ACQUIRE) == key)
			return i;
	return FWD_NO_GROUP;
}

uint8_t forward_lease_number(const struct config *config, const struct config_service *service,
			     const struct gate_lease *leases)
{
	const struct config_group *group = forward_group(config, service);

	return group ? number_of(leases, agent_wire_key(group->name)) : FWD_NO_GROUP;
}
