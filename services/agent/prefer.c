// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/prefer.h"

size_t prefer_place(const struct prefer_order *order, uint32_t node)
{
	size_t place = 0;

	while (place < order->n_nodes && order->nodes[place] != node)
		place++;
	return place;
}
