// SPDX-License-Identifier: GPL-2.0-or-later
/* Half of the nodes that are a quorum by the quorum device's vote. lease.c says what they wait for.
 */
#include "agent/decide_internal.h"

/* Less than the server takes to miss a node: 1.5 times 0.8 of the shortest time-out, 1250 ms. */
#define STILL_NS NSEC_PER_SEC

/* Whether the others, with the device, may be a quorum as well. */
static bool relies_on_device(const struct decide_state *s)
{
	return s->settings.device_votes && s->force != DECIDE_FORCE_YES &&
	       s->n_peers + view_needed_votes(s) <= s->expected_votes;
}

uint64_t device_guard(const struct decide_state *s)
{
	return relies_on_device(s) ? lease_device_guard(s->quorate_since, &s->settings.times) : 0;
}

bool device_is_fresh(const struct decide_state *s, const struct decide_group *g, uint64_t now)
{
	return !relies_on_device(s) || g->lease_until ||
	       now >= lease_device_fresh(g->owner_since, &s->settings.times);
}

void device_returned(struct decide_state *s, uint64_t sent, uint64_t now)
{
	if (!relies_on_device(s) || now <= sent + STILL_NS)
		return;
	s->quorate_since = now;
	for (size_t i = 0; i < s->settings.n_groups; i++)
		group_release(s, i, 0, AGENT_CAUSE_TIME,
			      "corosync stood still, the quorum device may have voted for others");
}
