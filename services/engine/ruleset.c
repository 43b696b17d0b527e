// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ruleset.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "base/text.h"
#include "engine/ruleset_sets.h"

#define PUBLIC "eth0"
#define PRIVATE "eth1"

/* In nft's terms: of SYN, ACK, FIN and RST not SYN alone, so no beginning of a connection. */
#define NOT_A_SYN "tcp flags != syn / fin,syn,rst,ack"
#define TO_SERVICE "ip daddr . meta l4proto . th dport @service"
/* To this node's own address, %s: never the beginning of a connection. */
#define CHECKED_ANSWER           \
	"\t\tiifname \"" PRIVATE \
	"\" ip daddr %s ip saddr . meta l4proto . th sport @checked " NOT_A_SYN

/* What the rules of one node are made from. */
struct scene {
	const struct config *config;
	const struct config_node *node;
	bool routes;		  /* a router with both ports */
	char public_address[16];  /* of this node on eth0; empty: no such port */
	char private_address[16]; /* and on eth1 */
	char private_subnet[20];  /* with prefix length */
};

static void set_scene(struct scene *s, const struct config *config, const struct config_node *node)
{
	const struct config_port *public = config_port_by_name(node, PUBLIC);
	const struct config_port *private = config_port_by_name(node, PRIVATE);
	char subnet[16];

	*s = (struct scene){.config = config, .node = node};
	s->routes = node->role == CONFIG_ROLE_ROUTER && public && private;
	if (public)
		format_ipv4(public->address, s->public_address, sizeof(s->public_address));
	if (!private)
		return;
	format_ipv4(private->address, s->private_address, sizeof(s->private_address));
	format_ipv4(private->address & ipv4_netmask(private->prefix_length), subnet,
		    sizeof(subnet));
	snprintf(s->private_subnet, sizeof(s->private_subnet), "%s/%u", subnet,
		 private->prefix_length);
}

static void start_chain(struct text *t, const char *name, const char *type, const char *hook,
			int priority, const char *policy)
{
	text_add(t, "\tchain %s {\n\t\ttype %s hook %s priority %d; policy %s;\n", name, type, hook,
		 priority, policy);
}

static void rule(struct text *t, const char *line)
{
	text_add(t, "\t\t%s\n", line);
}

static void end_chain(struct text *t, bool last)
{
	text_add(t, last ? "\t}\n" : "\t}\n\n");
}

/* "{ a, b }", or the address alone if there is one: so nft lists it. Empty: no other node. */
static void peers_text(const struct scene *s, const char *port, char *buf, size_t size)
{
	const char *separator = "";
	size_t n = 0, length = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < s->config->n_nodes; i++) {
		const struct config_node *peer = &s->config->nodes[i];
		const struct config_port *p = config_port_by_name(peer, port);
		char address[16];

		if (!p || strcmp(peer->name, s->node->name) == 0)
			continue;
		length += (size_t)snprintf(buf + length, size - length, "%s%s", separator,
					   format_ipv4(p->address, address, sizeof(address)));
		separator = ", ";
		n++;
	}
	if (n > 1) {
		memmove(buf + 2, buf, length + 1);
		memcpy(buf, "{ ", 2);
		memcpy(buf + length + 2, " }", 3);
	}
}

/* One rule per port for the ring between the nodes' own addresses; outwards, or inwards. */
static void ring_rules(struct text *t, const struct scene *s, bool out, const char *verdict)
{
	char peers[CONFIG_NODES_MAX * 18 + 8], own[16], ports[16];

	snprintf(ports, sizeof(ports), "%d-%d", CONFIG_RING_PORT,
		 CONFIG_RING_PORT + CONFIG_RING_LINKS - 1);
	for (size_t i = 0; i < s->node->n_ports; i++) {
		const struct config_port *port = &s->node->ports[i];

		peers_text(s, port->name, peers, sizeof(peers));
		if (!peers[0])
			continue;
		format_ipv4(port->address, own, sizeof(own));
		if (out)
			text_add(t, "\t\tip saddr %s ip daddr %s udp dport %s %s\n", own, peers,
				 ports, verdict);
		else
			text_add(t, "\t\tiifname \"%s\" ip saddr %s ip daddr %s udp dport %s %s\n",
				 port->name, peers, own, ports, verdict);
	}
}

