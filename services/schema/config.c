// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/config.h"

#include <stdlib.h>
#include <string.h>

void config_free(struct config *config)
{
	if (!config)
		return;
	if (config->services) {
		for (size_t i = 0; i < config->n_services; i++)
			free(config->services[i].reals);
	}
	free(config->services);
	free(config);
}

const struct config_node *config_node_by_name(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_nodes; i++) {
		if (strcmp(config->nodes[i].name, name) == 0)
			return &config->nodes[i];
	}
	return NULL;
}

const struct config_port *config_port_by_name(const struct config_node *node, const char *name)
{
	for (size_t i = 0; i < node->n_ports; i++) {
		if (strcmp(node->ports[i].name, name) == 0)
			return &node->ports[i];
	}
	return NULL;
}
