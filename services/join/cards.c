// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/cards.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define PLACES_MAX 160 /* ports and members of bonds of a node, by the model's limits */
#define EDIT_PATH_MAX 256

/* Where a card belongs. */
struct place {
	const char *name;
	const char *port; /* of which it is a member; NULL: it is a port itself */
	json_t *entry;
};

struct places {
	struct place list[PLACES_MAX];
	size_t n;
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* A name's letters, then its number, then what follows. */
static int compare_names(const char *a, const char *b)
{
	size_t letters = strcspn(a, "0123456789");
	unsigned long x, y;
	int order = strncmp(a, b, letters);
	char *rest_a, *rest_b;

	if (order != 0)
		return order;
	x = strtoul(a + letters, &rest_a, 10);
	y = strtoul(b + letters, &rest_b, 10);
	if (x != y)
		return x < y ? -1 : 1;
	return strcmp(rest_a, rest_b);
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return compare_names(x->name, y->name);
}

static int compare_cards(const void *a, const void *b)
{
	const struct join_card *x = a, *y = b;

	return compare_names(x->name, y->name);
}

static bool is_bound(const json_t *entry)
{
	return json_object_get(entry, "mac") || json_object_get(entry, "pci-path");
}

static void add_place(struct places *places, json_t *entry, const char *port)
{
	if (places->n < PLACES_MAX)
		places->list[places->n++] = (struct place){text_of(entry, "name"), port, entry};
}

static void find_places(const json_t *node, struct places *places)
{
	json_t *ports = json_object_get(node, "port"), *port, *member;
	size_t i, k;

	places->n = 0;
	json_array_foreach(ports, i, port)
	{
		json_t *members = json_object_get(json_object_get(port, "bond"), "member");

		json_array_foreach(members, k, member)
		{
			add_place(places, member, text_of(port, "name"));
		}
		if (!json_object_get(port, "bond") && !json_object_get(port, "vlan"))
			add_place(places, port, NULL);
	}
	qsort(places->list, places->n, sizeof(places->list[0]), compare_places);
}

static json_t *nodes_of(const json_t *document)
{
	return json_object_get(json_object_get(document, "trireme:cluster"), "node");
}

static json_t *find_node(const json_t *document, const char *name)
{
	json_t *node;
	size_t i;

	json_array_foreach(nodes_of(document), i, node)
	{
		if (strcmp(text_of(node, "name"), name) == 0)
			return node;
	}
	return NULL;
}

/* The node's places and as many cards, both in order. */
static int match(const json_t *document, const char *name, const struct join_cards *cards,
		 struct places *ret_places, struct join_cards *ret_cards, char *problem)
{
	const json_t *node = find_node(document, name);

	ret_places->n = 0;
	if (!node) {
		snprintf(problem, CARDS_PROBLEM_MAX, "the configuration has no node %.32s", name);
		return -ENOENT;
	}
	find_places(node, ret_places);
	*ret_cards = *cards;
	qsort(ret_cards->list, ret_cards->n, sizeof(ret_cards->list[0]), compare_cards);
	if (ret_places->n <= cards->n)
		return 0;
	snprintf(problem, CARDS_PROBLEM_MAX,
		 "%.32s has %zu network cards in the configuration, the machine has %zu", name,
		 ret_places->n, cards->n);
	return -ENODEV;
}

static const char *format_mac(const uint8_t mac[6], char text[18])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return text;
}

static json_t *mac_text(const uint8_t mac[6])
{
	char text[18];

	return json_string(format_mac(mac, text));
}

static int edit_path(const char *node, const struct place *place, const char *leaf, char *ret_path)
{
	int n;

	if (place->port)
		n = snprintf(ret_path, EDIT_PATH_MAX,
			     "/trireme:cluster/node[name='%s']/port[name='%s']/bond/"
			     "member[name='%s']/%s",
			     node, place->port, place->name, leaf);
	else
		n = snprintf(ret_path, EDIT_PATH_MAX,
			     "/trireme:cluster/node[name='%s']/port[name='%s']/%s", node,
			     place->name, leaf);
	return n >= EDIT_PATH_MAX ? -ENAMETOOLONG : 0;
}

