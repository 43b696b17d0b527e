// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/parse.h"
#include "schema/error.h"
#include "schema/validate.h"

#define ALIAS_PATH "/trireme:alias-group[name='%s']/alias[label='%s']"

/* The kernel shows the label on one port; two addresses of one label would look like one. */
static int check_label(const struct config *config, const struct config_group *group,
		       const struct config_alias *alias, struct schema_error *error)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *other = &config->groups[i];

		for (size_t j = 0; j < other->n_aliases; j++) {
			if (&other->aliases[j] == alias ||
			    strcmp(other->aliases[j].label, alias->label) != 0)
				continue;
			error_text(error->value, sizeof(error->value), "%s", alias->label);
			error_text(error->allowed, sizeof(error->allowed),
				   "a label that no other alias has: group %s has it too",
				   other->name);
			return bad_at(error, ALIAS_PATH "/label", group->name, alias->label);
		}
	}
	return 0;
}

/* Whichever router owns the group must be able to carry the address. */
static int check_on_router(const struct config_node *node, const struct config_group *group,
			   const struct config_alias *alias, struct schema_error *error)
{
	const struct config_port *port = config_port_by_name(node, alias->port);
	const char *why;
	char text[16];

	if (!port) {
		error_text(error->value, sizeof(error->value), "%s", alias->label);
		error_text(error->allowed, sizeof(error->allowed),
			   "a port that every router has: router %s has no port %s", node->name,
			   alias->port);
		return bad_at(error, ALIAS_PATH "/label", group->name, alias->label);
	}
	why = address_unusable(alias->address, port->prefix_length);
	if (!same_subnet(alias->address, port->address, port->prefix_length))
		error_text(error->allowed, sizeof(error->allowed),
			   "an address inside the subnet of %s of router %s, which is %s/%u",
			   port->name, node->name, format_ipv4(port->address, text, sizeof(text)),
			   port->prefix_length);
	else if (why)
		error_text(error->allowed, sizeof(error->allowed), "%s", why);
	else
		return 0;
	format_ipv4(alias->address, error->value, sizeof(error->value));
	return bad_at(error, ALIAS_PATH "/address", group->name, alias->label);
}

static int check_alias(const struct config *config, const struct config_group *group,
		       const struct config_alias *alias, struct schema_error *error)
{
	char holder[200];
	int r = check_label(config, group, alias, error);

	for (size_t i = 0; i < config->n_nodes && r == 0; i++) {
		if (config->nodes[i].role == CONFIG_ROLE_ROUTER)
			r = check_on_router(&config->nodes[i], group, alias, error);
	}
	if (r < 0 || !address_holder(config, alias->address, alias, holder, sizeof(holder)))
		return r;
	format_ipv4(alias->address, error->value, sizeof(error->value));
	error_text(error->allowed, sizeof(error->allowed),
		   "an address that nothing else uses: %s has it too", holder);
	return bad_at(error, ALIAS_PATH "/address", group->name, alias->label);
}

int validate_aliases(const struct config *config, struct schema_error *error)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t j = 0; j < group->n_aliases; j++) {
			int r = check_alias(config, group, &group->aliases[j], error);

			if (r < 0)
				return r;
		}
	}
	return 0;
}
