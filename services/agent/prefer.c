// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/prefer.h"

size_t prefer_place(const struct prefer_order *order, uint32_t node)
{
	size_t place = 0;

	while (place < order->n_nodes && order->nodes[place] != node)
		place++;
	return place;
}

void prefer_begin(struct prefer_return *r)
{
	*r = (struct prefer_return){.hold = PREFER_HOLD_NS};
}

void prefer_see(struct prefer_return *r, uint32_t node, uint64_t now)
{
	if (node != r->node)
		r->since = now;
	r->node = node;
}

uint64_t prefer_due(const struct prefer_return *r)
{
	return r->node ? r->since + r->hold : UINT64_MAX;
}

void prefer_given(struct prefer_return *r, uint32_t node, uint64_t now)
{
	r->given = node;
	r->given_at = now;
}

void prefer_taken(struct prefer_return *r, uint32_t node, uint64_t now)
{
	if (!r->given || node == r->given)
		return;
	if (now - r->given_at >= r->hold)
		r->hold = PREFER_HOLD_NS;
	else if (r->hold < PREFER_HOLD_MAX_NS / 2)
		r->hold *= 2;
	else
		r->hold = PREFER_HOLD_MAX_NS;
	r->given = 0;
}