/* The card's address, in place of what bound it. */
static int add_edits(json_t *edits, const char *node, const struct place *place,
		     const struct join_card *card)
{
	char path[EDIT_PATH_MAX], text[18];
	json_t *edit;
	int r = edit_path(node, place, "pci-path", path);

	if (strcasecmp(text_of(place->entry, "mac"), format_mac(card->mac, text)) == 0)
		return 0;
	if (r == 0 && json_object_get(place->entry, "pci-path")) {
		edit = json_pack("{s:s, s:s}", "operation", "remove", "path", path);
		r = json_array_append_new(edits, edit) < 0 ? -ENOMEM : 0;
	}
	if (r == 0)
		r = edit_path(node, place, "mac", path);
	if (r < 0)
		return r;
	edit = json_pack("{s:s, s:s, s:o}", "operation", "replace", "path", path, "value",
			 mac_text(card->mac));
	return json_array_append_new(edits, edit) < 0 ? -ENOMEM : 0;
}

int cards_edits(const json_t *document, const char *node, const struct join_cards *cards,
		json_t **ret_edits, char *problem)
{
	struct join_cards own;
	struct places places;
	json_t *edits;
	int r = match(document, node, cards, &places, &own, problem);

	if (r < 0)
		return r;
	edits = json_array();
	for (size_t i = 0; i < places.n && r == 0; i++) {
		if (is_bound(places.list[i].entry))
			r = add_edits(edits, node, &places.list[i], &own.list[i]);
	}
	if (r == 0 && edits) {
		*ret_edits = edits;
		return 0;
	}
	json_decref(edits);
	snprintf(problem, CARDS_PROBLEM_MAX, "no memory");
	return -ENOMEM;
}

/* One mark for each member of a node: the model wants every card to be another one. */
static int strip_node(const json_t *node)
{
	json_int_t id = json_integer_value(json_object_get(node, "id"));
	struct places places;

	find_places(node, &places);
	for (size_t i = 0; i < places.n; i++) {
		const struct place *place = &places.list[i];
		const uint8_t mark[6] = {0x02, 0x74, 0x72, (uint8_t)id, 0, (uint8_t)i};

		(void)json_object_del(place->entry, "pci-path");
		(void)json_object_del(place->entry, "mac");
		if (place->port && json_object_set_new(place->entry, "mac", mac_text(mark)) < 0)
			return -ENOMEM;
	}
	return 0;
}

int cards_strip(json_t *document)
{
	json_t *node;
	size_t i;
	int r = 0;

	json_array_foreach(nodes_of(document), i, node)
	{
		if (r == 0)
			r = strip_node(node);
	}
	return r;
}

static bool is_marked(const struct place *place)
{
	return strncmp(text_of(place->entry, "mac"), CARDS_MARK, strlen(CARDS_MARK)) == 0;
}

static bool any_marked(const struct places *places)
{
	for (size_t i = 0; i < places->n; i++) {
		if (is_marked(&places->list[i]))
			return true;
	}
	return false;
}

static void add_line(struct text *lines, const char *mark, const struct join_card *card)
{
	char address[18], line[2 * sizeof(address) + 1];

	snprintf(line, sizeof(line), "%.17s %s\n", mark, format_mac(card->mac, address));
	if (!strstr(lines->buf, line))
		text_add(lines, "%s", line);
}

int cards_name_marked(const json_t *document, const char *node, const struct join_cards *cards,
		      struct text *lines, char *problem)
{
	struct join_cards own;
	struct places places;
	int r = match(document, node, cards, &places, &own, problem);

	/* Without marks it is all the same how many cards there are. */
	if (r == -ENODEV && !any_marked(&places))
		return 0;
	for (size_t i = 0; i < places.n && r == 0; i++) {
		if (is_marked(&places.list[i]))
			add_line(lines, text_of(places.list[i].entry, "mac"), &own.list[i]);
	}
	return r < 0 ? r : text_result(lines);
}
