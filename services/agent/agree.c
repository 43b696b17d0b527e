// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a view says of a group. It is computed from the same STATEs everywhere, so all members agree
 * without a further message.
 */
#include "agent/decide_internal.h"

/*
 * The owner of the view is who holds a lease; of two the one with the higher epoch. A claim that no
 * quorum has confirmed does not count: it may have been made in a view that others had left.
 */
static const struct decide_peer *find_owner(const struct decide_state *s, size_t group)
{
	const struct decide_peer *best = NULL;

	for (size_t i = 0; i < s->n_peers; i++) {
		const struct decide_peer *p = &s->peers[i];
		const struct decide_report *r = &p->groups[group];

		if (!(r->flags & AGENT_STATE_HOLDING))
			continue;
		if (!best || r->epoch > best->groups[group].epoch ||
		    (r->epoch == best->groups[group].epoch && p->member.id > best->member.id))
			best = p;
	}
	return best;
}

static void agree_vacant(struct decide_state *s, size_t group, uint64_t epoch)
{
	struct decide_group *g = &s->groups[group];
	const struct decide_peer *owner;

	g->epoch = epoch;
	g->owner = 0;
	for (size_t i = 0; i < s->n_peers; i++)
		if (s->peers[i].groups[group].epoch == epoch &&
		    s->peers[i].groups[group].owner > g->owner)
			g->owner = s->peers[i].groups[group].owner;
	/* A former owner that is here has just said that it holds nothing. */
	owner = decide_peer(s, g->owner);
	g->released = owner;
	if (owner && owner->groups[group].flags & AGENT_STATE_LAPSED &&
	    owner->groups[group].epoch == epoch)
		g->successor = g->owner;
}

/*
 * Whether what a member has voted for is over for certain: it was one owner's lease, and that owner
 * is here and says itself that it has released. (Its RELEASED may have been lost with the old
 * view.)
 */
static bool is_void(const struct decide_state *s, size_t group, const struct decide_report *vote)
{
	const struct decide_peer *owner = decide_peer(s, vote->owner);
	const struct decide_report *said = owner ? &owner->groups[group] : NULL;

	return vote->flags & AGENT_STATE_VOTED && said && said->owner == vote->owner &&
	       said->epoch == vote->epoch && said->flags & AGENT_STATE_RELEASED &&
	       !(said->flags & AGENT_STATE_HOLDING);
}

static bool is_for(const struct decide_report *vote, uint32_t owner, uint64_t epoch)
{
	return vote->flags & AGENT_STATE_VOTED && vote->owner == owner && vote->epoch == epoch;
}

/*
 * Until when the votes bind that members had given when the view began; without those for the
 * fenced node's lease of the group's epoch (0: there is none).
 */
static uint64_t votes_end(const struct decide_state *s, size_t group, uint32_t fenced)
{
	uint64_t end = 0;

	for (size_t i = 0; i < s->n_peers; i++) {
		const struct decide_report *r = &s->peers[i].groups[group];

		if (is_void(s, group, r) || (fenced && is_for(r, fenced, s->groups[group].epoch)))
			continue;
		end = r->guard_until > end ? r->guard_until : end;
	}
	return end;
}

void agree_owner_ended(struct decide_state *s, size_t group)
{
	struct decide_group *g = &s->groups[group];

	if (g->guard_owner == g->owner && g->guard_epoch == g->epoch)
		g->guard_until = 0;
	/* Alone, but not of two: it is not the owner's lease only that may run. */
	if (s->force == DECIDE_FORCE_YES || (view_is_alone_of_two(s) && s->settings.n_nodes != 2))
		return;
	g->view_guard = votes_end(s, group, g->owner);
}

void agree_view(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	uint64_t fresh = lease_guard(now, s->settings.times.lease), epoch = 0;
	const struct decide_peer *owner;

	g->successor = 0;
	for (size_t i = 0; i < s->n_peers; i++) {
		struct decide_report *r = &s->peers[i].groups[group];

		/* Its configuration may have had the group until now, and it a vote. */
		if (!r->known) {
			r->guard_until = fresh;
			continue;
		}
		epoch = r->epoch > epoch ? r->epoch : epoch;
		g->highest = r->highest > g->highest ? r->highest : g->highest;
		if (s->peers[i].member.id == s->settings.self && is_void(s, group, r))
			g->guard_until = 0;
	}
	g->view_guard = votes_end(s, group, 0);
	/* Alone by two_node, or forced: no member of this view need have voted for the last lease.
	 */
	if (((view_is_alone_of_two(s) && !g->bounded) || s->force == DECIDE_FORCE_YES) &&
	    fresh > g->view_guard)
		g->view_guard = fresh;
	owner = find_owner(s, group);
	if (owner) {
		g->epoch = owner->groups[group].epoch;
		g->owner = owner->member.id;
		prefer_taken(&g->back, g->owner, now);
		g->released = false;
		/* It has the time of a lease to be heard in this view. */
		g->view_guard = fresh > g->view_guard ? fresh : g->view_guard;
	} else {
		agree_vacant(s, group, epoch);
	}
	g->last_seq = 0;
	g->vacant_since = now;
}
