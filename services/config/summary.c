// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/summary.h"

#include "base/parse.h"

static const char *address(uint32_t value)
{
	static char buf[16];

	return format_ipv4(value, buf, sizeof(buf));
}

static void add_node(const struct config_node *node, struct text *text)
{
	text_add(text, "node %s: number %u, %s, priority %u\n", node->name, node->id,
		 node->role == CONFIG_ROLE_ROUTER ? "router" : "witness", node->priority);
	for (size_t i = 0; i < node->n_ports; i++)
		text_add(text, "  %-8s %s/%u\n", node->ports[i].name,
			 address(node->ports[i].address), node->ports[i].prefix_length);
	if (node->gateway)
		text_add(text, "  %-8s %s\n", "gateway", address(node->gateway));
}

static void add_service(const struct config_service *service, struct text *text)
{
	text_add(text, "virtual service %s: %s:%u/%s %s %s\n", service->name,
		 address(service->address), service->port, config_protocol_name(service->protocol),
		 config_method_name(service->method), service->scheduler);
	for (size_t i = 0; i < service->n_reals; i++)
		text_add(text, "  %-8s %s:%u weight %u\n", service->reals[i].name,
			 address(service->reals[i].address), service->reals[i].port,
			 service->reals[i].weight);
}

void summary(const struct config *config, struct text *text)
{
	char ipv6[INET6_ADDRSTRLEN];

	text_add(text, "cluster %s: token %u ms, consensus %u ms, heartbeat %u ms\n",
		 config->cluster_name, config->token, config->consensus, config->heartbeat);
	for (size_t i = 0; i < config->n_nodes; i++)
		add_node(&config->nodes[i], text);
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		text_add(text, "alias group %s\n", group->name);
		for (size_t j = 0; j < group->n_aliases; j++)
			text_add(text, "  %-8s %s\n", group->aliases[j].label,
				 address(group->aliases[j].address));
		for (size_t j = 0; j < group->n_ipv6_aliases; j++)
			text_add(text, "  %-8s %s\n", group->ipv6_aliases[j].port,
				 format_ipv6(&group->ipv6_aliases[j].address, ipv6, sizeof(ipv6)));
	}
	for (size_t i = 0; i < config->n_services; i++)
		add_service(&config->services[i], text);
}
