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

/* An address with the length of its prefix. */
struct own {
	struct config_inet inet;
	uint8_t prefix_length;
};

static struct own of_ipv4(const struct config_address *address)
{
	return (struct own){config_inet4(address->address), address->prefix_length};
}

static size_t n_addresses(const struct config_port *port)
{
	return 1 + port->n_additional + port->n_ipv6;
}

/* Address i of a port: its own, which may be missing, the additional ones, those of IPv6. */
static struct own port_address(const struct config_port *port, size_t i)
{
	const struct config_address first = {port->address, port->prefix_length};
	const struct config_ipv6_address *ipv6;

	if (i <= port->n_additional)
		return of_ipv4(i == 0 ? &first : &port->additional[i - 1]);
	ipv6 = &port->ipv6[i - 1 - port->n_additional];
	return (struct own){config_inet6(&ipv6->address), ipv6->prefix_length};
}

static bool is_own(const struct own *own, const struct plan_address *address)
{
	return config_inet_equal(&own->inet, &address->address) &&
	       own->prefix_length == address->prefix_length;
}

static void plan_address(struct planning *p, const struct planned_port *planned,
			 const struct own *own)
{
	struct plan_address wanted = {
		.ifindex = ifindex_of(planned),
		.address = own->inet,
		.prefix_length = own->prefix_length,
	};

	for (size_t i = 0; planned->link && i < p->state->n_addresses; i++) {
		const struct plan_address *a = &p->state->addresses[i];

		if (a->ifindex == wanted.ifindex && is_own(own, a))
			return;
	}
	if (own->inet.family == AF_INET)
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

	while ((address = next_kept(p, planned->port, &i))) {
		struct own own = of_ipv4(address);

		plan_address(p, planned, &own);
	}
}

void plan_addresses(struct planning *p)
{
	for (size_t i = 0; i < p->node->n_ports; i++) {
		const struct planned_port *planned = &p->ports[i];

		for (size_t j = 0; is_there(planned) && j < n_addresses(planned->port); j++) {
			struct own own = port_address(planned->port, j);

			if (own.inet.family != AF_UNSPEC)
				plan_address(p, planned, &own);
		}
		if (is_there(planned))
			plan_kept(p, planned);
	}
}

/*
 * Floating addresses are the failover agent's, whether known by label, by how it adds those of
 * IPv6, or by value.
 */
static bool is_floating(const struct config *config, const struct plan_address *address)
{
	if (strchr(address->label, ':') || (address->deprecated && address->prefix_length == 128))
		return true;
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t j = 0; j < group->n_aliases; j++) {
			struct config_inet inet = config_inet4(group->aliases[j].address);

			if (config_inet_equal(&inet, &address->address))
				return true;
		}
		for (size_t j = 0; j < group->n_ipv6_aliases; j++) {
			struct config_inet inet = config_inet6(&group->ipv6_aliases[j].address);

			if (config_inet_equal(&inet, &address->address))
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
		struct own own = of_ipv4(kept);

		if (is_own(&own, address))
			return true;
	}
	for (size_t i = 0; i < n_addresses(port); i++) {
		struct own own = port_address(port, i);

		if (is_own(&own, address))
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
static const struct planned_port *port_towards(const struct planning *p,
					       const struct config_inet *via)
{
	for (size_t i = 0; i < p->node->n_ports; i++) {
		const struct config_port *port = p->ports[i].port;

		for (size_t j = 0; j < n_addresses(port); j++) {
			struct own own = port_address(port, j);

			if (config_inet_same_subnet(&own.inet, via, own.prefix_length))
				return &p->ports[i];
		}
	}
	return NULL;
}

static size_t n_routes(const struct config_node *node)
{
	return 2 + node->n_routes;
}

/* Route i of the node: the two default routes, of which each may be missing, then the others. */
static struct plan_route node_route(const struct config_node *node, size_t i)
{
	const struct config_route *route;

	if (i == 0)
		return (struct plan_route){.gateway = config_inet4(node->gateway),
					   .metric = PLAN_METRIC};
	if (i == 1)
		return (struct plan_route){.ipv6 = true,
					   .gateway = config_inet6(&node->ipv6_gateway),
					   .metric = PLAN_IPV6_METRIC};
	route = &node->routes[i - 2];
	return (struct plan_route){.destination = route->destination,
				   .prefix_length = route->prefix_length,
				   .gateway = config_inet4(route->via),
				   .metric = PLAN_METRIC};
}

static bool same_destination(const struct plan_route *a, const struct plan_route *b)
{
	return a->ipv6 == b->ipv6 && a->destination == b->destination &&
	       a->prefix_length == b->prefix_length;
}

static void plan_route_add(struct planning *p, const struct plan_route *route)
{
	const struct planned_port *planned = port_towards(p, &route->gateway);
	struct plan_route wanted = *route;

	if (!planned || !is_there(planned))
		return;
	wanted.ifindex = ifindex_of(planned);
	for (size_t i = 0; planned->link && !planned->restarts && i < p->state->n_routes; i++) {
		const struct plan_route *r = &p->state->routes[i];

		if (same_destination(r, &wanted) &&
		    config_inet_equal(&r->gateway, &wanted.gateway) &&
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
	for (size_t i = 0; i < n_routes(p->node); i++) {
		struct plan_route wanted = node_route(p->node, i);
		const struct planned_port *planned;

		if (wanted.gateway.family == AF_UNSPEC || !same_destination(&wanted, route))
			continue;
		planned = port_towards(p, &wanted.gateway);
		return route->metric == wanted.metric || !planned || !is_there(planned);
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
	for (size_t i = 0; i < n_routes(p->node); i++) {
		struct plan_route route = node_route(p->node, i);

		if (route.gateway.family != AF_UNSPEC)
			plan_route_add(p, &route);
	}
	for (size_t i = 0; i < p->state->n_routes; i++) {
		const struct plan_route *route = &p->state->routes[i];

		if (!route_stays(p, route) && !goes_with_its_link(p, route))
			plan_add(p->plan, PLAN_ROUTE_REMOVE, NULL)->route = *route;
	}
}
