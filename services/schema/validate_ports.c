// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/parse.h"
#include "schema/validate.h"

#define PORT_PATH "/trireme:cluster/node[name='%s']/port[name='%s']"

static bool carries_vlans(const struct config_node *node, const struct config_port *port)
{
	for (size_t i = 0; i < node->n_ports; i++) {
		if (node->ports[i].kind == CONFIG_PORT_VLAN &&
		    strcmp(node->ports[i].parent, port->name) == 0)
			return true;
	}
	return false;
}

static int check_no_address(const struct validation *v, const struct config_node *node,
			    const struct config_port *port)
{
	if (strcmp(port->name, "eth0") == 0 || strcmp(port->name, "eth1") == 0)
		bad_allowed(v->error, "it is missing and must be given for eth0 and eth1");
	else if (!carries_vlans(node, port))
		bad_allowed(v->error, "it is missing, and only a port that carries VLANs can do "
				      "without");
	else if (port->n_additional || port->n_ipv6)
		bad_allowed(v->error, "it is missing, and must be given when there are "
				      "others");
	else
		return 0;
	return bad_at(v->error, PORT_PATH "/address", node->name, port->name);
}

/* is: the port, or the additional address of it that is looked at. */
static int check_address(const struct validation *v, uint32_t address, uint8_t length,
			 const void *is)
{
	const char *why = address_unusable(address, length);
	char holder[200];

	if (why)
		bad_allowed(v->error, "%s", why);
	else if (address_holder(v, address, is, holder, sizeof(holder)))
		bad_allowed(v->error, "an address that nothing else uses: %s has it too", holder);
	else
		return 0;
	bad_address(v->error, address);
	return -1;
}

static bool overlap(uint32_t a, uint8_t length_a, uint32_t b, uint8_t length_b)
{
	return same_subnet(a, b, length_a < length_b ? length_a : length_b);
}

/* Two ports in one subnet would make it chance through which one a packet leaves. */
static int check_subnet(const struct validation *v, const struct config_node *node,
			const struct config_port *port, uint32_t address, uint8_t length)
{
	for (const struct config_port *other = node->ports; other < port; other++) {
		bool same = other->address &&
			    overlap(address, length, other->address, other->prefix_length);

		for (size_t i = 0; i < other->n_additional; i++)
			same |= overlap(address, length, other->additional[i].address,
					other->additional[i].prefix_length);
		if (!same)
			continue;
		bad_address(v->error, address);
		bad_allowed(v->error,
			    "an address in a subnet of its own: it lies in the subnet of %s",
			    other->name);
		return -1;
	}
	return 0;
}

static int check_addresses(const struct validation *v, const struct config_node *node,
			   const struct config_port *port)
{
	if (check_address(v, port->address, port->prefix_length, port) < 0 ||
	    check_subnet(v, node, port, port->address, port->prefix_length) < 0)
		return bad_at(v->error, PORT_PATH "/address", node->name, port->name);
	for (size_t i = 0; i < port->n_additional; i++) {
		const struct config_address *a = &port->additional[i];
		char text[16];

		if (check_address(v, a->address, a->prefix_length, a) == 0 &&
		    check_subnet(v, node, port, a->address, a->prefix_length) == 0)
			continue;
		return bad_at(v->error, PORT_PATH "/additional-address[address='%s']", node->name,
			      port->name, format_ipv4(a->address, text, sizeof(text)));
	}
	return 0;
}

/* As check_subnet(). */
static bool in_subnet_of_other(const struct config_node *node, const struct config_port *port,
			       const struct config_ipv6_address *a,
			       const struct config_port **ret_other)
{
	for (const struct config_port *other = node->ports; other < port; other++) {
		for (size_t i = 0; i < other->n_ipv6; i++) {
			const struct config_ipv6_address *b = &other->ipv6[i];

			*ret_other = other;
			if (ipv6_same_subnet(&a->address, &b->address,
					     a->prefix_length < b->prefix_length
						     ? a->prefix_length
						     : b->prefix_length))
				return true;
		}
	}
	return false;
}

static int check_ipv6_address(const struct validation *v, const struct config_node *node,
			      const struct config_port *port, const struct config_ipv6_address *a)
{
	struct config_inet inet = config_inet6(&a->address);
	const char *why = ipv6_unusable(&a->address, a->prefix_length);
	const struct config_port *other;
	char holder[200], text[INET6_ADDRSTRLEN];

	if (why)
		bad_allowed(v->error, "%s", why);
	else if (inet_holder(v, &inet, a, holder, sizeof(holder)))
		bad_allowed(v->error, "an address that nothing else uses: %s has it too", holder);
	else if (in_subnet_of_other(node, port, a, &other))
		bad_allowed(v->error,
			    "an address in a subnet of its own: it lies in the subnet of %s",
			    other->name);
	else
		return 0;
	bad_value(v->error, "%s", format_ipv6(&a->address, text, sizeof(text)));
	return -1;
}

