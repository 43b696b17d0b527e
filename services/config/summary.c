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
	char ipv6[INET6_ADDRSTRLEN];

	text_add(text, "node %s: number %u, %s, priority %u\n", node->name, node->id,
		 node->role == CONFIG_ROLE_ROUTER ? "router" : "witness", node->priority);
	for (size_t i = 0; i < node->n_ports; i++) {
		const struct config_port *port = &node->ports[i];

		text_add(text, "  %-8s %s/%u\n", port->name, address(port->address),
			 port->prefix_length);
		for (size_t j = 0; j < port->n_ipv6; j++)
			text_add(text, "  %-8s %s/%u\n", port->name,
				 format_ipv6(&port->ipv6[j].address, ipv6, sizeof(ipv6)),
				 port->ipv6[j].prefix_length);
	}
	if (node->gateway)
		text_add(text, "  %-8s %s\n", "gateway", address(node->gateway));
	if (!IN6_IS_ADDR_UNSPECIFIED(&node->ipv6_gateway))
		text_add(text, "  %-8s %s\n", "gateway",
			 format_ipv6(&node->ipv6_gateway, ipv6, sizeof(ipv6)));
}

static void add_service(const struct config_service *service, struct text *text)
{
	struct config_inet inet = config_service_inet(service);
	char where[CONFIG_ENDPOINT_TEXT_MAX];

	if (service->mark)
		text_add(text, "virtual service %s: firewall mark %u", service->name,
			 service->mark);
	else
		text_add(text, "virtual service %s: %s/%s", service->name,
			 config_endpoint_text(&inet, service->port, where),
			 config_protocol_name(service->protocol));
	text_add(text, " %s %s\n", config_method_name(service->method), service->scheduler);
	for (size_t i = 0; i < service->n_reals; i++) {
		inet = config_real_inet(&service->reals[i]);
		text_add(text, "  %-8s %s weight %u\n", service->reals[i].name,
			 config_endpoint_text(&inet, service->reals[i].port, where),
			 service->reals[i].weight);
	}
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
