// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/nexthop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define WANTED_MAX (FWD_REALS_MAX + NEXTHOP_GATEWAYS_MAX)
#define GENERATIONS 64 /* FWD_HOP_GENERATION() */

static struct net_address ipv4(uint32_t address)
{
	return (struct net_address){.family = address ? 4 : 0, .words = {address}};
}

size_t nexthop_gateways(const struct config_node *node, struct net_address *ret_gateways)
{
	struct net_address ipv6 = {.family = 6};
	size_t n = 0;

	if (node->gateway)
		ret_gateways[n++] = ipv4(node->gateway);
	if (!IN6_IS_ADDR_UNSPECIFIED(&node->ipv6_gateway)) {
		memcpy(ipv6.words, &node->ipv6_gateway, sizeof(ipv6.words));
		ret_gateways[n++] = ipv6;
	}
	for (size_t i = 0; i < node->n_routes; i++)
		if (node->routes[i].via)
			ret_gateways[n++] = ipv4(node->routes[i].via);
	return n;
}

static struct net_address real_address(const struct fwd_real *real)
{
	struct net_address address = {.family = real->flags & FWD_REAL_6 ? 6 : 4};

	if (!(real->flags & (FWD_REAL_IN_USE | FWD_REAL_LEAVING)))
		return (struct net_address){0};
	memcpy(address.words, real->address, sizeof(address.words));
	return address;
}

static int compare_addresses(const void *a, const void *b)
{
	return net_address_compare(a, b);
}

static size_t collect(const struct fwd_real *reals, const struct net_address *gateways,
		      size_t n_gateways, struct net_address *ret_wanted)
{
	size_t n = 0, unique = 0;

	for (size_t i = 1; i < FWD_REALS_MAX; i++) {
		ret_wanted[n] = real_address(&reals[i]);
		n += ret_wanted[n].family != 0;
	}
	for (size_t i = 0; i < n_gateways && i < NEXTHOP_GATEWAYS_MAX; i++)
		ret_wanted[n++] = gateways[i];
	qsort(ret_wanted, n, sizeof(*ret_wanted), compare_addresses);
	for (size_t i = 0; i < n; i++)
		if (unique == 0 || !net_address_equal(&ret_wanted[unique - 1], &ret_wanted[i]))
			ret_wanted[unique++] = ret_wanted[i];
	return unique;
}

static int compare_to(const void *address, const void *hop)
{
	return net_address_compare(address, &((const struct nexthop *)hop)->to);
}

static struct nexthop *find(const struct nexthops *hops, const struct net_address *to)
{
	if (hops->n == 0)
		return NULL;
	return bsearch(to, hops->list, hops->n, sizeof(*hops->list), compare_to);
}

int nexthops_set(struct nexthops *hops, const struct fwd_real *reals,
		 const struct net_address *gateways, size_t n_gateways)
{
	_cleanup_free_ struct net_address *wanted = calloc(WANTED_MAX, sizeof(*wanted));
	struct nexthops fresh = {0};

	if (!wanted)
		return -ENOMEM;
	fresh.n = collect(reals, gateways, n_gateways, wanted);
	fresh.list = calloc(fresh.n + 1, sizeof(*fresh.list));
	if (!fresh.list)
		return -ENOMEM;
	for (size_t i = 0; i < fresh.n; i++) {
		const struct nexthop *known = find(hops, &wanted[i]);

		fresh.list[i] = known ? *known : (struct nexthop){.to = wanted[i], .stale = true};
		fresh.n_stale += fresh.list[i].stale;
	}
	free(hops->list);
	*hops = fresh;
	return 0;
}

void nexthops_clear(struct nexthops *hops)
{
	free(hops->list);
	*hops = (struct nexthops){0};
}

void nexthops_forget(struct nexthops *hops)
{
	for (size_t i = 0; i < hops->n; i++)
		hops->list[i].stale = true;
	hops->n_stale = hops->n;
}

struct nexthop *nexthops_stale(struct nexthops *hops)
{
	for (size_t i = 0; hops->n_stale && i < hops->n; i++) {
		struct nexthop *hop = &hops->list[hops->look_at % hops->n];

		if (hop->stale)
			return hop;
		hops->look_at = (hops->look_at + 1) % hops->n;
	}
	return NULL;
}

bool nexthop_routed(struct nexthops *hops, struct nexthop *hop, const struct route *route)
{
	struct route now = route ? *route : (struct route){0};
	bool changed = !hop->known || hop->route.usable != now.usable ||
		       hop->route.interface != now.interface ||
		       !net_address_equal(&hop->route.next, &now.next) ||
		       !net_address_equal(&hop->route.source, &now.source) ||
		       hop->route.mtu != now.mtu;

	hops->n_stale -= hop->stale;
	hop->stale = false;
	hop->known = true;
	hop->route = now;
	return changed;
}

