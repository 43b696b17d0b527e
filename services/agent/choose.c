// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who should take a group: of those that are fit, and then of those that are degraded, the named
 * successor (the owner itself when its lease ended while the members changed), else who the group
 * prefers; the last owner comes last, and a silent one behind all.
 */
#include "agent/decide_internal.h"

enum choose_grade choose_grade(enum agent_wire_health code)
{
	switch (code) {
	case AGENT_HEALTH_FIT:
		return CHOOSE_FIT;
	case AGENT_HEALTH_NO_ENGINE:
	case AGENT_HEALTH_ENGINE_FAILED:
	case AGENT_HEALTH_UNREACHABLE:
		return CHOOSE_DEGRADED;
	case AGENT_HEALTH_WITNESS:
	case AGENT_HEALTH_NO_PORT:
	case AGENT_HEALTH_NO_CARRIER:
	case AGENT_HEALTH_NO_ADDRESS:
	case AGENT_HEALTH_ALIAS_FAILED:
	case AGENT_HEALTH_LEAVING:
	case AGENT_HEALTH_STALE:
	case AGENT_HEALTH_STANDBY:
	case AGENT_HEALTH_NO_GATE:
		break;
	}
	return CHOOSE_UNFIT;
}

const struct decide_health *choose_health(const struct decide_state *s, size_t group, uint32_t node)
{
	const struct decide_peer *p = decide_peer(s, node);

	if (node == s->settings.self)
		return &s->groups[group].health;
	return p ? &p->groups[group].health : NULL;
}

static enum choose_grade told_grade(const struct decide_peer *p, size_t group)
{
	return choose_grade(p->groups[group].health.code);
}

static bool is_candidate(const struct decide_state *s, const struct decide_peer *p, size_t group)
{
	const struct decide_node *node = decide_node(s, p->member.id);

	return node && !node->witness && p->groups[group].known &&
	       told_grade(p, group) != CHOOSE_UNFIT;
}

/* Whether a comes before b; both are candidates. */
static bool precedes(const struct decide_state *s, size_t group, uint32_t a, uint32_t b)
{
	const struct prefer_order *order = &s->settings.preferred[group];
	const struct decide_group *g = &s->groups[group];
	size_t pa = prefer_place(order, a), pb = prefer_place(order, b);
	const struct decide_node *na = decide_node(s, a), *nb = decide_node(s, b);
	enum choose_grade ga = told_grade(decide_peer(s, a), group);
	enum choose_grade gb = told_grade(decide_peer(s, b), group);

	if (!g->released && (a == g->owner) != (b == g->owner))
		return b == g->owner;
	if (ga != gb)
		return ga < gb;
	if ((a == g->successor) != (b == g->successor))
		return a == g->successor;
	if ((a == g->owner) != (b == g->owner))
		return b == g->owner;
	if (pa != pb)
		return pa < pb;
	if (na->priority != nb->priority)
		return na->priority > nb->priority;
	return a < b;
}

int choose_rank(const struct decide_state *s, size_t group)
{
	const struct decide_peer *self = decide_peer(s, s->settings.self);
	int rank = 0;

	if (!self || !is_candidate(s, self, group))
		return -1;
	for (size_t i = 0; i < s->n_peers; i++) {
		const struct decide_peer *p = &s->peers[i];

		if (p != self && is_candidate(s, p, group) &&
		    precedes(s, group, p->member.id, self->member.id))
			rank++;
	}
	return rank;
}

uint32_t choose_preferred(const struct decide_state *s, size_t group)
{
	const struct prefer_order *order = &s->settings.preferred[group];
	uint32_t owner = decide_owner(s, group);

	if (!owner || !decide_view_quorate(s))
		return 0;
	for (size_t i = 0; i < prefer_place(order, owner); i++) {
		const struct decide_peer *p = decide_peer(s, order->nodes[i]);

		/* One that is degraded would give it back. */
		if (p && is_candidate(s, p, group) && told_grade(p, group) == CHOOSE_FIT)
			return p->member.id;
	}
	return 0;
}

uint32_t decide_fittest(const struct decide_state *s, size_t group, uint32_t except)
{
	uint32_t best = 0;

	if (!s->view)
		return 0;
	for (size_t i = 0; i < s->n_peers; i++) {
		const struct decide_peer *p = &s->peers[i];

		if (p->member.id != except && is_candidate(s, p, group) &&
		    (!best || precedes(s, group, p->member.id, best)))
			best = p->member.id;
	}
	return best;
}
