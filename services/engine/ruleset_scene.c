// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ruleset_scene.h"

#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static void choice_add(struct choice *choice, const char *text)
{
	size_t length = strlen(choice->words);

	if (choice->n == 1) {
		memmove(choice->words + 2, choice->words, length + 1);
		memcpy(choice->words, "{ ", 2);
		length += 2;
	} else if (choice->n > 1) {
		length -= 2; /* the end is written anew */
	}
	snprintf(choice->words + length, sizeof(choice->words) - length, "%s%s%s",
		 choice->n ? ", " : "", text, choice->n ? " }" : "");
	choice->n++;
}

void choice_add_ipv4(struct choice *choice, uint32_t address)
{
	char text[16];

	if (address)
		choice_add(choice, format_ipv4(address, text, sizeof(text)));
}

/* Of addresses in one subnet this is there once. */
static void add_subnet(struct side *side, const struct config_ipv6_address *own)
{
	char *subnet = side->subnets[side->n_subnets], text[INET6_ADDRSTRLEN];
	struct in6_addr network;

	ipv6_network(&own->address, own->prefix_length, &network);
	snprintf(subnet, sizeof(side->subnets[0]), own->prefix_length == 128 ? "%s" : "%s/%u",
		 format_ipv6(&network, text, sizeof(text)), own->prefix_length);
	for (size_t i = 0; i < side->n_subnets; i++) {
		if (strcmp(side->subnets[i], subnet) == 0)
			return;
	}
	side->n_subnets++;
}

static void set_sides(struct scene *s, const struct config_port *private)
{
	struct side *ipv4 = &s->sides[0], *ipv6 = &s->sides[1];
	char text[INET6_ADDRSTRLEN];

	*ipv4 = (struct side){.ip = "ip", .suffix = "", .icmp = "icmp", .n_subnets = 1};
	choice_add(&ipv4->own, s->private_address);
	memcpy(ipv4->subnets[0], s->private_subnet, sizeof(s->private_subnet));
	*ipv6 = (struct side){.ip = "ip6", .suffix = "_ipv6", .icmp = "icmpv6"};
	for (size_t i = 0; i < private->n_ipv6; i++) {
		choice_add(&ipv6->own, format_ipv6(&private->ipv6[i].address, text, sizeof(text)));
		add_subnet(ipv6, &private->ipv6[i]);
	}
	s->n_sides = config_serves_ipv6(s->config) ? 2 : 1;
}

static bool has_ipv6(const struct config *config, const struct config_node *node, bool routes)
{
	bool has = false;

	for (size_t i = 0; routes && i < config->n_groups; i++)
		has |= config->groups[i].n_ipv6_aliases > 0;
	for (size_t i = 0; i < node->n_ports; i++)
		has |= node->ports[i].n_ipv6 > 0;
	return has;
}

void ruleset_scene(struct scene *s, const struct config *config, const struct config_node *node)
{
	const struct config_port *public = config_port_by_name(node, PUBLIC);
	const struct config_port *private = config_port_by_name(node, PRIVATE);
	char subnet[16];

	*s = (struct scene){.config = config, .node = node};
	s->routes = node->role == CONFIG_ROLE_ROUTER && public && private;
	s->has_ipv6 = has_ipv6(config, node, s->routes);
	if (public)
		format_ipv4(public->address, s->public_address, sizeof(s->public_address));
	if (!private)
		return;
	format_ipv4(private->address, s->private_address, sizeof(s->private_address));
	format_ipv4(private->address & ipv4_netmask(private->prefix_length), subnet,
		    sizeof(subnet));
	snprintf(s->private_subnet, sizeof(s->private_subnet), "%s/%u", subnet,
		 private->prefix_length);
	if (s->routes)
		set_sides(s, private);
}
