// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/steer_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/parse.h"

/* Of either family, into one of the two. */
static void address(const char *text, uint32_t *ipv4, struct in6_addr *ipv6)
{
	assert_int_equal(strchr(text, ':') ? parse_ipv6(text, ipv6) : parse_ipv4(text, ipv4), 0);
}

static struct config_port *add_port(struct steer_case *c, const char *name,
				    enum config_port_kind kind, const char *own)
{
	struct config_node *node = &c->config.nodes[0];
	struct config_port *port = &node->ports[node->n_ports++];

	assert_int_equal(copy_text(port->name, sizeof(port->name), name), 0);
	port->kind = kind;
	port->prefix_length = 24;
	if (own)
		assert_int_equal(parse_ipv4(own, &port->address), 0);
	return port;
}

static void add_alias(struct steer_case *c, const char *text, const char *port)
{
	struct config_group *g = &c->config.groups[0];
	struct config_alias *alias = &g->aliases[g->n_aliases];
	struct config_ipv6_alias *ipv6 = &g->ipv6_aliases[g->n_ipv6_aliases];

	address(text, &alias->address, &ipv6->address);
	copy_text(alias->port, sizeof(alias->port), port);
	copy_text(ipv6->port, sizeof(ipv6->port), port);
	*(strchr(text, ':') ? &g->n_ipv6_aliases : &g->n_aliases) += 1;
}

static void attach(struct steer_case *c, const char *name, const char *mode, const char *why)
{
	struct steer_port *port = c->facts.ports;

	while (port < c->facts.ports + c->facts.n_ports && strcmp(port->name, name) != 0)
		port++;
	c->facts.n_ports += port == c->facts.ports + c->facts.n_ports;
	copy_text(port->name, sizeof(port->name), name);
	copy_text(port->why, sizeof(port->why), why);
	port->mode = strcmp(mode, "native") == 0    ? STEER_NATIVE
		     : strcmp(mode, "generic") == 0 ? STEER_GENERIC
						    : STEER_NONE;
}

static void own_ipv6(struct config_port *port, const char *text)
{
	assert_int_equal(parse_ipv6(text, &port->ipv6[0].address), 0);
	port->ipv6[0].prefix_length = 64;
	port->n_ipv6 = 1;
}

static void prepare(struct steer_case *c)
{
	*c = (struct steer_case){.facts.refused = c->refused};
	c->config.n_nodes = c->config.n_groups = 1;
	c->config.services = c->services;
	c->config.marks = c->marks;
	own_ipv6(add_port(c, "eth0", CONFIG_PORT_HARDWARE, "203.0.113.11"), "2001:db8::11");
	own_ipv6(add_port(c, "eth1", CONFIG_PORT_HARDWARE, "10.77.0.11"), "fd00:77::11");
	add_alias(c, "203.0.113.10", "eth0");
	add_alias(c, "203.0.113.20", "eth0");
	add_alias(c, "2001:db8::10", "eth0");
	add_alias(c, "10.77.0.1", "eth1");
	attach(c, "eth0", "native", "");
	attach(c, "eth1", "native", "");
}

static enum config_protocol protocol_of(const char *word)
{
	return strcmp(word, "udp") == 0	   ? CONFIG_PROTOCOL_UDP
	       : strcmp(word, "sctp") == 0 ? CONFIG_PROTOCOL_SCTP
					   : CONFIG_PROTOCOL_TCP;
}

static void read_ranges(struct config_service *s, char *words)
{
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		struct config_port_range *range = &s->ranges[s->n_ranges++];

		assert_true(s->n_ranges <= CONFIG_RANGES_MAX);
		if (sscanf(word, "%hu-%hu", &range->first, &range->last) == 1)
			range->last = range->first;
	}
	if (s->n_ranges == 1 && s->ranges[0].first == s->ranges[0].last)
		s->port = s->ranges[0].first;
}

