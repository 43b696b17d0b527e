// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ruleset_sets.h"

#include <stdlib.h>
#include <string.h>

#include "engine/ruleset_collect.h"

#define ADDRESS "_addr"
#define ENDPOINT "_addr . inet_proto . inet_service"
#define ELEMENTS "\t\telements = { "
#define BETWEEN ",\n\t\t\t     "
#define RANGES "\n\t\tflags interval"

/* Those with addresses are there for each family, those of IPv6 under the name with "_ipv6". */
static const struct {
	const char *kind, *name, *type; /* without "ipv4" or "ipv6" */
} sets[SET_COUNT] = {
	[SET_SERVICE] = {"set", "service", ENDPOINT},
	[SET_NAT_SERVICE] = {"set", "nat_service", ENDPOINT},
	[SET_SERVICE_MARK] = {"map", "service_mark", ENDPOINT " : mark" RANGES},
	[SET_NAT_MARK] = {"set", "nat_mark", "mark"},
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
	int order = memcmp(x->address.bytes, y->address.bytes, sizeof(x->address.bytes));

	if (order)
		return order;
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
		if (last && e.first && config_inet_equal(&last->address, &e.address) &&
		    last->protocol == e.protocol) {
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
	char address[CONFIG_INET_TEXT_MAX];

	if (set == SET_NAT_MARK) {
		text_add(text, "0x%08x", e->mark);
		return;
	}
	text_add(text, "%s", config_inet_text(&e->address, address));
	if (e->first)
		text_add(text, " . %u . %u", e->protocol, e->first);
	if (e->last != e->first)
		text_add(text, "-%u", e->last);
	if (set == SET_SERVICE_MARK)
		text_add(text, " : 0x%08x", e->mark);
}

static void write_set(struct text *text, enum ruleset_set set, uint16_t family,
		      struct elements *list)
{
	size_t n = 0;

	/* qsort's argument is never NULL. */
	if (list->n > 0) {
		qsort(list->items, list->n, sizeof(*list->items), compare);
		n = make_disjoint(list->items, list->n);
	}
	text_add(text, "\t%s %s%s {\n\t\ttype %s%s\n", sets[set].kind, sets[set].name,
		 family == AF_INET6 ? "_ipv6" : "",
		 set == SET_NAT_MARK  ? ""
		 : family == AF_INET6 ? "ipv6"
				      : "ipv4",
		 sets[set].type);
	for (size_t i = 0; i < n; i++) {
		text_add(text, "%s", i ? BETWEEN : ELEMENTS);
		write_element(text, set, &list->items[i]);
	}
	text_add(text, "%s\t}\n\n", n > 0 ? " }\n" : "");
}

static int write_family(struct text *text, const struct config *config, const uint32_t *marks,
			const struct config_port *private, uint16_t family)
{
	for (enum ruleset_set set = 0; set < SET_COUNT; set++) {
		struct elements list = {.family = family};
		int r;

		/* Marks have no family. */
		if (set == SET_NAT_MARK && family != AF_INET)
			continue;
		r = ruleset_collect(config, marks, private, set, &list);
		if (r == 0)
			write_set(text, set, family, &list);
		free(list.items);
		if (r < 0)
			return r;
	}
	return 0;
}

int ruleset_sets(struct text *text, const struct config *config, const uint32_t *marks,
		 const struct config_port *private)
{
	int r = write_family(text, config, marks, private, AF_INET);

	return r < 0 ? r : write_family(text, config, marks, private, AF_INET6);
}
