// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_lease.h"

#include <stdbool.h>
#include <string.h>

#include "engine/bpf/forward.h"
#include "proto/agent_wire.h"

static bool has_address(const struct config_group *group, const struct config_inet *address)
{
	for (size_t i = 0; address->family == AF_INET && i < group->n_aliases; i++)
		if (memcmp(&group->aliases[i].address, address->bytes, sizeof(uint32_t)) == 0)
			return true;
	for (size_t i = 0; address->family == AF_INET6 && i < group->n_ipv6_aliases; i++)
		if (memcmp(&group->ipv6_aliases[i].address, address->bytes,
			   sizeof(struct in6_addr)) == 0)
			return true;
	return false;
}

const struct config_group *forward_group(const struct config *config,
					 const struct config_service *service)
{
	struct config_inet address = config_service_inet(service);

	for (size_t i = 0; i < config->n_groups; i++)
		if (has_address(&config->groups[i], &address))
			return &config->groups[i];
	return NULL;
}

static const char *port_of_ipv6(const struct config *config, const struct in6_addr *address)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t j = 0; j < group->n_ipv6_aliases; j++) {
			if (IN6_ARE_ADDR_EQUAL(&group->ipv6_aliases[j].address, address))
				return group->ipv6_aliases[j].port;
		}
	}
	return NULL;
}

const char *forward_port(const struct config *config, const struct config_service *service)
{
	if (service->ipv6)
		return port_of_ipv6(config, &service->ipv6_address);
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t j = 0; j < group->n_aliases; j++) {
			if (group->aliases[j].address == service->address)
				return group->aliases[j].port;
		}
	}
	return NULL;
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