void nexthops_needed(const struct nexthops *hops, const struct neighbours *table, bool *ret_needed)
{
	memset(ret_needed, 0, NEIGHBOURS_SLOTS * sizeof(*ret_needed));
	for (size_t i = 0; i < hops->n; i++) {
		const struct route *route = &hops->list[i].route;
		const struct neighbour *n =
			route->usable ? neighbours_find(table, route->interface, &route->next)
				      : NULL;

		if (n)
			ret_needed[n - table->slots] = true;
	}
}

static uint16_t least_mtu(uint32_t a, uint32_t b)
{
	uint32_t least = b && b < a ? b : a;

	return least > UINT16_MAX ? UINT16_MAX : (uint16_t)least;
}

/* Interface and tag count without the MAC, too: it is where answers come from. */
static struct fwd_hop make_hop(const struct route *route, const struct network *network,
			       const struct link_numbers *numbers)
{
	const struct link *link = links_by_index(&network->links, route->interface);
	const struct neighbour *neighbour;
	struct fwd_hop hop = {0};
	struct link_way way;
	int number;

	if (!route->usable || !link || !link->up || links_way(&network->links, link, &way) < 0)
		return hop;
	number = link_number(numbers, way.port->index);
	if (number < 0 || !way.port->up)
		return hop;
	memcpy(hop.source, link->mac, sizeof(hop.source));
	hop.vlan = way.vlan;
	hop.mtu = least_mtu(link->mtu, route->mtu);
	hop.interface = way.port->index;
	hop.port = (uint16_t)number;
	neighbour = neighbours_find(network->neighbours, route->interface, &route->next);
	if (!neighbour || !neighbour->valid)
		return hop;
	memcpy(hop.mac, neighbour->mac, sizeof(hop.mac));
	hop.valid = 1;
	return hop;
}

/* A single word is exchanged as it is; for more, packets find no hop meanwhile. */
static bool write_hop(struct fwd_hop *to, const struct fwd_hop *from)
{
	int differ = (to->to != from->to) + (to->from != from->from);

	if (differ == 0 && to->through == from->through)
		return false;
	if (differ > 1 || to->through != from->through)
		__atomic_store_n(&to->through, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&to->to, from->to, __ATOMIC_SEQ_CST);
	__atomic_store_n(&to->from, from->from, __ATOMIC_SEQ_CST);
	__atomic_store_n(&to->through, from->through, __ATOMIC_SEQ_CST);
	return true;
}

static bool publish(struct fwd_real *real, const struct nexthop *nexthop,
		    const struct network *network, const struct link_numbers *numbers)
{
	struct fwd_hop hop = make_hop(&nexthop->route, network, numbers);

	if (real->method == FWD_TUNNEL && hop.valid) {
		/* Without a source no packet can be made. */
		if (!nexthop->route.source.family)
			hop.valid = 0;
		else if (memcmp(real->outer, nexthop->route.source.words, sizeof(real->outer)) != 0)
			memcpy(real->outer, nexthop->route.source.words, sizeof(real->outer));
	}
	return write_hop(&real->hop, &hop);
}

size_t nexthops_publish(const struct nexthops *hops, const struct network *network,
			const struct link_numbers *numbers, struct fwd_real *reals)
{
	size_t changed = 0;

	for (size_t i = 1; i < FWD_REALS_MAX; i++) {
		struct net_address to = real_address(&reals[i]);
		const struct nexthop *hop = to.family ? find(hops, &to) : NULL;

		if (hop && hop->known)
			changed += publish(&reals[i], hop, network, numbers);
	}
	return changed;
}

/* What is left of the generation that had this number before must not count again. */
void hops_raise(struct fwd_settings *settings, struct fwd_hop *table)
{
	uint32_t generation = (settings->hop_generation + 1) % GENERATIONS;

	for (size_t i = 0; i < FWD_HOPS_MAX; i++)
		if (table[i].valid == generation + 1)
			__atomic_store_n(&table[i].through, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&settings->hop_generation, generation, __ATOMIC_SEQ_CST);
}

bool hops_use(const struct fwd_settings *settings, const struct fwd_hop *table,
	      const struct links *links, const struct neighbour *neighbour)
{
	const struct link *link = links_by_index(links, neighbour->interface);
	struct link_way way;

	if (!neighbour->valid || !link || links_way(links, link, &way) < 0)
		return false;
	for (size_t i = 1; i < FWD_HOPS_MAX; i++)
		if (table[i].valid == settings->hop_generation + 1 &&
		    table[i].interface == way.port->index && table[i].vlan == way.vlan &&
		    memcmp(table[i].mac, neighbour->mac, sizeof(neighbour->mac)) == 0)
			return true;
	return false;
}
