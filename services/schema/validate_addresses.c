// SPDX-License-Identifier: GPL-2.0-or-later
/* Who of the cluster has an address. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/error.h"
#include "schema/validate.h"

static int compare_inets(const struct config_inet *a, const struct config_inet *b)
{
	return a->family != b->family ? a->family - b->family
				      : memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int compare(const void *a, const void *b)
{
	const struct own_address *x = a, *y = b;

	return compare_inets(&x->inet, &y->inet);
}

static size_t count(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_nodes; i++) {
		for (size_t j = 0; j < config->nodes[i].n_ports; j++)
			n += 1 + config->nodes[i].ports[j].n_additional +
			     config->nodes[i].ports[j].n_ipv6;
	}
	for (size_t i = 0; i < config->n_groups; i++)
		n += config_n_floating(&config->groups[i]);
	return n;
}

static struct config_inet of_ipv4(uint32_t address)
{
	return config_inet4(address);
}

static struct config_inet of_ipv6(const struct in6_addr *address)
{
	return config_inet6(address);
}

static void add(struct validation *v, struct own_address entry, const void *is,
		struct config_inet inet)
{
	entry.is = is;
	entry.inet = inet;
	if (inet.family != AF_UNSPEC)
		v->own[v->n_own++] = entry;
}

static void add_port(struct validation *v, const struct config_node *node,
		     const struct config_port *port)
{
	struct own_address entry = {.node = node, .port = port};

	add(v, entry, port, of_ipv4(port->address));
	for (size_t i = 0; i < port->n_additional; i++)
		add(v, entry, &port->additional[i], of_ipv4(port->additional[i].address));
	for (size_t i = 0; i < port->n_ipv6; i++)
		add(v, entry, &port->ipv6[i], of_ipv6(&port->ipv6[i].address));
}

static void add_group(struct validation *v, const struct config_group *group)
{
	for (size_t i = 0; i < group->n_aliases; i++) {
		const struct config_alias *a = &group->aliases[i];

		add(v,
		    (struct own_address){.group = group, .alias_port = a->port, .label = a->label},
		    a, of_ipv4(a->address));
	}
	for (size_t i = 0; i < group->n_ipv6_aliases; i++) {
		const struct config_ipv6_alias *a = &group->ipv6_aliases[i];

		add(v, (struct own_address){.group = group, .alias_port = a->port}, a,
		    of_ipv6(&a->address));
	}
}

int validate_own_addresses(struct validation *v)
{
	v->own = calloc(count(v->config) + 1, sizeof(*v->own));
	if (!v->own)
		return -ENOMEM;
	for (size_t i = 0; i < v->config->n_nodes; i++) {
		const struct config_node *node = &v->config->nodes[i];

		for (size_t j = 0; j < node->n_ports; j++)
			add_port(v, node, &node->ports[j]);
	}
	for (size_t i = 0; i < v->config->n_groups; i++)
		add_group(v, &v->config->groups[i]);
	qsort(v->own, v->n_own, sizeof(*v->own), compare);
	return 0;
}

/* The first entry of the address; n_own: there is none. */
static size_t first_of(const struct validation *v, const struct config_inet *inet)
{
	size_t from = 0, to = v->n_own;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_inets(&v->own[middle].inet, inet) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool has(const struct validation *v, size_t i, const struct config_inet *inet)
{
	return i < v->n_own && config_inet_equal(&v->own[i].inet, inet);
}

static void own_path(const struct own_address *own, char *ret_path, size_t size)
{
	char text[CONFIG_INET_TEXT_MAX];

	config_inet_text(&own->inet, text);
	if (own->group && own->label)
		error_text(ret_path, size, "/trireme:alias-group[name='%s']/alias[label='%s']",
			   own->group->name, own->label);
	else if (own->group)
		error_text(ret_path, size,
			   "/trireme:alias-group[name='%s']/ipv6-alias[address='%s']",
			   own->group->name, text);
	else
		error_text(ret_path, size, "/trireme:cluster/node[name='%s']/port[name='%s']%s",
			   own->node->name, own->port->name,
			   own->is == own->port		  ? ""
			   : own->inet.family == AF_INET6 ? "/ipv6-address"
							  : "/additional-address");
}

bool inet_holder(const struct validation *v, const struct config_inet *inet, const void *except,
		 char *ret_path, size_t size)
{
	for (size_t i = first_of(v, inet); has(v, i, inet); i++) {
		if (v->own[i].is == except)
			continue;
		own_path(&v->own[i], ret_path, size);
		return true;
	}
	return false;
}

bool address_holder(const struct validation *v, uint32_t address, const void *except,
		    char *ret_path, size_t size)
{
	struct config_inet inet = of_ipv4(address);

	return inet_holder(v, &inet, except, ret_path, size);
}

struct own_address alias_of(const struct validation *v, const struct config_inet *inet)
{
	for (size_t i = first_of(v, inet); has(v, i, inet); i++) {
		if (v->own[i].group)
			return v->own[i];
	}
	return (struct own_address){0};
}

/* Those of the address's family, in the document's order. */
static void list_aliases(const struct validation *v, uint16_t family)
{
	const char *separator = "";

	for (size_t i = 0; i < v->config->n_groups; i++) {
		const struct config_group *group = &v->config->groups[i];

		for (size_t k = 0; k < config_n_floating(group); k++) {
			bool ipv6 = k >= group->n_aliases;
			struct config_inet inet =
				ipv6 ? of_ipv6(&group->ipv6_aliases[k - group->n_aliases].address)
				     : of_ipv4(group->aliases[k].address);
			char text[CONFIG_INET_TEXT_MAX];

			if (inet.family != family)
				continue;
			error_append(v->error->allowed, sizeof(v->error->allowed), "%s%s",
				     separator, config_inet_text(&inet, text));
			separator = ", ";
		}
	}
	if (!separator[0])
		error_append(v->error->allowed, sizeof(v->error->allowed), "there is none");
}

int check_floating(const struct validation *v, const struct config_inet *inet)
{
	if (alias_of(v, inet).group)
		return 0;
	bad_inet(v->error, inet);
	bad_allowed(v->error, "a value of /trireme:alias-group/%s/address: ",
		    inet->family == AF_INET6 ? "ipv6-alias" : "alias");
	list_aliases(v, inet->family);
	return -EBADMSG;
}
