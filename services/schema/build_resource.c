// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "schema/config_field.h"
#include "schema/config_parts.h"

static const struct field resource_fields[] = {
	TEXT("name", struct config_resource, name),
	VALUE("timeout", FIELD_U16, struct config_resource, timeout_s),
	VALUE("interval", FIELD_U16, struct config_resource, interval_s),
};

static const struct field parameter_fields[] = {
	TEXT("name", struct config_parameter, name),
	TEXT("value", struct config_parameter, value),
};

int build_parameter(void *object, const struct lyd_node *from)
{
	return SET_FIELDS((struct config_parameter *)object, parameter_fields, from);
}

/* PROVIDER:TYPE */
static int set_agent(struct config_resource *resource, const struct lyd_node *leaf)
{
	const char *text = leaf ? lyd_get_value(leaf) : "", *colon = strchr(text, ':');

	if (!colon || colon - text >= (ptrdiff_t)sizeof(resource->provider))
		return -EINVAL;
	memcpy(resource->provider, text, (size_t)(colon - text));
	return copy_text(resource->type, sizeof(resource->type), colon + 1);
}

static int build_resource(void *object, const struct lyd_node *from)
{
	struct config_resource *resource = object;
	int r = SET_FIELDS(resource, resource_fields, from);

	if (r == 0)
		r = set_agent(resource, child_of(from, "agent"));
	return r < 0 ? r
		     : BUILD_LIST(lyd_child(from), "parameter", build_parameter,
				  resource->parameters, &resource->n_parameters);
}

static size_t count_resources(const struct lyd_node *tree)
{
	size_t n = 0;

	for (; tree; tree = tree->next)
		for (const struct lyd_node *node =
			     strcmp(LYD_NAME(tree), "alias-group") == 0 ? lyd_child(tree) : NULL;
		     node; node = node->next)
			n += strcmp(LYD_NAME(node), "resource") == 0;
	return n;
}

static int build_of_group(struct config *config, const struct config_group *group,
			  const struct lyd_node *from)
{
	struct config_resource *first = &config->resources[config->n_resources];
	size_t n = 0;
	int r = build_list(lyd_child(from), "resource", build_resource, first, sizeof(*first),
			   CONFIG_RESOURCES_MAX, &n);

	for (size_t i = 0; i < n; i++)
		memcpy(first[i].group, group->name, sizeof(first[i].group));
	config->n_resources += n;
	return r;
}

int build_resources(struct config *config, const struct lyd_node *tree)
{
	size_t n = count_resources(tree), group = 0;
	int r = 0;

	config->resources = calloc(n ? n : 1, sizeof(*config->resources));
	if (!config->resources)
		return -ENOMEM;
	for (; tree && r == 0; tree = tree->next)
		if (strcmp(LYD_NAME(tree), "alias-group") == 0)
			r = build_of_group(config, &config->groups[group++], tree);
	return r;
}