static void read_service(struct steer_case *c, char *line)
{
	size_t n = c->config.n_services++;
	struct config_service *s = &c->services[n];
	char protocol[8], where[40], method[8];
	int ranges = 0;

	assert_true(n < STEER_CASE_SERVICES);
	assert_int_equal(sscanf(line, "service %32s %7s %39s %7s %15s %n", s->name, protocol, where,
				method, s->scheduler, &ranges),
			 5);
	address(where, &s->address, &s->ipv6_address);
	s->ipv6 = strchr(where, ':') != NULL;
	s->protocol = protocol_of(protocol);
	s->method = strcmp(method, "direct") == 0   ? CONFIG_METHOD_DIRECT
		    : strcmp(method, "tunnel") == 0 ? CONFIG_METHOD_TUNNEL
						    : CONFIG_METHOD_NAT;
	s->reals = c->reals[n];
	read_ranges(s, line + ranges);
}

static void read_mark(struct steer_case *c, const char *line)
{
	struct config_match match = {0};
	struct config_mark *mark;
	char protocol[8], where[40];
	uint16_t number;

	assert_int_equal(sscanf(line, "mark %hu %7s %39s %hu %hu", &number, protocol, where,
				&match.range.first, &match.range.last),
			 5);
	address(where, &match.address, &match.ipv6_address);
	match.protocol = protocol_of(protocol);
	mark = (struct config_mark *)config_mark_by_number(&c->config, number);
	if (!mark)
		mark = &c->marks[c->config.n_marks++];
	mark->mark = number;
	mark->matches[mark->n_matches++] = match;
}

static bool read_world(struct steer_case *c, char *line)
{
	char name[16], word[40], more[64] = "";
	int why = 0;

	if (sscanf(line, "vlan %15s %15s %39s", name, word, more) == 3) {
		struct config_port *port = add_port(c, name, CONFIG_PORT_VLAN, more);

		copy_text(port->parent, sizeof(port->parent), word);
	} else if (sscanf(line, "bond %15s", name) == 1) {
		add_port(c, name, CONFIG_PORT_BOND, NULL);
	} else if (sscanf(line, "alias %39s %15s", word, name) == 2) {
		add_alias(c, word, name);
	} else if (sscanf(line, "attached %15s %39s %n", name, word, &why) == 2) {
		attach(c, name, word, line + why);
	} else if (sscanf(line, "broken %63[^\n]", c->broken) == 1) {
		c->facts.broken = c->broken;
	} else if (strncmp(line, "service ", 8) == 0) {
		read_service(c, line);
	} else if (c->config.n_services == 0 && strncmp(line, "mark ", 5) == 0) {
		read_mark(c, line);
	} else {
		return false;
	}
	return true;
}

static bool read_more(struct steer_case *c, size_t n, const char *line)
{
	struct config_service *s = &c->services[n];
	struct config_real *real = &s->reals[s->n_reals];
	char where[40];

	if (strcmp(line, "datapath ipvs") == 0) {
		s->datapath = CONFIG_DATAPATH_IPVS;
	} else if (sscanf(line, "refused %63[^\n]", c->refusals[n]) == 1) {
		c->refused[n] = c->refusals[n];
	} else if (sscanf(line, "sorry %39s %hu", where, &s->sorry_port) == 2) {
		address(where, &s->sorry_address, &s->sorry_ipv6_address);
	} else if (sscanf(line, "real %32s %39s %hu %u", real->name, where, &real->port,
			  &real->upper) >= 3) {
		assert_true(++s->n_reals <= STEER_CASE_REALS);
		address(where, &real->address, &real->ipv6_address);
		if (real->port == 0)
			real->port = s->port;
	} else {
		return sscanf(line, "mark %hu", &s->mark) == 1;
	}
	return true;
}

void steer_case_read(const char *path, struct steer_case *c)
{
	FILE *file = fopen(path, "re");
	char line[256];

	assert_non_null(file);
	prepare(c);
	while (fgets(line, sizeof(line), file)) {
		char *start = line + strspn(line, " \t");

		line[strcspn(line, "\n")] = '\0';
		if (!*start || *start == '#' || read_world(c, start))
			continue;
		if (c->config.n_services == 0 || !read_more(c, c->config.n_services - 1, start))
			fail_msg("not understood: %s", line);
	}
	fclose(file);
}
