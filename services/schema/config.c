// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->n_services; i++)
		free(config->services[i].reals);
	for (size_t i = 0; i < config->n_pools; i++)
		free(config->pools[i].reals);
	free(config->services);
	free(config->resources);
	free(config->pools);
	free(config->marks);
	free(config->sources);
	free(config->users);
	free(config->tokens);
	free(config->fence_devices);
	free(config);
}

const struct config_node *config_node_by_name(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		if (strcmp(config->nodes[i].name, name) == 0)
			return &config->nodes[i];
	}
	return NULL;
}

const struct config_port *config_port_by_name(const struct config_node *node, const char *name)
{
	for (size_t i = 0; i < node->n_ports; i++) {
		if (strcmp(node->ports[i].name, name) == 0)
			return &node->ports[i];
	}
	return NULL;
}

const struct config_port *config_port_by_neighbour(const struct config_node *node, uint32_t address)
{
	for (size_t i = 0; i < node->n_ports; i++) {
		const struct config_port *port = &node->ports[i];

		if (port->address &&
		    ((address ^ port->address) & ipv4_netmask(port->prefix_length)) == 0)
			return port;
	}
	return NULL;
}

const struct config_port *config_port_by_inet(const struct config_node *node,
					      const struct config_inet *inet)
{
	uint32_t ipv4;

	memcpy(&ipv4, inet->bytes, sizeof(ipv4));
	if (inet->family == AF_INET)
		return config_port_by_neighbour(node, ipv4);
	for (size_t i = 0; inet->family == AF_INET6 && i < node->n_ports; i++) {
		for (size_t j = 0; j < node->ports[i].n_ipv6; j++) {
			const struct config_ipv6_address *own = &node->ports[i].ipv6[j];
			struct config_inet is = config_inet6(&own->address);

			if (config_inet_same_subnet(inet, &is, own->prefix_length))
				return &node->ports[i];
		}
	}
	return NULL;
}

const struct config_pool *config_pool_by_name(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_pools; i++) {
		if (strcmp(config->pools[i].name, name) == 0)
			return &config->pools[i];
	}
	return NULL;
}

const struct config_mark *config_mark_by_number(const struct config *config, uint16_t number)
{
	for (size_t i = 0; i < config->n_marks; i++) {
		if (config->marks[i].mark == number)
			return &config->marks[i];
	}
	return NULL;
}

bool config_serves_ipv6(const struct config *config)
{
	for (size_t i = 0; i < config->n_services; i++) {
		if (config->services[i].ipv6)
			return true;
	}
	return false;
}

bool config_inet_same_subnet(const struct config_inet *a, const struct config_inet *b,
			     uint8_t length)
{
	struct in6_addr x, y;

	memcpy(&x, a->bytes, sizeof(x));
	memcpy(&y, b->bytes, sizeof(y));
	return a->family == b->family && a->family != AF_UNSPEC && ipv6_same_subnet(&x, &y, length);
}

const char *config_inet_text(const struct config_inet *inet, char *buf)
{
	return format_inet(inet->family, inet->bytes, buf);
}

const char *config_endpoint_text(const struct config_inet *inet, uint16_t port, char *buf)
{
	bool brackets = inet->family == AF_INET6;
	char address[CONFIG_INET_TEXT_MAX];

	snprintf(buf, CONFIG_ENDPOINT_TEXT_MAX, "%s%s%s:%u", brackets ? "[" : "",
		 config_inet_text(inet, address), brackets ? "]" : "", port);
	return buf;
}

int config_resolve_service(const struct config *config, struct config_service *service)
{
	const struct config_mark *mark = config_mark_by_number(config, service->mark);
	const struct config_pool *pool = config_pool_by_name(config, service->pool);

	if (service->mark && !mark)
		return -EINVAL;
	if (mark)
		service->check_port = mark->matches[0].range.first;
	service->ipv6 = (mark ? config_match_inet(&mark->matches[0]) : config_service_inet(service))
				.family == AF_INET6;
	if (service->sorry_port == 0)
		service->sorry_port = service->port;
	service->reals = calloc(pool ? pool->n_reals + 1 : 1, sizeof(*service->reals));
	if (!service->reals)
		return -ENOMEM;
	for (; pool && service->n_reals < pool->n_reals; service->n_reals++) {
		struct config_real *real = &service->reals[service->n_reals];

		*real = pool->reals[service->n_reals];
		if (real->port == 0)
			real->port = service->port;
	}
	return 0;
}

const char *config_protocol_name(enum config_protocol protocol)
{
	static const char *const names[] = {[CONFIG_PROTOCOL_TCP] = "tcp",
					    [CONFIG_PROTOCOL_UDP] = "udp",
					    [CONFIG_PROTOCOL_SCTP] = "sctp"};

	return names[protocol];
}

const char *config_method_name(enum config_method method)
{
	static const char *const names[] = {[CONFIG_METHOD_NAT] = "nat",
					    [CONFIG_METHOD_DIRECT] = "direct",
					    [CONFIG_METHOD_TUNNEL] = "tunnel"};

	return names[method];
}

const char *config_access_role_name(enum config_access_role role)
{
	static const char *const names[] = {[CONFIG_ACCESS_VIEWER] = "viewer",
					    [CONFIG_ACCESS_OPERATOR] = "operator",
					    [CONFIG_ACCESS_ADMINISTRATOR] = "administrator"};

	return names[role];
}

const char *config_source_type_name(enum config_source_type type)
{
	static const char *const names[] = {[CONFIG_SOURCE_NFS] = "nfs",
					    [CONFIG_SOURCE_SMB] = "smb",
					    [CONFIG_SOURCE_ISCSI] = "iscsi",
					    [CONFIG_SOURCE_POSTGRESQL] = "postgresql",
					    [CONFIG_SOURCE_MYSQL] = "mysql",
					    [CONFIG_SOURCE_TCP] = "tcp",
					    [CONFIG_SOURCE_PACEMAKER] = "pacemaker"};

	return names[type];
}
