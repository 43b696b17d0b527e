// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/neighbours.h"

#include <string.h>

#include "base/hash.h"

static size_t home_of(uint32_t interface, const struct net_address *address)
{
	uint64_t hash = hash_add(HASH_START, &interface, sizeof(interface));

	return (hash_add(hash, address, sizeof(*address)) >> 16) % NEIGHBOURS_SLOTS;
}

static size_t next(size_t slot)
{
	return (slot + 1) % NEIGHBOURS_SLOTS;
}

/* Its slot, or the free one where it belongs: half of all are free. */
static size_t slot_of(const struct neighbours *table, uint32_t interface,
		      const struct net_address *address)
{
	size_t slot = home_of(interface, address);

	while (table->slots[slot].interface &&
	       (table->slots[slot].interface != interface ||
		!net_address_equal(&table->slots[slot].address, address)))
		slot = next(slot);
	return slot;
}

/* What was put behind it, since it was in the way, moves up (Knuth, vol. 3, 6.4, algorithm R). */
static void free_slot(struct neighbours *table, size_t slot)
{
	for (size_t at = next(slot); table->slots[at].interface; at = next(at)) {
		const struct neighbour *n = &table->slots[at];
		size_t home = home_of(n->interface, &n->address);

		if ((at - home) % NEIGHBOURS_SLOTS < (at - slot) % NEIGHBOURS_SLOTS)
			continue;
		table->slots[slot] = *n;
		slot = at;
	}
	memset(&table->slots[slot], 0, sizeof(table->slots[slot]));
	table->n--;
}

static bool same(const struct neighbour *a, const struct neighbour *b)
{
	return a->valid == b->valid && a->managed == b->managed && a->fixed == b->fixed &&
	       (!a->valid || memcmp(a->mac, b->mac, sizeof(a->mac)) == 0);
}

bool neighbours_take(struct neighbours *table, const struct neighbour *news,
		     struct neighbour *ret_before)
{
	size_t slot = slot_of(table, news->interface, &news->address);
	struct neighbour *at = &table->slots[slot];
	bool known = at->interface != 0, keep = news->valid || news->managed;

	*ret_before = *at;
	if (known ? same(at, news) : !keep)
		return false;
	if (!known && table->n == NEIGHBOURS_MAX) {
		table->left_out++;
		return false;
	}
	if (!keep) {
		free_slot(table, slot);
		return true;
	}
	table->n += !known;
	*at = *news;
	return true;
}

const struct neighbour *neighbours_find(const struct neighbours *table, uint32_t interface,
					const struct net_address *address)
{
	const struct neighbour *at = &table->slots[slot_of(table, interface, address)];

	return at->interface ? at : NULL;
}
