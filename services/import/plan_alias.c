// SPDX-License-Identifier: GPL-2.0-or-later
/* Floating addresses: those that are there, and where new ones go. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "import/plan.h"
#include "schema/validate.h"

#define LABEL_NUMBER_MAX 9999 /* of the model's alias-label */

static struct plan_alias *add_alias(struct plan *plan, const struct item *item,
				    const struct config_alias *is, struct plan_group *group)
{
	struct plan_alias *alias = arena_new(plan->arena, sizeof(*alias));

	if (!alias)
		return NULL;
	alias->item = *item;
	alias->is = *is;
	alias->group = group;
	if (plan->last_alias)
		plan->last_alias->next = alias;
	else
		plan->aliases = alias;
	plan->last_alias = alias;
	return alias;
}

struct plan_alias *plan_find_alias(struct plan *plan, uint32_t address)
{
	for (struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (a->is.address == address)
			return a;
	}
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct config_group *present = plan->groups[i].present;

		for (size_t k = 0; present && k < present->n_aliases; k++) {
			static const struct item nobody;
			struct plan_alias *alias;

			if (present->aliases[k].address != address)
				continue;
			alias = add_alias(plan, &nobody, &present->aliases[k], &plan->groups[i]);
			if (alias)
				alias->present = true;
			return alias;
		}
	}
	return NULL;
}

static bool on_every_router(const struct config *base, const char *port)
{
	for (size_t i = 0; i < base->n_nodes; i++) {
		const struct config_port *p = config_port_by_name(&base->nodes[i], port);

		if (base->nodes[i].role == CONFIG_ROLE_ROUTER && (!p || !p->address))
			return false;
	}
	return true;
}

/* Routers have a port in the same network, or not at all: the first one speaks for all. */
static const struct config_port *port_of(const struct plan *plan, uint32_t address,
					 const char **ret_why)
{
	const struct config_node *router = first_router(plan->base);
	const char *why = NULL;

	for (size_t i = 0; router && i < router->n_ports; i++) {
		const struct config_port *port = &router->ports[i];

		if (!port->address || !on_every_router(plan->base, port->name) ||
		    !same_subnet(address, port->address, port->prefix_length))
			continue;
		why = address_unusable(address, port->prefix_length);
		if (!why)
			return port;
		*ret_why = arena_format(plan->arena, "allowed is %s", why);
		return NULL;
	}
	*ret_why = "it is in no subnet of a port that every router has: give the ports addresses "
		   "in its subnet first";
	return NULL;
}

static bool has_address(const struct config_port *port, uint32_t address)
{
	for (size_t i = 0; i < port->n_additional; i++) {
		if (port->additional[i].address == address)
			return true;
	}
	return port->address == address;
}

static const char *held_by_node(const struct plan *plan, uint32_t address)
{
	for (size_t i = 0; i < plan->base->n_nodes; i++) {
		const struct config_node *node = &plan->base->nodes[i];
		const char *what = node->gateway == address ? "the gateway" : NULL;

		for (size_t k = 0; k < node->n_ports; k++) {
			if (has_address(&node->ports[k], address))
				what = "an address";
		}
		for (size_t k = 0; k < node->n_routes; k++) {
			if (node->routes[k].via == address)
				what = "the next router of a route";
		}
		if (what)
			return arena_format(plan->arena, "it is %s of node %s", what, node->name);
	}
	return NULL;
}

/*
 * What the document has at the address that cannot be where a floating address is. validate.h would
 * find fault with that object, not with the alias.
 */
static const char *held_by(const struct plan *plan, uint32_t address)
{
	const struct config *base = plan->base;

	for (size_t i = 0; i < base->n_services; i++) {
		const struct config_service *s = &base->services[i];

		if (s->sorry_address == address)
			return arena_format(plan->arena, "it is the sorry server of service %s",
					    s->name);
		for (size_t k = 0; k < s->n_reals; k++) {
			if (s->reals[k].address == address)
				return arena_format(plan->arena,
						    "it is real server %s of service %s",
						    s->reals[k].name, s->name);
		}
	}
	for (size_t i = 0; i < base->n_sources; i++) {
		if (base->sources[i].address == address)
			return arena_format(plan->arena, "it is data source %s",
					    base->sources[i].name);
	}
	return held_by_node(plan, address);
}

static bool label_taken(const struct plan *plan, const char *label)
{
	for (const struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (strcmp(a->is.label, label) == 0)
			return true;
	}
	for (size_t i = 0; i < plan->base->n_groups; i++) {
		const struct config_group *group = &plan->base->groups[i];

		for (size_t k = 0; k < group->n_aliases; k++) {
			if (strcmp(group->aliases[k].label, label) == 0)
				return true;
		}
	}
	return false;
}

/* "eth0:12", and eth0 is the port. */
static bool is_label_of(const char *label, const char *port)
{
	size_t length = strlen(port), digits;

	if (strncmp(label, port, length) != 0 || label[length] != ':')
		return false;
	label += length + 1;
	digits = strspn(label, "0123456789");
	return digits >= 1 && digits <= 4 && label[digits] == '\0';
}

static void choose_label(struct plan *plan, const char *device, struct config_alias *is)
{
	unsigned int *last =
		&plan->last_label[strtoul(is->port + strlen("eth"), NULL, 10) % PLAN_PORTS_MAX];

	if (device && is_label_of(device, is->port) && !label_taken(plan, device) &&
	    copy_text(is->label, sizeof(is->label), device) == 0)
		return;
	while (++*last <= LABEL_NUMBER_MAX) {
		snprintf(is->label, sizeof(is->label), "%.9s:%u", is->port, *last);
		if (!label_taken(plan, is->label))
			return;
	}
}

bool plan_is_on(const struct plan_alias *alias, const char *device)
{
	size_t length = strlen(alias->is.port);

	return strncmp(device, alias->is.port, length) == 0 && strchr(":", device[length]);
}

int plan_alias(struct plan *plan, const struct item *item, uint32_t address, const char *device,
	       struct plan_group *group, struct plan_alias **ret_alias, const char **ret_why)
{
	struct plan_alias *alias = plan_find_alias(plan, address);
	struct config_alias is = {.address = address};
	const struct config_port *port;

	if (alias) {
		*ret_alias = alias;
		return 0;
	}
	port = port_of(plan, address, ret_why);
	if (!port)
		return -ENOENT;
	*ret_why = held_by(plan, address);
	if (*ret_why)
		return -ENOENT;
	group = group ? group : plan_default_group(plan, item);
	if (!group || group->n_aliases == CONFIG_ALIASES_MAX) {
		*ret_why = "there is no room for it in an alias group";
		return plan->arena->failed ? -ENOMEM : -ENOENT;
	}
	memcpy(is.port, port->name, sizeof(is.port));
	choose_label(plan, device, &is);
	alias = add_alias(plan, item, &is, group);
	if (!alias)
		return -ENOMEM;
	group->n_aliases++;
	*ret_alias = alias;
	return 0;
}
