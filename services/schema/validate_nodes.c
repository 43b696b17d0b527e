// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "schema/error.h"
#include "schema/validate.h"

#define PORT_PATH "/trireme:cluster/node[name='%s']/port[name='%s']"

static void value_address(struct schema_error *error, uint32_t address)
{
	format_ipv4(address, error->value, sizeof(error->value));
}

/* The ring and the two sides of a router need both. */
static int check_port_names(const struct config_node *node, struct schema_error *error)
{
	static const char *const needed[] = {"eth0", "eth1"};

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (config_port_by_name(node, needed[i]))
			continue;
		error_text(error->allowed, sizeof(error->allowed),
			   "every node needs the ports eth0 (public) and eth1 (private): %s is "
			   "missing",
			   needed[i]);
		return bad_at(error, "/trireme:cluster/node[name='%s']/port", node->name);
	}
	return 0;
}

static int check_port_address(const struct config *config, const struct config_node *node,
			      const struct config_port *port, struct schema_error *error)
{
	const char *why = address_unusable(port->address, port->prefix_length);
	char holder[200];

	if (why)
		error_text(error->allowed, sizeof(error->allowed), "%s", why);
	else if (address_holder(config, port->address, port, holder, sizeof(holder)))
		error_text(error->allowed, sizeof(error->allowed),
			   "an address that nothing else uses: %s has it too", holder);
	else
		return 0;
	value_address(error, port->address);
	return bad_at(error, PORT_PATH "/address", node->name, port->name);
}

/* Two ports in one subnet would make it chance through which one a packet leaves. */
static int check_port_subnet(const struct config_node *node, const struct config_port *port,
			     struct schema_error *error)
{
	for (const struct config_port *other = node->ports; other < port; other++) {
		uint8_t length = other->prefix_length < port->prefix_length ? other->prefix_length
									    : port->prefix_length;

		if (!same_subnet(port->address, other->address, length))
			continue;
		value_address(error, port->address);
		error_text(error->allowed, sizeof(error->allowed),
			   "an address in a subnet of its own: it lies in the subnet of %s",
			   other->name);
		return bad_at(error, PORT_PATH "/address", node->name, port->name);
	}
	return 0;
}

/* A floating address moves between the routers: a port must be on the same network on all. */
static int check_same_network(const struct config *config, const struct config_node *node,
			      const struct config_port *port, struct schema_error *error)
{
	const struct config_node *first = first_router(config);
	const struct config_port *other = first ? config_port_by_name(first, port->name) : NULL;
	char text[16];

	if (node->role != CONFIG_ROLE_ROUTER || !other ||
	    (other->prefix_length == port->prefix_length &&
	     same_subnet(other->address, port->address, port->prefix_length)))
		return 0;
	error_text(error->value, sizeof(error->value), "%s/%u",
		   format_ipv4(port->address, text, sizeof(text)), port->prefix_length);
	error_text(
		error->allowed, sizeof(error->allowed),
		"the same subnet as %s of %s, which is %s/%u: floating addresses move between them",
		port->name, first->name, format_ipv4(other->address, text, sizeof(text)),
		other->prefix_length);
	return bad_at(error, PORT_PATH "/address", node->name, port->name);
}

static bool same_hardware(const struct config_port *a, const struct config_port *b, bool same_node)
{
	if (a->hardware != b->hardware)
		return false;
	if (a->hardware == CONFIG_HARDWARE_MAC)
		return memcmp(a->mac, b->mac, sizeof(a->mac)) == 0;
	return a->hardware == CONFIG_HARDWARE_PCI && same_node &&
	       strcmp(a->pci_path, b->pci_path) == 0;
}

static int bad_mac(const struct config_node *node, const struct config_port *port,
		   struct schema_error *error)
{
	const uint8_t *m = port->mac;

	if (port->hardware == CONFIG_HARDWARE_PCI) {
		error_text(error->value, sizeof(error->value), "%s", port->pci_path);
		return bad_at(error, PORT_PATH "/pci-path", node->name, port->name);
	}
	error_text(error->value, sizeof(error->value), "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1],
		   m[2], m[3], m[4], m[5]);
	return bad_at(error, PORT_PATH "/mac", node->name, port->name);
}

static int check_hardware(const struct config *config, const struct config_node *node,
			  const struct config_port *port, struct schema_error *error)
{
	static const uint8_t zero[6];

	if (port->hardware == CONFIG_HARDWARE_MAC &&
	    ((port->mac[0] & 1) || memcmp(port->mac, zero, sizeof(zero)) == 0)) {
		error_text(error->allowed, sizeof(error->allowed),
			   "the address of one network card, neither multicast nor all zeros");
		return bad_mac(node, port, error);
	}
	for (size_t i = 0; i < config->n_nodes; i++) {
		const struct config_node *other = &config->nodes[i];

		for (size_t j = 0; j < other->n_ports; j++) {
			const struct config_port *twin = &other->ports[j];

			if (twin == port || !same_hardware(port, twin, other == node))
				continue;
			error_text(error->allowed, sizeof(error->allowed),
				   "a network card of its own: " PORT_PATH " names the same one",
				   other->name, twin->name);
			return bad_mac(node, port, error);
		}
	}
	return 0;
}

static int check_gateway(const struct config *config, const struct config_node *node,
			 struct schema_error *error)
{
	char holder[200];
	bool inside = false;

	if (node->gateway == 0)
		return 0;
	for (size_t i = 0; i < node->n_ports; i++) {
		const struct config_port *port = &node->ports[i];

		inside |= same_subnet(node->gateway, port->address, port->prefix_length) &&
			  !address_unusable(node->gateway, port->prefix_length);
	}
	if (!inside)
		error_text(error->allowed, sizeof(error->allowed),
			   "an address of a host inside the subnet of one of the node's ports");
	else if (address_holder(config, node->gateway, NULL, holder, sizeof(holder)))
		error_text(error->allowed, sizeof(error->allowed),
			   "the address of another router, outside this cluster: %s has it",
			   holder);
	else
		return 0;
	value_address(error, node->gateway);
	return bad_at(error, "/trireme:cluster/node[name='%s']/gateway", node->name);
}

static int check_port(const struct config *config, const struct config_node *node,
		      const struct config_port *port, struct schema_error *error)
{
	int r = check_port_address(config, node, port, error);

	if (r == 0)
		r = check_port_subnet(node, port, error);
	if (r == 0)
		r = check_same_network(config, node, port, error);
	if (r == 0)
		r = check_hardware(config, node, port, error);
	return r;
}

int validate_nodes(const struct config *config, struct schema_error *error)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		const struct config_node *node = &config->nodes[i];
		int r = check_port_names(node, error);

		for (size_t j = 0; j < node->n_ports && r == 0; j++)
			r = check_port(config, node, &node->ports[j], error);
		if (r == 0)
			r = check_gateway(config, node, error);
		if (r < 0)
			return r;
	}
	if (!first_router(config)) {
		error_text(error->allowed, sizeof(error->allowed),
			   "at least one node with the role router");
		return bad_at(error, "/trireme:cluster/node");
	}
	return 0;
}
