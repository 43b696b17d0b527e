// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Routes of keepalived.conf: those of the form "NETWORK via ROUTER". Each becomes one of every
 * router; what a port's subnet reaches anyway needs none.
 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "import/keepalived.h"
#include "import/value.h"

/* Words behind which one more belongs to the route, and that change nothing that is kept. */
static const char *const harmless[] = {"dev",	 "scope",  "proto", "protocol",
				       "metric", "weight", "mtu",   "advmss"};

struct route {
	const char *network, *via;
	bool other; /* it says more than a route of the model can */
};

static bool is_harmless(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++) {
		if (strcmp(harmless[i], word) == 0)
			return true;
	}
	return false;
}

static struct route read_route(const struct statement *s)
{
	struct route route = {NULL, NULL, false};

	for (size_t i = 0; i < s->n_words; i++) {
		const char *word = s->words[i].text;
		const char *next = i + 1 < s->n_words ? s->words[i + 1].text : "";

		if (strcmp(word, "via") == 0 || strcmp(word, "gw") == 0) {
			route.other |= route.via != NULL;
			route.via = next;
			i++;
		} else if (is_harmless(word)) {
			i++;
		} else if (strcmp(word, "to") == 0 || strcmp(word, "no_track") == 0) {
			continue;
		} else if (!route.network) {
			route.network = word;
			route.other |= word[0] < '0' || word[0] > '9';
		} else {
			route.other = true;
		}
	}
	return route;
}

/* "192.0.2.0/24" or one address; host bits are taken off. */
static int parse_network(const char *text, uint32_t *ret_address, uint8_t *ret_length)
{
	size_t n = strcspn(text, "/");
	uint32_t length = 32;
	char address[16];
	int r;

	if (n >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, n);
	address[n] = '\0';
	r = parse_ipv4(address, ret_address);
	if (r == 0 && text[n] == '/')
		r = parse_u32(text + n + 1, 0, 32, &length);
	if (r < 0)
		return r;
	*ret_address &= ipv4_netmask((uint8_t)length);
	*ret_length = (uint8_t)length;
	return 0;
}

/* A node that has the network already, or a route of the text to it: the next router there. */
static bool find_route(const struct plan *plan, const struct config_route *wanted,
		       const char **ret_whose, uint32_t *ret_via)
{
	for (size_t i = 0; i < plan->base->n_nodes; i++) {
		const struct config_node *node = &plan->base->nodes[i];

		for (size_t k = 0; k < node->n_routes; k++) {
			if (node->routes[k].destination != wanted->destination ||
			    node->routes[k].prefix_length != wanted->prefix_length)
				continue;
			*ret_whose = node->name;
			*ret_via = node->routes[k].via;
			return true;
		}
	}
	for (const struct plan_route *r = plan->routes; r; r = r->next) {
		if (r->is.destination != wanted->destination ||
		    r->is.prefix_length != wanted->prefix_length)
			continue;
		*ret_whose = "the file";
		*ret_via = r->is.via;
		return true;
	}
	return false;
}

static int add_route(struct importer *im, const struct statement *s,
		     const struct config_route *wanted, bool moves)
{
	const struct item item = {.line = s->line, .key = statement_key(im->arena, s)};
	struct plan_route *route;
	const char *whose;
	uint32_t via;

	if (find_route(&im->plan, wanted, &whose, &via)) {
		bool same = via == wanted->via;

		ROW(im, s, NULL, same ? IMPORT_MAPPED : IMPORT_WARNING, NULL,
		    same ? "%s has the route already"
			 : "left out: %s has another route to this network, which stays",
		    whose);
		return 0;
	}
	route = plan_add_route(&im->plan, &item);
	if (!route)
		return im->arena->failed ? -ENOMEM : 0;
	route->is = *wanted;
	ROW(im, s, &route->item, moves ? IMPORT_WARNING : IMPORT_MAPPED,
	    "/trireme:cluster/node/route",
	    moves ? "a route of every router, not only of the one that has the addresses"
		  : "a route of every router");
	return 0;
}

static int map_route(struct importer *im, const struct statement *s, bool moves)
{
	struct route route = read_route(s);
	struct config_route wanted;

	if (route.other || !route.network) {
		ROW(im, s, NULL, IMPORT_WARNING, NULL,
		    "lost: routes are of the form 'NETWORK via ROUTER'");
		return 0;
	}
	if (is_ipv6(route.network)) {
		ROW(im, s, NULL, IMPORT_WARNING, NULL, "left out: routes are IPv4 ones");
		return 0;
	}
	if (parse_network(route.network, &wanted.destination, &wanted.prefix_length) < 0)
		return value_bad(im, s, 0, "a network as in 192.0.2.0/24");
	if (!route.via) {
		ROW(im, s, NULL, IMPORT_DROPPED, NULL,
		    "not needed: what is not behind a router is in the subnet of a port");
		return 0;
	}
	if (parse_ipv4(route.via, &wanted.via) < 0)
		return report_fail(&im->report, s->line, s->words[0].column, s->words[0].text,
				   "'%.80s' is not allowed behind via; allowed is an IPv4 address "
				   "as in 192.0.2.1",
				   route.via);
	if (wanted.prefix_length == 0) {
		ROW(im, s, NULL, IMPORT_WARNING, NULL,
		    "not taken: the default route is a node's gateway, and the nodes stay as they "
		    "are");
		return 0;
	}
	return add_route(im, s, &wanted, moves);
}

int keepalived_map_routes(struct importer *im, const struct statement *block, bool moves)
{
	int r = 0;

	ROW(im, block, NULL, IMPORT_MAPPED, NULL, "routes");
	for (const struct statement *s = block->inner; s && r == 0; s = s->next) {
		if (!keyword_special(im, s, NULL))
			r = map_route(im, s, moves);
	}
	return r;
}
