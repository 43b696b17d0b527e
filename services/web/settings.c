// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/settings.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"

#define PUBLIC_PORT "eth0"
#define PRIVATE_PORT "eth1"

/* eth0 and the VLANs on it. */
static bool is_public(const struct config_port *port)
{
	return strcmp(port->name, PUBLIC_PORT) == 0 ||
	       (port->kind == CONFIG_PORT_VLAN && strcmp(port->parent, PUBLIC_PORT) == 0);
}

static void add_address(struct settings *settings, uint32_t address)
{
	if (address && settings->n_addresses < SETTINGS_ADDRESSES_MAX)
		settings->addresses[settings->n_addresses++] = address;
}

static void add_network(struct settings *settings, uint32_t address, uint8_t prefix_length)
{
	if (!address || settings->n_networks == ARRAY_SIZE(settings->networks))
		return;
	settings->networks[settings->n_networks++] = (struct config_network){
		.address = address & ipv4_netmask(prefix_length), .prefix_length = prefix_length};
}

static void add_port(struct settings *settings, const struct config_port *port)
{
	(void)copy_text(settings->ports[settings->n_ports++], CONFIG_PORT_NAME_MAX, port->name);
	add_address(settings, port->address);
	for (size_t i = 0; i < port->n_additional; i++)
		add_address(settings, port->additional[i].address);
}

static bool listens_on(const struct settings *settings, const char *port)
{
	for (size_t i = 0; i < settings->n_ports; i++)
		if (strcmp(settings->ports[i], port) == 0)
			return true;
	return false;
}

/* The owner of a group answers on its floating addresses, too. */
static void add_aliases(struct settings *settings, const struct config *config)
{
	for (size_t g = 0; g < config->n_groups; g++)
		for (size_t i = 0; i < config->groups[g].n_aliases; i++)
			if (listens_on(settings, config->groups[g].aliases[i].port))
				add_address(settings, config->groups[g].aliases[i].address);
}

/* Who may connect: those that are named, else who is on the private network. */
static void add_networks(struct settings *settings, const struct config_management *management,
			 const struct config_node *node)
{
	const struct config_port *port = config_port_by_name(node, PRIVATE_PORT);

	for (size_t i = 0; i < management->n_networks; i++)
		settings->networks[settings->n_networks++] = management->networks[i];
	if (management->n_networks || !port)
		return;
	add_network(settings, port->address, port->prefix_length);
	for (size_t i = 0; i < port->n_additional; i++)
		add_network(settings, port->additional[i].address,
			    port->additional[i].prefix_length);
}

void settings_make(const struct config *config, const struct config_node *node,
		   struct settings *ret_settings)
{
	const struct config_management *management = &config->management;

	*ret_settings = (struct settings){0};
	ret_settings->enabled = management->https;
	ret_settings->port = management->https_port;
	ret_settings->metrics = management->metrics;
	(void)copy_text(ret_settings->node, sizeof(ret_settings->node), node->name);
	for (size_t i = 0; i < node->n_ports; i++)
		if (management->https_public || !is_public(&node->ports[i]))
			add_port(ret_settings, &node->ports[i]);
	add_aliases(ret_settings, config);
	add_networks(ret_settings, management, node);
}

static bool same_ports(const struct settings *a, const struct settings *b)
{
	bool same = a->n_ports == b->n_ports;

	for (size_t i = 0; same && i < a->n_ports; i++)
		same = strcmp(a->ports[i], b->ports[i]) == 0;
	return same;
}

static bool same_networks(const struct settings *a, const struct settings *b)
{
	bool same = a->n_networks == b->n_networks;

	for (size_t i = 0; same && i < a->n_networks; i++)
		same = a->networks[i].address == b->networks[i].address &&
		       a->networks[i].prefix_length == b->networks[i].prefix_length;
	return same;
}

/* Not the addresses: a certificate is made once, and listening is by port. */
bool settings_equal(const struct settings *a, const struct settings *b)
{
	return a->enabled == b->enabled && a->port == b->port && a->metrics == b->metrics &&
	       strcmp(a->node, b->node) == 0 && same_ports(a, b) && same_networks(a, b);
}

bool settings_admit(const struct settings *settings, uint32_t address)
{
	for (size_t i = 0; i < settings->n_networks; i++) {
		const struct config_network *network = &settings->networks[i];

		if ((address & ipv4_netmask(network->prefix_length)) == network->address)
			return true;
	}
	return false;
}
