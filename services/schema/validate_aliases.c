// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "schema/validate.h"

#define ALIAS_PATH "/trireme:alias-group[name='%s']/alias[label='%s']"
#define TRACKED_PATH "/trireme:alias-group[name='%s']/track-address[.='%s']"
#define IPV6_PATH "/trireme:alias-group[name='%s']/ipv6-alias[address='%s']"

struct labelled {
	const struct config_group *group;
	const struct config_alias *alias;
};

static int compare_labels(const void *a, const void *b)
{
	const struct labelled *x = a, *y = b;
	int order = strcmp(x->alias->label, y->alias->label);

	return order ? order : (x->alias > y->alias) - (x->alias < y->alias);
}

/* The kernel shows the label on one port; two addresses of one label would look like one. */
static int check_labels(const struct validation *v)
{
	size_t max = (size_t)CONFIG_GROUPS_MAX * CONFIG_ALIASES_MAX, n = 0;
	_cleanup_free_ struct labelled *all = calloc(max, sizeof(*all));

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < v->config->n_groups; i++) {
		const struct config_group *group = &v->config->groups[i];

		for (size_t j = 0; j < group->n_aliases; j++)
			all[n++] = (struct labelled){group, &group->aliases[j]};
	}
	qsort(all, n, sizeof(*all), compare_labels);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(all[i - 1].alias->label, all[i].alias->label) != 0)
			continue;
		bad_value(v->error, "%s", all[i].alias->label);
		bad_allowed(v->error, "a label that no other alias has: group %s has it too",
			    all[i - 1].group->name);
		return bad_at(v->error, ALIAS_PATH "/label", all[i].group->name,
			      all[i].alias->label);
	}
	return 0;
}

/* The router's port of that name; NULL: what is allowed in the place of its name has been written.
 */
static const struct config_port *find_port(const struct validation *v,
					   const struct config_node *node, const char *name)
{
	const struct config_port *port = config_port_by_name(node, name);

	if (port && port->address)
		return port;
	bad_allowed(v->error,
		    "a port that every router has, with an address: router %s has no such port %s",
		    node->name, name);
	return NULL;
}

/* Whichever router owns the group must be able to carry the address. */
static int check_on_router(const struct validation *v, const struct config_node *node,
			   const struct config_group *group, const struct config_alias *alias)
{
	const struct config_port *port = find_port(v, node, alias->port);
	const char *why;
	char text[16];

	if (!port) {
		bad_value(v->error, "%s", alias->label);
		return bad_at(v->error, ALIAS_PATH "/label", group->name, alias->label);
	}
	why = address_unusable(alias->address, port->prefix_length);
	if (!same_subnet(alias->address, port->address, port->prefix_length))
		bad_allowed(v->error,
			    "an address inside the subnet of %s of router %s, which is %s/%u",
			    port->name, node->name, format_ipv4(port->address, text, sizeof(text)),
			    port->prefix_length);
	else if (why)
		bad_allowed(v->error, "%s", why);
	else
		return 0;
	bad_address(v->error, alias->address);
	return bad_at(v->error, ALIAS_PATH "/address", group->name, alias->label);
}

static int check_alias(const struct validation *v, const struct config_group *group,
		       const struct config_alias *alias)
{
	const struct config *config = v->config;
	char holder[200];
	int r = 0;

	for (size_t i = 0; i < config->n_nodes && r == 0; i++) {
		if (config->nodes[i].role == CONFIG_ROLE_ROUTER)
			r = check_on_router(v, &config->nodes[i], group, alias);
	}
	if (r < 0 || !address_holder(v, alias->address, alias, holder, sizeof(holder)))
		return r;
	bad_address(v->error, alias->address);
	bad_allowed(v->error, "an address that nothing else uses: %s has it too", holder);
	return bad_at(v->error, ALIAS_PATH "/address", group->name, alias->label);
}

/* Whichever router owns the group must be able to ask for the address, on a port of its own. */
static int check_asking(const struct validation *v, const struct config_node *node,
			uint32_t address)
{
	const struct config_port *port = config_port_by_neighbour(node, address);
	const char *why = port ? address_unusable(address, port->prefix_length) : NULL;

	if (!port)
		bad_allowed(v->error,
			    "an address inside the subnet of a port of every router: router %s has "
			    "no such port",
			    node->name);
	else if (why)
		bad_allowed(v->error, "%s", why);
	else
		return 0;
	return -1;
}

static int check_tracked(const struct validation *v, const struct config_group *group,
			 uint32_t address)
{
	char holder[200], text[16];
	int r = 0;

	for (size_t i = 0; i < v->config->n_nodes && r == 0; i++) {
		if (v->config->nodes[i].role == CONFIG_ROLE_ROUTER)
			r = check_asking(v, &v->config->nodes[i], address);
	}
	if (r == 0) {
		if (!address_holder(v, address, NULL, holder, sizeof(holder)))
			return 0;
		bad_allowed(v->error, "an address outside of this cluster: %s has it", holder);
	}
	bad_address(v->error, address);
	return bad_at(v->error, TRACKED_PATH, group->name,
		      format_ipv4(address, text, sizeof(text)));
}

/* 0, or what is wrong with its address is in value and allowed. */
static int check_ipv6_address(const struct validation *v, const struct config_ipv6_alias *alias)
{
	struct config_inet inet = config_inet6(&alias->address);
	const char *why = ipv6_unusable(&alias->address, 128);
	char holder[200], text[INET6_ADDRSTRLEN];

	if (why)
		bad_allowed(v->error, "%s", why);
	else if (inet_holder(v, &inet, alias, holder, sizeof(holder)))
		bad_allowed(v->error, "an address that nothing else uses: %s has it too", holder);
	else
		return 0;
	bad_value(v->error, "%s", format_ipv6(&alias->address, text, sizeof(text)));
	return -1;
}

static int check_ipv6_alias(const struct validation *v, const struct config_group *group,
			    const struct config_ipv6_alias *alias)
{
	char text[INET6_ADDRSTRLEN];

	format_ipv6(&alias->address, text, sizeof(text));
	if (check_ipv6_address(v, alias) < 0)
		return bad_at(v->error, IPV6_PATH "/address", group->name, text);
	for (size_t i = 0; i < v->config->n_nodes; i++) {
		const struct config_node *node = &v->config->nodes[i];

		if (node->role != CONFIG_ROLE_ROUTER || find_port(v, node, alias->port))
			continue;
		bad_value(v->error, "%s", alias->port);
		return bad_at(v->error, IPV6_PATH "/port", group->name, text);
	}
	return 0;
}

static int check_group(const struct validation *v, const struct config_group *group)
{
	int r = 0;

	for (size_t i = 0; i < group->n_ipv6_aliases && r == 0; i++)
		r = check_ipv6_alias(v, group, &group->ipv6_aliases[i]);
	for (size_t i = 0; i < group->n_aliases && r == 0; i++)
		r = check_alias(v, group, &group->aliases[i]);
	for (size_t i = 0; i < group->n_tracked && r == 0; i++)
		r = check_tracked(v, group, group->tracked[i]);
	return r;
}

int validate_aliases(const struct validation *v)
{
	int r = check_labels(v);

	for (size_t i = 0; i < v->config->n_groups && r == 0; i++)
		r = check_group(v, &v->config->groups[i]);
	return r;
}
