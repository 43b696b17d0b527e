// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/plan.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"

static struct plan_action *add(struct plan *plan, enum plan_kind kind, const char *port)
{
	struct plan_action *action;

	/* plan_make() has made sure of the room. */
	action = &plan->actions[plan->n_actions++];
	*action = (struct plan_action){.kind = kind};
	if (port)
		copy_text(action->port, sizeof(action->port), port);
	return action;
}

static const struct plan_link *link_by_name(const struct plan_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_links; i++) {
		if (strcmp(state->links[i].name, name) == 0)
			return &state->links[i];
	}
	return NULL;
}

static void plan_host_name(const struct config_node *node, const struct plan_state *state,
			   struct plan *plan)
{
	if (strcmp(state->host_name, node->name) != 0)
		add(plan, PLAN_HOST_NAME, NULL)->host_name = node->name;
}

static void plan_sysctls(const struct plan_state *state, struct plan *plan)
{
	for (size_t i = 0; i < state->sysctls.n; i++) {
		const struct sysctl_setting *setting = &state->sysctls.entries[i];

		if (setting->exists ? strcmp(setting->current, setting->value) != 0
				    : !setting->optional)
			add(plan, PLAN_SYSCTL, NULL)->sysctl = setting;
	}
}

static void plan_link_up(const struct plan_link *link, struct plan *plan)
{
	if (link && !link->up)
		add(plan, PLAN_LINK_UP, link->name)->address.ifindex = link->ifindex;
}

static void plan_address_add(const struct config_port *port, const struct plan_link *link,
			     const struct plan_state *state, struct plan *plan)
{
	struct plan_address wanted = {
		.ifindex = link->ifindex,
		.address = port->address,
		.prefix_length = port->prefix_length,
	};

	for (size_t i = 0; i < state->n_addresses; i++) {
		const struct plan_address *a = &state->addresses[i];

		if (a->ifindex == wanted.ifindex && a->address == wanted.address &&
		    a->prefix_length == wanted.prefix_length)
			return;
	}
	copy_text(wanted.label, sizeof(wanted.label), port->name);
	add(plan, PLAN_ADDRESS_ADD, port->name)->address = wanted;
}

static void plan_ports(const struct config_node *node, const struct plan_state *state,
		       struct plan *plan)
{
	plan_link_up(link_by_name(state, "lo"), plan);
	for (size_t i = 0; i < node->n_ports; i++) {
		const struct config_port *port = &node->ports[i];
		const struct plan_link *link = link_by_name(state, port->name);

		if (!link) {
			add(plan, PLAN_PROBLEM, port->name);
			continue;
		}
		plan_link_up(link, plan);
		plan_address_add(port, link, state, plan);
	}
}

static bool same_route(const struct plan_route *a, const struct plan_route *b)
{
	return a->gateway == b->gateway && a->ifindex == b->ifindex && a->metric == b->metric;
}

/* The default route leaves through the port whose subnet the gateway is in. */
static const struct plan_link *gateway_link(const struct config_node *node,
					    const struct plan_state *state)
{
	for (size_t i = 0; i < node->n_ports; i++) {
		const struct config_port *port = &node->ports[i];

		if (((port->address ^ node->gateway) & ipv4_netmask(port->prefix_length)) == 0)
			return link_by_name(state, port->name);
	}
	return NULL;
}

static void plan_routes(const struct config_node *node, const struct plan_state *state,
			struct plan *plan)
{
	const struct plan_link *link = node->gateway ? gateway_link(node, state) : NULL;
	struct plan_route wanted = {.gateway = node->gateway};
	bool found = false;

	if (link)
		wanted.ifindex = link->ifindex;
	for (size_t i = 0; link && i < state->n_routes; i++)
		found |= same_route(&state->routes[i], &wanted);
	if (link && !found)
		add(plan, PLAN_ROUTE_ADD, link->name)->route = wanted;
	/* While the gateway's port is missing, whatever route there is may be the only way in. */
	if (node->gateway && !link)
		return;
	for (size_t i = 0; i < state->n_routes; i++) {
		const struct plan_route *route = &state->routes[i];

		/* The one of the same metric is replaced by the addition above. */
		if (link && route->metric == wanted.metric)
			continue;
		add(plan, PLAN_ROUTE_REMOVE, NULL)->route = *route;
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

static void plan_address_removal(const struct config *config, const struct config_node *node,
				 const struct plan_state *state, struct plan *plan)
{
	for (size_t i = 0; i < state->n_addresses; i++) {
		const struct plan_address *address = &state->addresses[i];

		for (size_t j = 0; j < node->n_ports; j++) {
			const struct config_port *port = &node->ports[j];
			const struct plan_link *link = link_by_name(state, port->name);

			if (!link || link->ifindex != address->ifindex ||
			    (address->address == port->address &&
			     address->prefix_length == port->prefix_length) ||
			    is_floating(config, address))
				continue;
			add(plan, PLAN_ADDRESS_REMOVE, port->name)->address = *address;
		}
	}
}

int plan_make(const struct config *config, const struct config_node *node,
	      const struct plan_state *state, struct plan *ret_plan)
{
	/* Each thing observed or wanted causes one action at most. */
	size_t most =
		2 + state->sysctls.n + 2 * node->n_ports + 1 + state->n_routes + state->n_addresses;

	if (most > PLAN_ACTIONS_MAX)
		return -ENOSPC;
	ret_plan->n_actions = 0;
	plan_host_name(node, state, ret_plan);
	plan_sysctls(state, ret_plan);
	plan_ports(node, state, ret_plan);
	plan_routes(node, state, ret_plan);
	plan_address_removal(config, node, state, ret_plan);
	return 0;
}

static void describe_route(const char *what, const struct plan_route *route, struct text *text)
{
	char address[16];

	text_add(text, "%s via %s", what,
		 route->gateway ? format_ipv4(route->gateway, address, sizeof(address))
				: "no gateway");
	if (route->metric)
		text_add(text, " metric %u", route->metric);
}

static void describe_sysctl(const struct sysctl_setting *setting, struct text *text)
{
	if (setting->exists)
		text_add(text, "set %s to %s (it is %s)", setting->path, setting->value,
			 setting->current);
	else
		text_add(text, "set %s to %s (the kernel does not have it)", setting->path,
			 setting->value);
}

void plan_describe(const struct plan_action *action, struct text *text)
{
	char address[16];

	format_ipv4(action->address.address, address, sizeof(address));
	switch (action->kind) {
	case PLAN_HOST_NAME:
		text_add(text, "set the host name to %s", action->host_name);
		break;
	case PLAN_SYSCTL:
		describe_sysctl(action->sysctl, text);
		break;
	case PLAN_LINK_UP:
		text_add(text, "%s: take the link up", action->port);
		break;
	case PLAN_ADDRESS_ADD:
		text_add(text, "%s: add address %s/%u", action->port, address,
			 action->address.prefix_length);
		break;
	case PLAN_ADDRESS_REMOVE:
		text_add(text, "%s: remove address %s/%u", action->port, address,
			 action->address.prefix_length);
		break;
	case PLAN_ROUTE_ADD:
		text_add(text, "%s: ", action->port);
		describe_route("default route", &action->route, text);
		break;
	case PLAN_ROUTE_REMOVE:
		describe_route("remove the default route", &action->route, text);
		break;
	case PLAN_PROBLEM:
		text_add(text, "%s: this machine has no such port", action->port);
		break;
	}
}
