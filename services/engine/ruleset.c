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
#include "engine/ipvs_sync.h"
#include "engine/ruleset_scene.h"
#include "engine/ruleset_sets.h"
#include "engine/sync_wire.h"
#include "proto/engine_ipc.h"

#define SSH_PORT 22

/* In nft's terms: of SYN, ACK, FIN and RST not SYN alone, so no beginning of a connection. */
#define NOT_A_SYN "tcp flags != syn / fin,syn,rst,ack"
#define MARKED "meta mark != 0x00000000"

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

/* Of one node on that port, the addresses that its ring has or had until now. */
static void add_ring_addresses(const struct scene *s, const struct config_node *node,
			       const char *port, struct choice *choice)
{
	const struct config_port *p = config_port_by_name(node, port);

	if (p)
		choice_add_ipv4(choice, p->address);
	for (size_t i = 0; i < s->config->n_kept; i++) {
		const struct config_kept *kept = &s->config->kept[i];

		if (kept->node == node->id && strcmp(kept->port, port) == 0 &&
		    (!p || kept->address.address != p->address))
			choice_add_ipv4(choice, kept->address.address);
	}
}

/* What nodes say to each other on one of their ports. */
struct between {
	const char *port;
	bool routers;	   /* only those */
	uint16_t from, to; /* UDP */
	const char *group; /* that is said to, instead of the others' addresses; or NULL */
};

static bool takes_part(const struct between *b, const struct config_node *node)
{
	return !b->routers || node->role == CONFIG_ROLE_ROUTER;
}

/* Between the nodes' own addresses; outwards, or inwards. */
static void between_rule(struct text *t, const struct scene *s, const struct between *b, bool out,
			 const char *verdict)
{
	struct choice own = {0}, peers = {0};

	if (takes_part(b, s->node))
		add_ring_addresses(s, s->node, b->port, &own);
	for (size_t i = 0; i < s->config->n_nodes; i++) {
		const struct config_node *other = &s->config->nodes[i];

		if (strcmp(other->name, s->node->name) != 0 && takes_part(b, other))
			add_ring_addresses(s, other, b->port, &peers);
	}
	if (!own.n || !peers.n)
		return;
	text_add(t, "\t\t");
	if (out)
		text_add(t, "ip saddr %s ip daddr %s", own.words,
			 b->group ? b->group : peers.words);
	else
		text_add(t, "iifname \"%s\" ip saddr %s ip daddr %s", b->port, peers.words,
			 b->group ? b->group : own.words);
	text_add(t, " udp dport %u", b->from);
	if (b->to != b->from)
		text_add(t, "-%u", b->to);
	text_add(t, " %s\n", verdict);
}

