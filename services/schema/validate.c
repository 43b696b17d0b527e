// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/validate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

#include "base/parse.h"
#include "schema/error.h"

int bad_at(struct schema_error *error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_textv(error->path, sizeof(error->path), format, args);
	va_end(args);
	return -EBADMSG;
}

bool same_subnet(uint32_t a, uint32_t b, uint8_t length)
{
	return ((a ^ b) & ipv4_netmask(length)) == 0;
}

bool address_holder(const struct config *config, uint32_t address, const void *except,
		    char *ret_path, size_t size)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		const struct config_node *node = &config->nodes[i];

		for (size_t j = 0; j < node->n_ports; j++) {
			const struct config_port *port = &node->ports[j];

			if (port->address != address || port == except)
				continue;
			error_text(ret_path, size,
				   "/trireme:cluster/node[name='%s']/port[name='%s']", node->name,
				   port->name);
			return true;
		}
	}
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t j = 0; j < group->n_aliases; j++) {
			const struct config_alias *alias = &group->aliases[j];

			if (alias->address != address || alias == except)
				continue;
			error_text(ret_path, size,
				   "/trireme:alias-group[name='%s']/alias[label='%s']", group->name,
				   alias->label);
			return true;
		}
	}
	return false;
}

const char *address_unusable(uint32_t address, uint8_t length)
{
	uint32_t host = ntohl(address), mask = ntohl(ipv4_netmask(length));

	if (host >> 24 == 0 || host >> 24 == 127)
		return "an address of a network card: 0.x.x.x and 127.x.x.x mean this machine "
		       "itself";
	if (host >> 24 >= 224)
		return "an address of one host: 224.0.0.0 and above are multicast or reserved";
	if (length < 31 && (host & ~mask) == 0)
		return "an address of a host: this is the address of the subnet itself";
	if (length < 31 && (host | mask) == UINT32_MAX)
		return "an address of a host: this is the broadcast address of the subnet";
	return NULL;
}

const struct config_node *first_router(const struct config *config)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		if (config->nodes[i].role == CONFIG_ROLE_ROUTER)
			return &config->nodes[i];
	}
	return NULL;
}

int config_validate(const struct config *config, struct schema_error *error)
{
	int r = validate_nodes(config, error);

	if (r == 0)
		r = validate_aliases(config, error);
	if (r == 0)
		r = validate_services(config, error);
	return r;
}
