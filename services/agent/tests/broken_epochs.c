// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The decision with a fault: no epochs. There is one only, so a claim counts whatever was claimed
 * before it, and what was said of a former ownership is taken for what is said of this one.
 */
#include "agent/decide.h"

void decide_true_message(struct decide_state *s, uint32_t sender,
			 const struct agent_message *message, uint64_t now);

#define decide_message decide_true_message
#include "agent/decide.c"
#undef decide_message

static void give_epoch(const struct decide_state *s, struct agent_message *m)
{
	for (size_t i = 0; i < s->settings.n_groups; i++)
		if (s->groups[i].key == m->group.key)
			m->group.epoch = m->type == AGENT_WIRE_CLAIM ? s->groups[i].highest + 1
								     : s->groups[i].epoch;
}

void decide_message(struct decide_state *s, uint32_t sender, const struct agent_message *message,
		    uint64_t now)
{
	struct agent_message m;

	if (message->type == AGENT_WIRE_STATE || message->type == AGENT_WIRE_HEALTH) {
		decide_true_message(s, sender, message, now);
	} else {
		m.type = message->type;
		m.view = message->view;
		m.group = message->group;
		give_epoch(s, &m);
		decide_true_message(s, sender, &m, now);
	}
	for (size_t i = 0; i < s->settings.n_groups; i++) {
		struct decide_group *g = &s->groups[i];

		g->epoch = g->epoch ? 1 : 0;
		g->highest = g->highest ? 1 : 0;
		g->guard_epoch = g->guard_epoch ? 1 : 0;
	}
}
