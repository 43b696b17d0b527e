// SPDX-License-Identifier: GPL-2.0-or-later
/* Fencing with a fault: that it was asked for is taken for the word that the node is off. */
#include "agent/decide_internal.h"

void fence_true_step(struct decide_state *s, uint64_t now);

#define fence_step fence_true_step
#include "agent/fence.c"
#undef fence_step

void fence_step(struct decide_state *s, uint64_t now)
{
	fence_true_step(s, now);
	for (size_t i = 0; i < s->settings.n_nodes; i++)
		if (s->fences[i].state == DECIDE_FENCE_ASKED)
			succeeded(s, i, now);
}
