// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ruleset_sets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

#define FTP_PORT 21

#define TYPE_ADDRESS "ipv4_addr"
#define TYPE_ENDPOINT "ipv4_addr . inet_proto . inet_service"

struct element {
	uint32_t address; /* network byte order */
	uint16_t port;	  /* 0: an address only */
	uint8_t protocol;
};

struct elements {
	struct element *items;
	size_t n, room;
};

static int add(struct elements *list, uint32_t address, uint8_t protocol, uint16_t port)
{
	if (list->n == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		struct element *larger = reallocarray(list->items, room, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		list->items = larger;
		list->room = room;
	}
	list->items[list->n++] = (struct element){address, port, protocol};
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct element *x = a, *y = b;
	uint32_t i = ntohl(x->address), j = ntohl(y->address);

	if (i != j)
		return i < j ? -1 : 1;
	if (x->protocol != y->protocol)
		return x->protocol - y->protocol;
	return x->port - y->port;
}

static void write_set(struct text *text, const char *name, const char *type, struct elements *list)
{
	const char *between = "elements = { ";
	const struct element *last = NULL;
	char address[16];

	/* qsort's argument is never NULL. */
	if (list->n > 0)
		qsort(list->items, list->n, sizeof(*list->items), compare);
	text_add(text, "\tset %s {\n\t\ttype %s\n", name, type);
	for (size_t i = 0; i < list->n; i++) {
		const struct element *e = &list->items[i];

		if (last && compare(last, e) == 0)
			continue;
		text_add(text, "%s%s%s", last ? "" : "\t\t", between,
			 format_ipv4(e->address, address, sizeof(address)));
		if (e->port)
			text_add(text, " . %u . %u", e->protocol, e->port);
		between = ",\n\t\t\t     ";
		last = e;
	}
	text_add(text, "%s\t}\n\n", list->n > 0 ? " }\n" : "");
}

static uint8_t protocol_of(const struct config_service *service)
{
	return service->protocol == CONFIG_PROTOCOL_UDP ? IPPROTO_UDP : IPPROTO_TCP;
}

/* Real servers that are asked over the private port. */
static int collect_checked(const struct config *config, const struct config_port *private,
			   struct elements *list)
{
	uint32_t mask = ipv4_netmask(private->prefix_length);
	int r = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t j = 0; s->check != CONFIG_CHECK_NONE && j < s->n_reals && r == 0; j++) {
			if (((s->reals[j].address ^ private->address) & mask) == 0)
				r = add(list, s->reals[j].address, IPPROTO_TCP, s->reals[j].port);
		}
	}
	return r;
}

static int collect_services(const struct config *config, bool only_nat, struct elements *list)
{
	int r = 0;

	for (size_t i = 0; i < config->n_services && r == 0; i++) {
		const struct config_service *s = &config->services[i];

		if (!only_nat || s->method == CONFIG_METHOD_NAT)
			r = add(list, s->address, protocol_of(s), s->port);
	}
	return r;
}

/* FTP under NAT needs connection tracking: the kernel's helper rewrites what it carries. */
static int collect_reals(const struct config *config, struct elements *list)
{
	int r = 0;

	for (size_t i = 0; i < config->n_services; i++) {
		const struct config_service *s = &config->services[i];

		if (s->method != CONFIG_METHOD_NAT ||
		    (s->port == FTP_PORT && s->protocol == CONFIG_PROTOCOL_TCP))
			continue;
		for (size_t j = 0; j < s->n_reals && r == 0; j++)
			r = add(list, s->reals[j].address, protocol_of(s), s->reals[j].port);
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
				r = add(list, g->aliases[j].address, 0, 0);
		}
	}
	return r;
}

static int collect_nodes(const struct config *config, struct elements *list)
{
	int r = 0;

	for (size_t i = 0; i < config->n_nodes; i++) {
		for (size_t j = 0; j < config->nodes[i].n_ports && r == 0; j++)
			r = add(list, config->nodes[i].ports[j].address, 0, 0);
	}
	return r;
}

enum set {
	SET_SERVICE,
	SET_NAT_SERVICE,
	SET_ANSWERING,
	SET_CHECKED,
	SET_FLOATING_PUBLIC,
	SET_VIP,
	SET_CLUSTER,
	SET_COUNT,
};

static int collect(const struct config *config, const struct config_port *private, enum set set,
		   struct elements *list)
{
	int r = 0;

	switch (set) {
	case SET_SERVICE:
		return collect_services(config, false, list);
	case SET_NAT_SERVICE:
		return collect_services(config, true, list);
	case SET_ANSWERING:
		return collect_reals(config, list);
	case SET_CHECKED:
		return collect_checked(config, private, list);
	case SET_FLOATING_PUBLIC:
		return collect_aliases(config, "eth0", list);
	case SET_VIP:
		for (size_t i = 0; i < config->n_services && r == 0; i++)
			r = add(list, config->services[i].address, 0, 0);
		return r;
	case SET_CLUSTER:
		r = collect_nodes(config, list);
		return r < 0 ? r : collect_aliases(config, NULL, list);
	case SET_COUNT:
		break;
	}
	return -EINVAL;
}

int ruleset_sets(struct text *text, const struct config *config, const struct config_port *private)
{
	static const struct {
		const char *name, *type;
	} sets[SET_COUNT] = {
		[SET_SERVICE] = {"service", TYPE_ENDPOINT},
		[SET_NAT_SERVICE] = {"nat_service", TYPE_ENDPOINT},
		[SET_ANSWERING] = {"answering", TYPE_ENDPOINT},
		[SET_CHECKED] = {"checked", TYPE_ENDPOINT},
		[SET_FLOATING_PUBLIC] = {"floating_public", TYPE_ADDRESS},
		[SET_VIP] = {"vip", TYPE_ADDRESS},
		[SET_CLUSTER] = {"cluster", TYPE_ADDRESS},
	};

	for (enum set set = SET_SERVICE; set < SET_COUNT; set++) {
		struct elements list = {0};
		int r = collect(config, private, set, &list);

		if (r == 0)
			write_set(text, sets[set].name, sets[set].type, &list);
		free(list.items);
		if (r < 0)
			return r;
	}
	return 0;
}
