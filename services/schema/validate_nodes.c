// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "schema/validate.h"

#define NODE_PATH "/trireme:cluster/node[name='%s']"
#define ROUTE_PATH NODE_PATH "/route[destination='%s/%u']"

/* The ring and the two sides of a router need both. */
static int check_port_names(const struct validation *v, const struct config_node *node)
{
	static const char *const needed[] = {"eth0", "eth1"};

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		if (config_port_by_name(node, needed[i]))
			continue;
		bad_allowed(v->error,
			    "every node needs the ports eth0 (public) and eth1 (private): %s is "
			    "missing",
			    needed[i]);
		return bad_at(v->error, NODE_PATH "/port", node->name);
	}
	return 0;
}

static bool in_subnet_of(const struct config_port *port, uint32_t address)
{
	if (port->address && same_subnet(address, port->address, port->prefix_length) &&
	    !address_unusable(address, port->prefix_length))
		return true;
	for (size_t i = 0; i < port->n_additional; i++) {
		const struct config_address *a = &port->additional[i];

		if (same_subnet(address, a->address, a->prefix_length) &&
		    !address_unusable(address, a->prefix_length))
			return true;
	}
	return false;
}

/* 0, or what is wrong with the next router's address is in value and allowed. */
static int check_next_router(const struct validation *v, const struct config_node *node,
			     uint32_t address)
{
	char holder[200];
	bool inside = false;

	for (size_t i = 0; i < node->n_ports; i++)
		inside |= in_subnet_of(&node->ports[i], address);
	if (!inside)
		bad_allowed(v->error,
			    "an address of a host inside the subnet of one of the node's ports");
	else if (address_holder(v, address, NULL, holder, sizeof(holder)))
		bad_allowed(v->error,
			    "the address of another router, outside this cluster: %s has it",
			    holder);
	else
		return 0;
	bad_address(v->error, address);
	return -1;
}

/* As check_next_router(), of IPv6. */
static int check_ipv6_router(const struct validation *v, const struct config_node *node)
{
	struct config_inet inet = config_inet6(&node->ipv6_gateway);
	char holder[200];
	bool inside = false;

	for (size_t i = 0; i < node->n_ports; i++)
		inside |= ipv6_reaches(&node->ports[i], &node->ipv6_gateway);
	if (!inside)
		bad_allowed(v->error,
			    "an address of a host inside the subnet of an IPv6 address of "
			    "one of the node's ports");
	else if (inet_holder(v, &inet, NULL, holder, sizeof(holder)))
		bad_allowed(v->error,
			    "the address of another router, outside this cluster: %s has it",
			    holder);
	else
		return 0;
	bad_inet(v->error, &inet);
	return bad_at(v->error, NODE_PATH "/ipv6-gateway", node->name);
}

static bool is_subnet_of(const struct config_port *port, const struct config_route *route)
{
	if (port->address && port->prefix_length == route->prefix_length &&
	    same_subnet(port->address, route->destination, route->prefix_length))
		return true;
	for (size_t i = 0; i < port->n_additional; i++) {
		if (port->additional[i].prefix_length == route->prefix_length &&
		    same_subnet(port->additional[i].address, route->destination,
				route->prefix_length))
			return true;
	}
	return false;
}

static int check_route(const struct validation *v, const struct config_node *node,
		       const struct config_route *route)
{
	const struct config_port *own = NULL;
	char text[16];

	format_ipv4(route->destination, text, sizeof(text));
	if (check_next_router(v, node, route->via) < 0)
		return bad_at(v->error, ROUTE_PATH "/via", node->name, text, route->prefix_length);
	for (size_t i = 0; i < node->n_ports && !own; i++)
		own = is_subnet_of(&node->ports[i], route) ? &node->ports[i] : NULL;
	if (route->prefix_length == 0)
		bad_allowed(v->error, "a network: the default route is the node's gateway");
	else if (address_unusable(route->destination, 32))
		bad_allowed(v->error, "a network of hosts, outside of 0.x.x.x, 127.x.x.x and "
				      "224.0.0.0 and above");
	else if (own)
		bad_allowed(v->error, "a network other than the subnet of the node's own port %s",
			    own->name);
	else
		return 0;
	bad_value(v->error, "%s/%u", text, route->prefix_length);
	return bad_at(v->error, ROUTE_PATH "/destination", node->name, text, route->prefix_length);
}

static int check_node(const struct validation *v, const struct config_node *node)
{
	int r = check_port_names(v, node);

	for (size_t i = 0; i < node->n_ports && r == 0; i++)
		r = validate_port(v, node, &node->ports[i]);
	if (r == 0 && node->gateway && check_next_router(v, node, node->gateway) < 0)
		return bad_at(v->error, NODE_PATH "/gateway", node->name);
	if (r == 0 && !IN6_IS_ADDR_UNSPECIFIED(&node->ipv6_gateway))
		r = check_ipv6_router(v, node);
	for (size_t i = 0; i < node->n_routes && r == 0; i++)
		r = check_route(v, node, &node->routes[i]);
	return r;
}

/* Half of an odd number of nodes is no half: they have a majority among themselves. */
static int check_device(const struct validation *v)
{
	uint32_t host = v->config->device.host;
	const char *unusable = host ? address_unusable(host, 32) : NULL;
	char holder[200];

	if (!host)
		return 0;
	if (v->config->n_nodes % 2) {
		bad_value(v->error, "%zu nodes", v->config->n_nodes);
		bad_allowed(v->error, "with an even number of nodes");
		return bad_at(v->error, "/trireme:cluster/quorum-device");
	}
	if (unusable)
		bad_allowed(v->error, "%s", unusable);
	else if (address_holder(v, host, NULL, holder, sizeof(holder)))
		bad_allowed(v->error, "the address of a server outside this cluster: %s has it",
			    holder);
	else
		return 0;
	bad_address(v->error, host);
	return bad_at(v->error, "/trireme:cluster/quorum-device/host");
}

int validate_nodes(const struct validation *v)
{
	for (size_t i = 0; i < v->config->n_nodes; i++) {
		int r = check_node(v, &v->config->nodes[i]);

		if (r < 0)
			return r;
	}
	if (!first_router(v->config)) {
		bad_allowed(v->error, "at least one node with the role router");
		return bad_at(v->error, "/trireme:cluster/node");
	}
	return check_device(v);
}
