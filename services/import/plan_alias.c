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

static struct plan_alias *add_alias(struct plan *plan, const struct plan_alias *is)
{
	struct plan_alias *alias = arena_new(plan->arena, sizeof(*alias));

	if (!alias)
		return NULL;
	*alias = *is;
	if (plan->last_alias)
		plan->last_alias->next = alias;
	else
		plan->aliases = alias;
	plan->last_alias = alias;
	return alias;
}

/* The floating address that the document has; false: it is another one. */
static bool is_present(const struct config_floating *floating, const struct config_inet *inet)
{
	struct config_inet is = floating->label ? config_inet4(floating->address.s6_addr32[3])
						: config_inet6(&floating->address);

	return config_inet_equal(&is, inet);
}

static struct plan_alias *take_present(struct plan *plan, struct plan_group *group,
				       const struct config_floating *floating,
				       const struct config_inet *inet)
{
	struct plan_alias is = {.inet = *inet, .group = group, .present = true};

	snprintf(is.port, sizeof(is.port), "%s", floating->port);
	snprintf(is.label, sizeof(is.label), "%s", floating->label ? floating->label : "");
	return add_alias(plan, &is);
}

struct plan_alias *plan_find_alias(struct plan *plan, const struct config_inet *inet)
{
	for (struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (config_inet_equal(&a->inet, inet))
			return a;
	}
	for (size_t i = 0; i < plan->n_groups; i++) {
		const struct config_group *present = plan->groups[i].present;

		for (size_t k = 0; present && k < config_n_floating(present); k++) {
			struct config_floating floating = config_floating(present, k);

			if (is_present(&floating, inet))
				return take_present(plan, &plan->groups[i], &floating, inet);
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

/* Why a floating address cannot be this one; length: of the subnet that it is in. NULL: it can. */
static const char *unusable(const struct config_inet *inet, uint8_t length)
{
	struct in6_addr ipv6;
	uint32_t address;

	inet_put(inet, &address, &ipv6);
	return inet->family == AF_INET6 ? ipv6_unusable(&ipv6, 128)
					: address_unusable(address, length);
}

/*
 * Of IPv6 the model does not ask for addresses in one subnet: where there are none, it is the port
 * that the text names.
 */
static const struct config_port *named_port(const struct config_node *router,
					    const struct config_inet *inet, const char *device)
{
	for (size_t i = 0; device && inet->family == AF_INET6 && i < router->n_ports; i++) {
		size_t length = strlen(router->ports[i].name);

		if (strncmp(router->ports[i].name, device, length) == 0 &&
		    (device[length] == '\0' || device[length] == ':'))
			return &router->ports[i];
	}
	return NULL;
}

/* Routers have a port in the same network, or not at all: the first one speaks for all. */
static const struct config_port *port_of(const struct plan *plan, const struct config_inet *inet,
					 const char *device, const char **ret_why)
{
	const struct config_node *router = first_router(plan->base);
	const struct config_port *port = router ? config_port_by_inet(router, inet) : NULL;
	const char *why;

	if (!port && router)
		port = named_port(router, inet, device);
	if (!port || !on_every_router(plan->base, port->name)) {
		*ret_why = "it is in no subnet of a port that every router has: give the ports "
			   "addresses in its subnet first";
		return NULL;
	}
	why = unusable(inet, port->prefix_length);
	if (!why)
		return port;
	*ret_why = arena_format(plan->arena, "allowed is %s", why);
	return NULL;
}

/* The address of IPv4 is this one. */
static bool is_ipv4(uint32_t address, const struct config_inet *inet)
{
	struct config_inet is = config_inet4(address);

	return config_inet_equal(&is, inet);
}

static bool has_address(const struct config_port *port, const struct config_inet *inet)
{
	for (size_t i = 0; i < port->n_additional; i++) {
		if (is_ipv4(port->additional[i].address, inet))
			return true;
	}
	for (size_t i = 0; i < port->n_ipv6; i++) {
		struct config_inet is = config_inet6(&port->ipv6[i].address);

		if (config_inet_equal(&is, inet))
			return true;
	}
	return is_ipv4(port->address, inet);
}

static const char *held_by_node(const struct plan *plan, const struct config_inet *inet)
{
	for (size_t i = 0; i < plan->base->n_nodes; i++) {
		const struct config_node *node = &plan->base->nodes[i];
		struct config_inet gateway = config_inet6(&node->ipv6_gateway);
		const char *what = NULL;

		if (is_ipv4(node->gateway, inet) || config_inet_equal(&gateway, inet))
			what = "the gateway";
		for (size_t k = 0; k < node->n_ports; k++) {
			if (has_address(&node->ports[k], inet))
				what = "an address";
		}
		for (size_t k = 0; k < node->n_routes; k++) {
			if (is_ipv4(node->routes[k].via, inet))
				what = "the next router of a route";
		}
		if (what)
			return arena_format(plan->arena, "it is %s of node %s", what, node->name);
	}
	return NULL;
}

static const char *held_by_service(const struct plan *plan, const struct config_service *s,
				   const struct config_inet *inet)
{
	struct config_inet sorry = config_sorry_inet(s);

	if (config_inet_equal(&sorry, inet))
		return arena_format(plan->arena, "it is the sorry server of service %s", s->name);
	for (size_t k = 0; k < s->n_reals; k++) {
		struct config_inet real = config_real_inet(&s->reals[k]);

		if (config_inet_equal(&real, inet))
			return arena_format(plan->arena, "it is real server %s of service %s",
					    s->reals[k].name, s->name);
	}
	return NULL;
}

/*
 * What the document has at the address that cannot be where a floating address is. validate.h would
 * find fault with that object, not with the alias.
 */
static const char *held_by(const struct plan *plan, const struct config_inet *inet)
{
	const struct config *base = plan->base;

	for (size_t i = 0; i < base->n_services; i++) {
		const char *held = held_by_service(plan, &base->services[i], inet);

		if (held)
			return held;
	}
	for (size_t i = 0; i < base->n_sources; i++) {
		if (is_ipv4(base->sources[i].address, inet))
			return arena_format(plan->arena, "it is data source %s",
					    base->sources[i].name);
	}
	return held_by_node(plan, inet);
}

static bool label_taken(const struct plan *plan, const char *label)
{
	for (const struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (strcmp(a->label, label) == 0)
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

static void choose_label(struct plan *plan, const char *device, struct plan_alias *is)
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

const char *plan_alias_name(const struct plan_alias *alias)
{
	return alias->label[0] ? alias->label : alias->port;
}

bool plan_is_on(const struct plan_alias *alias, const char *device)
{
	size_t length = strlen(alias->port);

	return strncmp(device, alias->port, length) == 0 && strchr(":", device[length]);
}

/* One more of the family in its group; false: there is no room. */
static bool count(const struct plan_alias *alias)
{
	struct plan_group *group = alias->group;

	if (plan_is_ipv6(alias))
		return group->n_ipv6_aliases < CONFIG_IPV6_ALIASES_MAX && ++group->n_ipv6_aliases;
	return group->n_aliases < CONFIG_ALIASES_MAX && ++group->n_aliases;
}

static int add_new(struct plan *plan, struct plan_alias *is, const char *device,
		   struct plan_alias **ret_alias, const char **ret_why)
{
	if (!is->group || !count(is)) {
		*ret_why = "there is no room for it in an alias group";
		return plan->arena->failed ? -ENOMEM : -ENOENT;
	}
	if (!plan_is_ipv6(is))
		choose_label(plan, device, is);
	*ret_alias = add_alias(plan, is);
	return *ret_alias ? 0 : -ENOMEM;
}

int plan_alias(struct plan *plan, const struct item *item, const struct config_inet *inet,
	       const char *device, struct plan_group *group, struct plan_alias **ret_alias,
	       const char **ret_why)
{
	struct plan_alias is = {.item = *item, .inet = *inet};
	const struct config_port *port;

	*ret_alias = plan_find_alias(plan, inet);
	if (*ret_alias)
		return 0;
	port = port_of(plan, inet, device, ret_why);
	if (!port)
		return -ENOENT;
	*ret_why = held_by(plan, inet);
	if (*ret_why)
		return -ENOENT;
	memcpy(is.port, port->name, sizeof(is.port));
	is.group = group ? group : plan_default_group(plan, item);
	return add_new(plan, &is, device, ret_alias, ret_why);
}
