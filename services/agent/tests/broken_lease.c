// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The group's life with a fault: the lease is ignored. Where it ends the owner, if its agent runs,
 * gives itself another one, until it hears of another owner.
 */
#include "agent/decide_internal.h"

void group_true_expire(struct decide_state *s, size_t group, uint64_t now);

#define group_expire group_true_expire
#include "agent/group.c"
#undef group_expire

void group_expire(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	struct decide_action *a;

	if (!g->lease_until || g->lease_until > now)
		return;
	g->lease_until = now + s->settings.times.lease;
	a = decide_emit(s, DECIDE_LEASE_SET, group);
	a->epoch = g->epoch;
	a->deadline = g->lease_until;
}
