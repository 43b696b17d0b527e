// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses and routes of the plan. */
#include <string.h>

#include "base/parse.h"
#include "system/plan_parts.h"

static bool is_there(const struct planned_port *planned)
{
	return planned->link || planned->comes;
}

static int ifindex_of(const struct planned_port *planned)
{
	return planned->link ? planned->link->ifindex : 0;
}

/* Address i of a port: its own, which may be missing (0), then the additional ones. */
static struct config_address port_address(const struct config_port *port, size_t i)
{
	return i == 0 ? (struct config_address){port->address, port->prefix_length}
		      : port->additional[i - 1];
}

static void plan_address(struct planning *p, const struct planned_port *planned,
			 struct config_address address)
{
	struct plan_address wanted = {
		.ifindex = ifindex_of(planned),
		.address = address.address,
		.prefix_length = address.prefix_length,
	};

	for (size_t i = 0; planned->link && i < p->state->n_addresses; i++) {
		const struct plan_address *a = &p->state->addresses[i];

		if (a->ifindex == wanted.ifindex && a->address == wanted.address &&
		    a->prefix_length == wanted.prefix_length)
			return;
	}
	copy_text(wanted.label, sizeof(wanted.label), planned->port->name);
	plan_add(p->plan, PLAN_ADDRESS_ADD, planned->port->name)->address = wanted;
}

/* The next address from *i on that the ring still uses on the port beside its own; or NULL. */
static const struct config_address *next_kept(const struct planning *p,
					      const struct config_port *port, size_t *i)
{
	while (*i < p->config->n_kept) {
		const struct config_kept *kept = &p->config->kept[(*i)++];

		if (kept->node == p->node->id && strcmp(kept->port, port->name) == 0)
			return &kept->address;
	}
	return NULL;
}

static void plan_kept(struct planning *p, const struct planned_port *planned)
{
	const struct config_address *address;
	size_t i = 0;

	while ((address = next_kept(p, planned->port, &i)))
		plan_address(p, planned, *address);
}

void plan_addresses(struct planning *p)
{
	for (size_t i = 0; i < p->node->n_ports; i++) {
		const struct planned_port *planned = &p->ports[i];

		for (size_t j = 0; is_there(planned) && j <= planned->port->n_additional; j++) {
			struct config_address address = port_address(planned->port, j);

			if (address.address)
				plan_address(p, planned, address);
		}
		if (is_there(planned))
			plan_kept(p, planned);
	}
}

/* Floating addresses are the failover agent's, whether known by label or by value. */
static bool is_floating(const struct config *config, const struct plan_address *address)
{
	if (strchr(address->label, ':'))
		return true;
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t j = 0; j < group->n_aliases; j++) {
			if (group->aliases[j].address == address->address)
				return true;
		}
	}
	return false;
}

static bool is_configured(const struct planning *p, const struct config_port *port,
			  const struct plan_address *address)
{
	const struct config_address *kept;
	size_t next = 0;

	while ((kept = next_kept(p, port, &next))) {
		if (kept->address == address->address &&
		    kept->prefix_length == address->prefix_length)
			return true;
	}
	for (size_t i = 0; i <= port->n_additional; i++) {
		struct config_address wanted = port_address(port, i);

		if (wanted.address == address->address &&
		    wanted.prefix_length == address->prefix_length)
			return true;
	}
	return false;
}

void plan_address_removal(struct planning *p)
{
	for (size_t i = 0; i < p->state->n_addresses; i++) {
		const struct plan_address *address = &p->state->addresses[i];

		for (size_t j = 0; j < p->node->n_ports; j++) {
			const struct planned_port *planned = &p->ports[j];

			if (!planned->link || planned->link->ifindex != address->ifindex ||
			    is_configured(p, planned->port, address) ||
			    is_floating(p->config, address))
				continue;
			plan_add(p->plan, PLAN_ADDRESS_REMOVE, planned->port->name)->address =
				*address;
		}
	}
}

/* A route leaves through the port in one of whose subnets the next router is. */
static const struct planned_port *port_towards(const struct planning *p, uint32_t via)
{
	for (size_t i = 0; i < p->node->n_ports; i++) {
		const struct config_port *port = p->ports[i].port;

		for (size_t j = 0; j <= port->n_additional; j++) {
			struct config_address own = port_address(port, j);

			if (own.address &&
			    ((own.address ^ via) & ipv4_netmask(own.prefix_length)) == 0)
				return &p->ports[i];
		}
	}
	return NULL;
}

/* Route i of the node: the default route, which may be missing (via 0), then the others. */
static struct config_route node_route(const struct config_node *node, size_t i)
{
	const struct config_route route = {.via = node->gateway};

	return i == 0 ? route : node->routes[i - 1];
}

static void plan_route_add(struct planning *p, const struct config_route *route)
{
	const struct planned_port *planned = port_towards(p, route->via);
	struct plan_route wanted = {.destination = route->destination,
				    .prefix_length = route->prefix_length,
				    .gateway = route->via};

	if (!planned || !is_there(planned))
		return;
	wanted.ifindex = ifindex_of(planned);
	for (size_t i = 0; planned->link && !planned->restarts && i < p->state->n_routes; i++) {
		const struct plan_route *r = &p->state->routes[i];

		if (r->destination == wanted.destination &&
		    r->prefix_length == wanted.prefix_length && r->gateway == wanted.gateway &&
		    r->ifindex == wanted.ifindex && r->metric == wanted.metric)
			return;
	}
	plan_add(p->plan, PLAN_ROUTE_ADD, planned->port->name)->route = wanted;
}

/*
 * A route towards a configured network stays while the port of the configured one is missing: it
 * may be the only way in. The one of the same metric has been replaced by the addition.
 */
static bool route_stays(const struct planning *p, const struct plan_route *route)
{
	for (size_t i = 0; i <= p->node->n_routes; i++) {
		struct config_route wanted = node_route(p->node, i);
		const struct planned_port *planned;

		if (!wanted.via || wanted.destination != route->destination ||
		    wanted.prefix_length != route->prefix_length)
			continue;
		planned = port_towards(p, wanted.via);
		return route->metric == 0 || !planned || !is_there(planned);
	}
	return false;
}

/* With its link a route goes by itself. */
static bool goes_with_its_link(const struct planning *p, const struct plan_route *route)
{
	for (size_t i = 0; i < p->state->n_links; i++) {
		if (p->goes[i] && p->state->links[i].ifindex == route->ifindex)
			return true;
	}
	return false;
}

void plan_routes(struct planning *p)
{
	for (size_t i = 0; i <= p->node->n_routes; i++) {
		struct config_route route = node_route(p->node, i);

		if (route.via)
			plan_route_add(p, &route);
	}
	for (size_t i = 0; i < p->state->n_routes; i++) {
		const struct plan_route *route = &p->state->routes[i];

		if (!route_stays(p, route) && !goes_with_its_link(p, route))
			plan_add(p->plan, PLAN_ROUTE_REMOVE, NULL)->route = *route;
	}
}