static void untracked_chains(struct text *t, const struct scene *s)
{
	start_chain(t, "untracked_in", "filter", "prerouting", -300, "accept");
	if (s->routes) {
		/* IPVS would hand it to a real server, whose answer stays in the private net. */
		text_add(t, "\t\tiifname \"" PUBLIC "\" ip saddr %s counter drop\n",
			 s->private_subnet);
		rule(t, "iifname \"" PRIVATE "\" ip saddr @floating_public counter drop");
	}
	ring_rules(t, s, false, "notrack");
	if (s->routes) {
		text_add(t, CHECKED_ANSWER " notrack\n", s->private_address);
		/* FTP stays tracked: see ruleset_sets.c. */
		rule(t, TO_SERVICE " th dport != 21 notrack");
		rule(t, "iifname \"" PRIVATE "\" ip saddr . meta l4proto . th sport @answering "
			"ip daddr != @cluster notrack");
	}
	end_chain(t, false);

	start_chain(t, "untracked_out", "filter", "output", -300, "accept");
	ring_rules(t, s, true, "notrack");
	if (s->routes)
		text_add(t,
			 "\t\toifname \"" PRIVATE "\" ip saddr %s "
			 "ip daddr . meta l4proto . th dport @checked notrack\n",
			 s->private_address);
	end_chain(t, false);
}

/*
 * Before IPVS: a real server that asks a NAT service of its own subnet would be answered by the
 * other real server directly, past the router, and not understand the answer.
 */
static void refuse_chain(struct text *t, const struct scene *s)
{
	start_chain(t, "refuse", "filter", "input", 0, "accept");
	text_add(t,
		 "\t\tiifname \"" PRIVATE "\" ip saddr %s ip daddr . meta l4proto . th dport "
		 "@nat_service counter reject with icmp admin-prohibited\n",
		 s->private_subnet);
	end_chain(t, false);
}

static void input_chain(struct text *t, const struct scene *s)
{
	start_chain(t, "input", "filter", "input", 110, "drop");
	rule(t, "iifname \"lo\" accept");
	rule(t, "ct state established,related accept");
	if (s->routes) {
		/* A connection that IPVS does not know, as after a failover, ends at once. */
		rule(t, TO_SERVICE " " NOT_A_SYN " counter reject with tcp reset");
		rule(t, TO_SERVICE " counter drop");
		text_add(t, CHECKED_ANSWER " accept\n", s->private_address);
	}
	rule(t, "icmp type { destination-unreachable, echo-request, time-exceeded, "
		"parameter-problem } accept");
	ring_rules(t, s, false, "accept");
	if (s->private_address[0])
		text_add(t,
			 "\t\tiifname \"" PRIVATE
			 "\" ip saddr %s ip daddr %s tcp dport { 22, 443 } "
			 "ct state new accept\n",
			 s->private_subnet, s->private_address);
	rule(t, "counter");
	end_chain(t, false);
}

static void forward_chain(struct text *t, const struct scene *s)
{
	start_chain(t, "forward", "filter", "forward", 110, "drop");
	if (s->routes) {
		rule(t, "iifname \"" PRIVATE "\" ip saddr @vip accept");
		rule(t, "ct state established,related accept");
		rule(t, "ct state new " NOT_A_SYN " counter drop");
		/* Not to the cluster's own addresses: there it would look like this router. */
		text_add(t,
			 "\t\tiifname \"" PRIVATE "\" oifname \"" PUBLIC "\" ip saddr %s "
			 "ip daddr != @cluster ct state new accept\n",
			 s->private_subnet);
	}
	rule(t, "counter");
	end_chain(t, !s->routes);
}

static void leaving_chains(struct text *t, const struct scene *s)
{
	start_chain(t, "hide", "nat", "postrouting", 100, "accept");
	text_add(t, "\t\toifname \"" PUBLIC "\" ip saddr %s snat ip to %s\n", s->private_subnet,
		 s->public_address);
	end_chain(t, false);

	start_chain(t, "guard", "filter", "postrouting", 110, "accept");
	text_add(t, "\t\toifname \"" PUBLIC "\" ip saddr %s counter drop\n", s->private_subnet);
	end_chain(t, true);
}

int ruleset_make(const struct config *config, const struct config_node *node, char **ret_text)
{
	_cleanup_free_ char *buf = malloc(RULESET_MAX);
	struct text text;
	struct scene scene;
	char *copy;
	int r;

	if (!buf)
		return -ENOMEM;
	text_init(&text, buf, RULESET_MAX);
	set_scene(&scene, config, node);
	text_add(&text, RULESET_TABLE " {\n");
	if (scene.routes) {
		r = ruleset_sets(&text, config, config_port_by_name(node, PRIVATE));
		if (r < 0)
			return r;
	}
	untracked_chains(&text, &scene);
	if (scene.routes)
		refuse_chain(&text, &scene);
	input_chain(&text, &scene);
	forward_chain(&text, &scene);
	if (scene.routes)
		leaving_chains(&text, &scene);
	text_add(&text, "}\n");
	r = text_result(&text);
	if (r < 0)
		return r;
	copy = strdup(buf);
	if (!copy)
		return -ENOMEM;
	*ret_text = copy;
	return 0;
}
