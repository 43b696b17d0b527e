// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ruleset_collect.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "engine/claims.h"

#define FTP_PORT 21

static int append(struct elements *list, struct element element)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		struct element *larger = reallocarray(list->items, room, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		list->items = larger;
		list->room = room;
	}
	list->items[list->n++] = element;
	return 0;
}

/* If its address is of the list's family. */
static int add(struct elements *list, struct element element)
{
	return element.address.family == list->family ? append(list, element) : 0;
}

static int add_address(struct elements *list, struct config_inet address)
{
	return add(list, (struct element){.address = address});
}

static int add_ipv4(struct elements *list, uint32_t address)
{
	return add_address(list, config_inet4(address));
}

static int add_ipv6(struct elements *list, const struct in6_addr *address)
{
	return add_address(list, config_inet6(address));
}

/* Services of a single port, or the others with their marks. */
static int collect_services(const struct config *config, const uint32_t *marks, bool marked,
			    bool only_nat, struct elements *list)
{
	struct claim claims[CLAIMS_MAX];
	int r = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];
		size_t n = claims_of(config, s, claims);

		if ((marks[i] != 0) != marked || (only_nat && s->method != CONFIG_METHOD_NAT))
			continue;
		for (size_t k = 0; k < n && r == 0; k++)
			r = add(list, (struct element){claims[k].address, claims[k].range.first,
						       claims[k].range.last, claims[k].protocol,
						       marks[i]});
	}
	return r;
}

static int collect_nat_marks(const struct config *config, const uint32_t *marks,
			     struct elements *list)
{
	int r = 0;

	for (size_t i = 0; i < config->n_services && r == 0; i++) {
		if (marks[i] && config->services[i].method == CONFIG_METHOD_NAT)
			r = append(list, (struct element){.mark = marks[i]});
	}
	return r;
}

static int add_range(struct elements *list, bool ranges, struct config_inet address,
		     uint8_t protocol, uint32_t first, uint32_t last)
{
	if (first > last || ranges == (first == last))
		return 0;
	return add(list, (struct element){address, (uint16_t)first, (uint16_t)last, protocol, 0});
}

/* FTP under NAT needs connection tracking: the kernel's helper rewrites what it carries. */
static int add_answering(struct elements *list, bool ranges, struct config_inet address,
			 uint16_t port, const struct claim *claim)
{
	uint32_t first = port ? port : claim->range.first, last = port ? port : claim->range.last;
	bool ftp = claim->protocol == IPPROTO_TCP && claim->range.first <= FTP_PORT &&
		   claim->range.last >= FTP_PORT;
	int r;

	if (!ftp)
		return add_range(list, ranges, address, claim->protocol, first, last);
	if (port)
		return 0;
	r = add_range(list, ranges, address, claim->protocol, first, FTP_PORT - 1);
	return r < 0 ? r : add_range(list, ranges, address, claim->protocol, FTP_PORT + 1, last);
}

static int collect_answering(const struct config *config, bool ranges, struct elements *list)
{
	struct claim claims[CLAIMS_MAX];
	int r = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];
		size_t n = claims_of(config, s, claims);

		for (size_t k = 0; k < n && s->method == CONFIG_METHOD_NAT; k++) {
			for (size_t j = 0; j < s->n_reals && r == 0; j++)
				r = add_answering(list, ranges, config_real_inet(&s->reals[j]),
						  s->reals[j].port, &claims[k]);
			if (r == 0)
				r = add_answering(list, ranges, config_sorry_inet(s), s->sorry_port,
						  &claims[k]);
		}
	}
	return r;
}

static bool in_subnet(const struct config_port *port, const struct config_real *real)
{
	if (real->address)
		return ((real->address ^ port->address) & ipv4_netmask(port->prefix_length)) == 0;
	for (size_t i = 0; i < port->n_ipv6; i++) {
		if (ipv6_same_subnet(&real->ipv6_address, &port->ipv6[i].address,
				     port->ipv6[i].prefix_length))
			return true;
	}
	return false;
}

/* Real servers that are asked over the private port. */
static int collect_checked(const struct config *config, const struct config_port *private,
			   struct elements *list)
{
	int r = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t j = 0; s->check != CONFIG_CHECK_NONE && j < s->n_reals && r == 0; j++) {
			const struct config_real *real = &s->reals[j];
			uint16_t port = real->port ? real->port : s->check_port;

			if (in_subnet(private, real))
				r = add(list, (struct element){config_real_inet(real), port, port,
							       IPPROTO_TCP, 0});
		}
	}
	return r;
}

/* port NULL: those of every port. */
static int collect_aliases(const struct config *config, const char *port, struct elements *list)
{
	int r = 0;

	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *g = &config->groups[i];

		for (size_t j = 0; j < g->n_aliases && r == 0; j++) {
			if (!port || strcmp(g->aliases[j].port, port) == 0)
				r = add_ipv4(list, g->aliases[j].address);
		}
		for (size_t j = 0; j < g->n_ipv6_aliases && r == 0; j++) {
			if (!port || strcmp(g->ipv6_aliases[j].port, port) == 0)
				r = add_ipv6(list, &g->ipv6_aliases[j].address);
		}
	}
	return r;
}

static int collect_vips(const struct config *config, struct elements *list)
{
	struct claim claims[CLAIMS_MAX];
	int r = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		size_t n = claims_of(config, &config->services[i], claims);

		for (size_t k = 0; k < n && r == 0; k++)
			r = add_address(list, claims[k].address);
	}
	return r;
}

static int collect_port(const struct config_port *port, struct elements *list)
{
	int r = add_ipv4(list, port->address);

	for (size_t i = 0; i < port->n_additional && r == 0; i++)
		r = add_ipv4(list, port->additional[i].address);
	for (size_t i = 0; i < port->n_ipv6 && r == 0; i++)
		r = add_ipv6(list, &port->ipv6[i].address);
	return r;
}

static int collect_cluster(const struct config *config, struct elements *list)
{
	int r = collect_aliases(config, NULL, list);

	for (size_t i = 0; i < config->n_nodes; i++) {
		for (size_t j = 0; j < config->nodes[i].n_ports && r == 0; j++)
			r = collect_port(&config->nodes[i].ports[j], list);
	}
	for (size_t i = 0; i < config->n_kept && r == 0; i++)
		r = add_ipv4(list, config->kept[i].address.address);
	return r;
}

int ruleset_collect(const struct config *config, const uint32_t *marks,
		    const struct config_port *private, enum ruleset_set set, struct elements *list)
{
	switch (set) {
	case SET_SERVICE:
		return collect_services(config, marks, false, false, list);
	case SET_NAT_SERVICE:
		return collect_services(config, marks, false, true, list);
	case SET_SERVICE_MARK:
		return collect_services(config, marks, true, false, list);
	case SET_NAT_MARK:
		return collect_nat_marks(config, marks, list);
	case SET_ANSWERING:
		return collect_answering(config, false, list);
	case SET_ANSWERING_RANGE:
		return collect_answering(config, true, list);
	case SET_CHECKED:
		return collect_checked(config, private, list);
	case SET_FLOATING_PUBLIC:
		return collect_aliases(config, "eth0", list);
	case SET_VIP:
		return collect_vips(config, list);
	case SET_CLUSTER:
		return collect_cluster(config, list);
	case SET_COUNT:
		break;
	}
	return -EINVAL;
}
