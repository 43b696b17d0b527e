// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ruleset_sets.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "engine/ruleset_collect.h"

#define ADDRESS "type ipv4_addr"
#define ENDPOINT "type ipv4_addr . inet_proto . inet_service"
#define FLOATING_IPV6 "floating_ipv6"
#define ELEMENTS "\t\telements = { "
#define BETWEEN ",\n\t\t\t     "
#define RANGES "\n\t\tflags interval"

static const struct {
	const char *kind, *name, *type;
} sets[SET_COUNT] = {
	[SET_SERVICE] = {"set", "service", ENDPOINT},
	[SET_NAT_SERVICE] = {"set", "nat_service", ENDPOINT},
	[SET_SERVICE_MARK] = {"map", "service_mark", ENDPOINT " : mark" RANGES},
	[SET_NAT_MARK] = {"set", "nat_mark", "type mark"},
	[SET_ANSWERING] = {"set", "answering", ENDPOINT},
	[SET_ANSWERING_RANGE] = {"set", "answering_range", ENDPOINT RANGES},
	[SET_CHECKED] = {"set", "checked", ENDPOINT},
	[SET_FLOATING_PUBLIC] = {"set", "floating_public", ADDRESS},
	[SET_VIP] = {"set", "vip", ADDRESS},
	[SET_CLUSTER] = {"set", "cluster", ADDRESS},
};

static int compare(const void *a, const void *b)
{
	const struct element *x = a, *y = b;
	uint32_t i = ntohl(x->address), j = ntohl(y->address);

	if (i != j)
		return i < j ? -1 : 1;
	if (x->protocol != y->protocol)
		return x->protocol - y->protocol;
	if (x->first != y->first)
		return x->first - y->first;
	if (x->last != y->last)
		return x->last - y->last;
	return (x->mark > y->mark) - (x->mark < y->mark);
}

/* The kernel takes no element that overlaps another one. */
static size_t make_disjoint(struct element *items, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		const struct element *last = kept ? &items[kept - 1] : NULL;
		struct element e = items[i];

		if (last && compare(last, &e) == 0)
			continue;
		if (last && e.first && last->address == e.address && last->protocol == e.protocol) {
			if (e.last <= last->last)
				continue;
			if (e.first <= last->last)
				e.first = (uint16_t)(last->last + 1);
		}
		items[kept++] = e;
	}
	return kept;
}

static void write_element(struct text *text, enum ruleset_set set, const struct element *e)
{
	char address[16];

	if (set == SET_NAT_MARK) {
		text_add(text, "0x%08x", e->mark);
		return;
	}
	text_add(text, "%s", format_ipv4(e->address, address, sizeof(address)));
	if (e->first)
		text_add(text, " . %u . %u", e->protocol, e->first);
	if (e->last != e->first)
		text_add(text, "-%u", e->last);
	if (set == SET_SERVICE_MARK)
		text_add(text, " : 0x%08x", e->mark);
}

static void write_set(struct text *text, enum ruleset_set set, struct elements *list)
{
	size_t n = 0;

	/* qsort's argument is never NULL. */
	if (list->n > 0) {
		qsort(list->items, list->n, sizeof(*list->items), compare);
		n = make_disjoint(list->items, list->n);
	}
	text_add(text, "\t%s %s {\n\t\t%s\n", sets[set].kind, sets[set].name, sets[set].type);
	for (size_t i = 0; i < n; i++) {
		text_add(text, "%s", i ? BETWEEN : ELEMENTS);
		write_element(text, set, &list->items[i]);
	}
	text_add(text, "%s\t}\n\n", n > 0 ? " }\n" : "");
}

/* Not one of them is there twice. */
static void write_floating_ipv6(struct text *text, const struct config *config)
{
	char address[INET6_ADDRSTRLEN];
	bool first = true;

	text_add(text, "\tset " FLOATING_IPV6 " {\n\t\ttype ipv6_addr\n");
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *g = &config->groups[i];

		for (size_t k = 0; k < g->n_ipv6_aliases; k++, first = false)
			text_add(
				text, "%s%s", first ? ELEMENTS : BETWEEN,
				format_ipv6(&g->ipv6_aliases[k].address, address, sizeof(address)));
	}
	text_add(text, "%s\t}\n\n", first ? "" : " }\n");
}

int ruleset_sets(struct text *text, const struct config *config, const uint32_t *marks,
		 const struct config_port *private)
{
	for (enum ruleset_set set = 0; set < SET_COUNT; set++) {
		struct elements list = {0};
		int r = ruleset_collect(config, marks, private, set, &list);

		if (r == 0)
			write_set(text, set, &list);
		free(list.items);
		if (r < 0)
			return r;
	}
	write_floating_ipv6(text, config);
	return 0;
}
