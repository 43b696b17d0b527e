// SPDX-License-Identifier: GPL-2.0-or-later
/* Who of the cluster has an address. */
#include <errno.h>
#include <stdlib.h>

#include "schema/error.h"
#include "schema/validate.h"

static int compare(const void *a, const void *b)
{
	const struct own_address *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

static size_t count(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_nodes; i++) {
		for (size_t j = 0; j < config->nodes[i].n_ports; j++)
			n += 1 + config->nodes[i].ports[j].n_additional;
	}
	for (size_t i = 0; i < config->n_groups; i++)
		n += config->groups[i].n_aliases;
	return n;
}

static void add_port(struct validation *v, const struct config_node *node,
		     const struct config_port *port)
{
	struct own_address entry = {.address = port->address, .node = node, .port = port};

	if (port->address)
		v->own[v->n_own++] = entry;
	for (size_t i = 0; i < port->n_additional; i++) {
		entry.address = port->additional[i].address;
		entry.additional = &port->additional[i];
		v->own[v->n_own++] = entry;
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
	for (size_t i = 0; i < v->config->n_groups; i++) {
		const struct config_group *group = &v->config->groups[i];

		for (size_t j = 0; j < group->n_aliases; j++)
			v->own[v->n_own++] =
				(struct own_address){.address = group->aliases[j].address,
						     .group = group,
						     .alias = &group->aliases[j]};
	}
	qsort(v->own, v->n_own, sizeof(*v->own), compare);
	return 0;
}

/* The first entry of the address; n_own: there is none. */
static size_t first_of(const struct validation *v, uint32_t address)
{
	size_t from = 0, to = v->n_own;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (v->own[middle].address < address)
			from = middle + 1;
		else
			to = middle;
	}
	return from < v->n_own && v->own[from].address == address ? from : v->n_own;
}

static const void *struct_of(const struct own_address *own)
{
	if (own->alias)
		return own->alias;
	return own->additional ? (const void *)own->additional : own->port;
}

bool address_holder(const struct validation *v, uint32_t address, const void *except,
		    char *ret_path, size_t size)
{
	for (size_t i = first_of(v, address); i < v->n_own && v->own[i].address == address; i++) {
		const struct own_address *own = &v->own[i];

		if (struct_of(own) == except)
			continue;
		if (own->alias)
			error_text(ret_path, size,
				   "/trireme:alias-group[name='%s']/alias[label='%s']",
				   own->group->name, own->alias->label);
		else
			error_text(ret_path, size,
				   "/trireme:cluster/node[name='%s']/port[name='%s']%s",
				   own->node->name, own->port->name,
				   own->additional ? "/additional-address" : "");
		return true;
	}
	return false;
}

struct own_address alias_of(const struct validation *v, uint32_t address)
{
	for (size_t i = first_of(v, address); i < v->n_own && v->own[i].address == address; i++) {
		if (v->own[i].alias)
			return v->own[i];
	}
	return (struct own_address){0};
}