/* The ring, and routers' connections: those of the data path, and of IPVS. */
static void cluster_rules(struct text *t, const struct scene *s, bool out, const char *verdict)
{
	const uint16_t last = CONFIG_RING_PORT + CONFIG_RING_LINKS - 1;
	const struct between all[] = {
		{PUBLIC, false, CONFIG_RING_PORT, last, NULL},
		{PRIVATE, false, CONFIG_RING_PORT, last, NULL},
		{PRIVATE, true, SYNC_PORT, SYNC_PORT, NULL},
		{PRIVATE, true, IPVS_SYNC_PORT, IPVS_SYNC_PORT, IPVS_SYNC_GROUP},
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		between_rule(t, s, &all[i], out, verdict);
}

/* A rule for each subnet of the side: "BEFORE ip END SUBNET AFTER"; end: saddr, daddr. */
static void subnet_rules(struct text *t, const struct side *side, const char *before,
			 const char *end, const char *after)
{
	for (size_t i = 0; i < side->n_subnets; i++)
		text_add(t, "\t\t%s %s %s %s %s\n", before, side->ip, end, side->subnets[i], after);
}

/* What comes from where its source cannot be. */
static void forged_rules(struct text *t, const struct side *side)
{
	/* IPVS would hand it to a real server, whose answer stays in the private net. */
	subnet_rules(t, side, "iifname \"" PUBLIC "\"", "saddr", "counter drop");
	text_add(t, "\t\tiifname \"" PRIVATE "\" %s saddr @floating_public%s counter drop\n",
		 side->ip, side->suffix);
}

/* To this node's own address: never the beginning of a connection. */
static void checked_answer(struct text *t, const struct side *side, const char *verdict)
{
	if (side->own.n)
		text_add(t,
			 "\t\tiifname \"" PRIVATE
			 "\" %s daddr %s %s saddr . meta l4proto . th sport "
			 "@checked%s " NOT_A_SYN " %s\n",
			 side->ip, side->own.words, side->ip, side->suffix, verdict);
}

static void to_service(struct text *t, const struct side *side, const char *rest)
{
	text_add(t, "\t\t%s daddr . meta l4proto . th dport @service%s %s\n", side->ip,
		 side->suffix, rest);
}

static void requests_untracked(struct text *t, const struct side *side)
{
	checked_answer(t, side, "notrack");
	/* FTP stays tracked: see ruleset_sets.c. */
	to_service(t, side, "th dport != 21 notrack");
	text_add(t,
		 "\t\tiifname != \"lo\" meta mark set %s daddr . meta l4proto . th dport map "
		 "@service_mark%s\n",
		 side->ip, side->suffix);
}

static void answers_untracked(struct text *t, const struct side *side)
{
	static const char *const sets[] = {"answering", "answering_range"};

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		text_add(t,
			 "\t\tiifname \"" PRIVATE "\" %s saddr . meta l4proto . th sport @%s%s "
			 "%s daddr != @cluster%s notrack\n",
			 side->ip, sets[i], side->suffix, side->ip, side->suffix);
}

static void untracked_chains(struct text *t, const struct scene *s)
{
	start_chain(t, "untracked_in", "filter", "prerouting", -300, "accept");
	for (size_t i = 0; i < s->n_sides; i++)
		forged_rules(t, &s->sides[i]);
	cluster_rules(t, s, false, "notrack");
	for (size_t i = 0; i < s->n_sides; i++)
		requests_untracked(t, &s->sides[i]);
	if (s->routes)
		rule(t, MARKED " th dport != 21 notrack");
	for (size_t i = 0; i < s->n_sides; i++)
		answers_untracked(t, &s->sides[i]);
	end_chain(t, false);

	start_chain(t, "untracked_out", "filter", "output", -300, "accept");
	cluster_rules(t, s, true, "notrack");
	for (size_t i = 0; i < s->n_sides; i++) {
		const struct side *side = &s->sides[i];

		if (side->own.n)
			text_add(t,
				 "\t\toifname \"" PRIVATE "\" %s saddr %s "
				 "%s daddr . meta l4proto . th dport @checked%s notrack\n",
				 side->ip, side->own.words, side->ip, side->suffix);
	}
	end_chain(t, false);
}

/*
 * Before IPVS: a real server that asks a NAT service of its own subnet would be answered by the
 * other real server directly, past the router, and not understand the answer. A connection that
 * was full NAT's, and that the data path does not know any more, ends at once. What a NAT service
 * at a private address answered to the outside, `guard` would drop.
 */
static void refuse_rules(struct text *t, const struct side *side, const char *service)
{
	char to[160];

	snprintf(to, sizeof(to), "%s " NOT_A_SYN " counter reject with tcp reset", service);
	subnet_rules(t, side, "iifname \"" PRIVATE "\"", "saddr", to);
	snprintf(to, sizeof(to), "%s counter reject with %s admin-prohibited", service, side->icmp);
	subnet_rules(t, side, "iifname \"" PRIVATE "\"", "saddr", to);
	snprintf(to, sizeof(to), "%s counter drop", service);
	subnet_rules(t, side, "iifname \"" PUBLIC "\"", "daddr", to);
}

static void refuse_chain(struct text *t, const struct scene *s)
{
	start_chain(t, "refuse", "filter", "input", 0, "accept");
	for (size_t i = 0; i < s->n_sides; i++) {
		const struct side *side = &s->sides[i];
		char service[80];

		snprintf(service, sizeof(service),
			 "%s daddr . meta l4proto . th dport @nat_service%s", side->ip,
			 side->suffix);
		refuse_rules(t, side, service);
		refuse_rules(t, side, "meta mark @nat_mark");
	}
	end_chain(t, false);
}

/* source: a network as nft lists it; empty: everybody. */
static void management_rule(struct text *t, const char *port, const char *source,
			    const char *address, uint16_t tcp_port)
{
	text_add(t, "\t\tiifname \"%s\"%s%s ip daddr %s tcp dport %u ct state new accept\n", port,
		 source[0] ? " ip saddr " : "", source, address, tcp_port);
}

/* A rule for each network: of networks that overlap nft would make no set. */
static void https_rules(struct text *t, const struct scene *s, const char *port,
			const char *address)
{
	const struct config_management *m = &s->config->management;

	for (size_t i = 0; i < m->n_networks; i++) {
		const struct config_network *network = &m->networks[i];
		char host[16], source[20] = "";

		format_ipv4(network->address, host, sizeof(host));
		if (network->prefix_length == 32)
			snprintf(source, sizeof(source), "%s", host);
		else if (network->prefix_length > 0)
			snprintf(source, sizeof(source), "%s/%u", host, network->prefix_length);
		management_rule(t, port, source, address, m->https_port);
	}
}

/* SSH from the private network; page and interface for programs from where the document says. */
static void management_rules(struct text *t, const struct scene *s)
{
	const struct config_management *m = &s->config->management;

	if (s->private_address[0])
		management_rule(t, PRIVATE, s->private_subnet, s->private_address, SSH_PORT);
	if (s->private_address[0] && m->https && m->n_networks == 0)
		management_rule(t, PRIVATE, s->private_subnet, s->private_address, m->https_port);
	if (s->private_address[0] && m->https)
		https_rules(t, s, PRIVATE, s->private_address);
	if (s->public_address[0] && m->https && m->https_public)
		https_rules(t, s, PUBLIC, s->public_address);
}

#define ICMPV6                                                                   \
	"icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, " \
	"parameter-problem, echo-request } accept"

/*
 * What keeps an address known on its link (RFC 4890, 4.4.1): neighbour discovery, and the queries
 * that switches with MLD snooping want answered (RFC 3810, 6.2). Beyond that the addresses of the
 * configuration answer as those of IPv4 do; the ports' link-local ones do not.
 */
static void ipv6_rules(struct text *t, const struct scene *s)
{
	rule(t, "ip6 hoplimit 255 icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept");
	rule(t, "ip6 hoplimit 1 ip6 saddr fe80::/10 icmpv6 type mld-listener-query accept");
	if (s->routes) {
		rule(t, "ip6 daddr @cluster_ipv6 " ICMPV6);
		return;
	}
	for (size_t i = 0; i < s->node->n_ports; i++) {
		const struct config_port *port = &s->node->ports[i];
		char text[INET6_ADDRSTRLEN];

		for (size_t j = 0; j < port->n_ipv6; j++)
			text_add(t, "\t\tip6 daddr %s " ICMPV6 "\n",
				 format_ipv6(&port->ipv6[j].address, text, sizeof(text)));
	}
}

static void input_chain(struct text *t, const struct scene *s)
{
	start_chain(t, "input", "filter", "input", 110, "drop");
	rule(t, "iifname \"lo\" accept");
	rule(t, "ct state established,related accept");
	/* A connection that IPVS does not know, as after a failover, ends at once. */
	for (size_t i = 0; i < s->n_sides; i++) {
		to_service(t, &s->sides[i], NOT_A_SYN " counter reject with tcp reset");
		to_service(t, &s->sides[i], "counter drop");
	}
	if (s->routes) {
		rule(t, MARKED " " NOT_A_SYN " counter reject with tcp reset");
		rule(t, MARKED " counter drop");
	}
	for (size_t i = 0; i < s->n_sides; i++)
		checked_answer(t, &s->sides[i], "accept");
	rule(t, "icmp type { destination-unreachable, echo-request, time-exceeded, "
		"parameter-problem } accept");
	if (s->has_ipv6)
		ipv6_rules(t, s);
	cluster_rules(t, s, false, "accept");
	management_rules(t, s);
	if (s->joining && s->private_address[0])
		text_add(t,
			 "\t\tiifname \"" PRIVATE
			 "\" ip saddr %s ip daddr %s tcp dport %d ct state new accept\n",
			 s->private_subnet, s->private_address, ENGINE_JOINING_PORT);
	rule(t, "counter");
	end_chain(t, false);
}

static void forward_chain(struct text *t, const struct scene *s)
{
	start_chain(t, "forward", "filter", "forward", 110, "drop");
	for (size_t i = 0; i < s->n_sides; i++)
		text_add(t, "\t\tiifname \"" PRIVATE "\" %s saddr @vip%s accept\n", s->sides[i].ip,
			 s->sides[i].suffix);
	if (s->routes) {
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
	/* TCP, UDP, SCTP; other protocols have no ports. */
	text_add(t,
		 "\t\toifname \"" PUBLIC "\" ip saddr %s meta l4proto { 6, 17, 132 } "
		 "snat ip to %s:%u-%u\n",
		 s->private_subnet, s->public_address, s->config->masquerade.first,
		 s->config->masquerade.last);
	text_add(t, "\t\toifname \"" PUBLIC "\" ip saddr %s snat ip to %s\n", s->private_subnet,
		 s->public_address);
	end_chain(t, false);

	start_chain(t, "guard", "filter", "postrouting", 110, "accept");
	for (size_t i = 0; i < s->n_sides; i++)
		subnet_rules(t, &s->sides[i], "oifname \"" PUBLIC "\"", "saddr", "counter drop");
	end_chain(t, true);
}

int ruleset_make(const struct config *config, const uint32_t *marks, const struct config_node *node,
		 bool joining, char **ret_text)
{
	_cleanup_free_ char *buf = malloc(RULESET_MAX);
	struct text text;
	struct scene scene;
	char *copy;
	int r;

	if (!buf)
		return -ENOMEM;
	text_init(&text, buf, RULESET_MAX);
	ruleset_scene(&scene, config, node);
	scene.joining = joining;
	text_add(&text, RULESET_TABLE " {\n");
	if (scene.routes) {
		r = ruleset_sets(&text, config, marks, config_port_by_name(node, PRIVATE));
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