static int check_ipv6_addresses(const struct validation *v, const struct config_node *node,
				const struct config_port *port)
{
	char text[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < port->n_ipv6; i++) {
		if (check_ipv6_address(v, node, port, &port->ipv6[i]) == 0)
			continue;
		return bad_at(v->error, PORT_PATH "/ipv6-address[address='%s']", node->name,
			      port->name, format_ipv6(&port->ipv6[i].address, text, sizeof(text)));
	}
	return 0;
}

/* A floating address moves between the routers: a port must be on the same network on all. */
static int check_same_network(const struct validation *v, const struct config_node *node,
			      const struct config_port *port)
{
	const struct config_node *first = first_router(v->config);
	const struct config_port *other = first ? config_port_by_name(first, port->name) : NULL;
	char text[16];

	if (node->role != CONFIG_ROLE_ROUTER || !other || !other->address ||
	    (other->prefix_length == port->prefix_length &&
	     same_subnet(other->address, port->address, port->prefix_length)))
		return 0;
	bad_value(v->error, "%s/%u", format_ipv4(port->address, text, sizeof(text)),
		  port->prefix_length);
	bad_allowed(v->error,
		    "the same subnet as %s of %s, which is %s/%u: floating addresses move between "
		    "them",
		    port->name, first->name, format_ipv4(other->address, text, sizeof(text)),
		    other->prefix_length);
	return bad_at(v->error, PORT_PATH "/address", node->name, port->name);
}

static int check_vlan_id(const struct validation *v, const struct config_node *node,
			 const struct config_port *port)
{
	for (const struct config_port *other = node->ports; other < port; other++) {
		if (other->kind != CONFIG_PORT_VLAN || other->vlan_id != port->vlan_id ||
		    strcmp(other->parent, port->parent) != 0)
			continue;
		bad_value(v->error, "%u", port->vlan_id);
		bad_allowed(v->error, "a number that no other VLAN of %s has: %s has it too",
			    port->parent, other->name);
		return bad_at(v->error, PORT_PATH "/vlan/id", node->name, port->name);
	}
	return 0;
}

static int check_vlan(const struct validation *v, const struct config_node *node,
		      const struct config_port *port)
{
	const struct config_port *parent = config_port_by_name(node, port->parent);

	if (!parent || parent->kind == CONFIG_PORT_VLAN) {
		bad_value(v->error, "%s", port->parent);
		bad_allowed(v->error, "a port of the node that is a network card or a bond%s",
			    parent ? ": this one is a VLAN" : "");
		return bad_at(v->error, PORT_PATH "/vlan/parent", node->name, port->name);
	}
	if (port->mtu > parent->mtu) {
		bad_value(v->error, "%u", port->mtu);
		bad_allowed(v->error, "at most the MTU of %s, which carries the VLAN: %u",
			    parent->name, parent->mtu);
		return bad_at(v->error, PORT_PATH "/mtu", node->name, port->name);
	}
	return check_vlan_id(v, node, port);
}

/* So that a card's name says where it belongs, and none is used twice. */
static int check_bond(const struct validation *v, const struct config_node *node,
		      const struct config_port *port)
{
	for (size_t i = 0; i < port->bond.n_members; i++) {
		const char *name = port->bond.members[i].name;
		size_t length = strlen(port->name);

		if (strncmp(name, port->name, length) == 0 && strlen(name) == length + 1)
			continue;
		bad_value(v->error, "%s", name);
		bad_allowed(v->error, "%s and a letter, as in %sa", port->name, port->name);
		return bad_at(v->error, PORT_PATH "/bond/member[name='%s']/name", node->name,
			      port->name, name);
	}
	return 0;
}

int validate_port(const struct validation *v, const struct config_node *node,
		  const struct config_port *port)
{
	int r = 0;

	if (port->address == 0) {
		r = check_no_address(v, node, port);
	} else {
		r = check_addresses(v, node, port);
		if (r == 0)
			r = check_same_network(v, node, port);
		if (r == 0)
			r = check_ipv6_addresses(v, node, port);
	}
	if (r == 0 && port->kind == CONFIG_PORT_VLAN)
		r = check_vlan(v, node, port);
	if (r == 0 && port->kind == CONFIG_PORT_BOND)
		r = check_bond(v, node, port);
	return r;
}
