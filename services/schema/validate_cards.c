// SPDX-License-Identifier: GPL-2.0-or-later
/* Each network card is one port, or one member of one bond. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/error.h"
#include "schema/validate.h"

struct card {
	enum config_hardware hardware;
	const uint8_t *mac;
	const char *pci_path;
	const struct config_node *node;
	const struct config_port *port;
	const struct config_member *member; /* NULL: the port itself */
	size_t order;			    /* in the document */
};

/* Only MAC addresses are known across the nodes. */
static int compare_cards(const struct card *a, const struct card *b)
{
	if (a->hardware != b->hardware)
		return a->hardware < b->hardware ? -1 : 1;
	if (a->hardware == CONFIG_HARDWARE_MAC)
		return memcmp(a->mac, b->mac, 6);
	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return strcmp(a->pci_path, b->pci_path);
}

static int compare(const void *a, const void *b)
{
	const struct card *x = a, *y = b;
	int order = compare_cards(x, y);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static size_t collect(const struct config *config, struct card *cards)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_nodes; i++) {
		const struct config_node *node = &config->nodes[i];

		for (size_t j = 0; j < node->n_ports; j++) {
			const struct config_port *p = &node->ports[j];

			if (p->kind == CONFIG_PORT_HARDWARE &&
			    p->hardware != CONFIG_HARDWARE_BY_ORDER) {
				cards[n] = (struct card){p->hardware, p->mac, p->pci_path, node, p,
							 NULL,	      n};
				n++;
			}
			for (size_t k = 0; k < p->bond.n_members; k++) {
				const struct config_member *m = &p->bond.members[k];

				cards[n] = (struct card){m->hardware, m->mac, m->pci_path, node, p,
							 m,	      n};
				n++;
			}
		}
	}
	return n;
}

static void card_path(const struct card *card, char *path, size_t size)
{
	struct schema_error error;

	if (card->member)
		bad_at(&error,
		       "/trireme:cluster/node[name='%s']/port[name='%s']/bond/member[name='%s']",
		       card->node->name, card->port->name, card->member->name);
	else
		bad_at(&error, "/trireme:cluster/node[name='%s']/port[name='%s']", card->node->name,
		       card->port->name);
	error_text(path, size, "%s", error.path);
}

static int bad_card(const struct validation *v, const struct card *card)
{
	const uint8_t *m = card->mac;
	char path[200];

	card_path(card, path, sizeof(path));
	if (card->hardware == CONFIG_HARDWARE_PCI) {
		bad_value(v->error, "%s", card->pci_path);
		return bad_at(v->error, "%s/pci-path", path);
	}
	bad_value(v->error, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	return bad_at(v->error, "%s/mac", path);
}

static int check_cards(const struct validation *v, const struct card *cards, size_t n)
{
	static const uint8_t zero[6];
	char path[200];

	for (size_t i = 0; i < n; i++) {
		const struct card *card = &cards[i];

		if (card->hardware == CONFIG_HARDWARE_MAC &&
		    ((card->mac[0] & 1) || memcmp(card->mac, zero, sizeof(zero)) == 0)) {
			bad_allowed(v->error, "the address of one network card, neither multicast "
					      "nor all zeros");
			return bad_card(v, card);
		}
		if (i == 0 || compare_cards(&cards[i - 1], card) != 0)
			continue;
		card_path(&cards[i - 1], path, sizeof(path));
		bad_allowed(v->error, "a network card of its own: %s names the same one", path);
		return bad_card(v, card);
	}
	return 0;
}

int validate_cards(const struct validation *v)
{
	size_t max = v->config->n_nodes * CONFIG_PORTS_MAX * (1 + CONFIG_MEMBERS_MAX), n;
	_cleanup_free_ struct card *cards = calloc(max + 1, sizeof(*cards));

	if (!cards)
		return -ENOMEM;
	n = collect(v->config, cards);
	qsort(cards, n, sizeof(*cards), compare);
	return check_cards(v, cards, n);
}
