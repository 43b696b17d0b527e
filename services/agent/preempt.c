// SPDX-License-Identifier: GPL-2.0-or-later
/* Opt-in preemption: an owner that serves hands the group back to who is preferred to it. */
#include <stdio.h>

#include "agent/decide_internal.h"

uint64_t preempt_time(const struct decide_state *s, size_t group)
{
	const struct decide_group *g = &s->groups[group];

	if (!s->settings.preferred[group].preempt || !s->synchronised || !g->owning ||
	    !g->lease_until)
		return UINT64_MAX;
	return prefer_due(&g->back);
}

void preempt_step(struct decide_state *s, size_t group, uint64_t now)
{
	struct decide_group *g = &s->groups[group];
	char text[DECIDE_CAUSE_MAX];

	prefer_see(&g->back, choose_preferred(s, group), now);
	if (preempt_time(s, group) > now)
		return;
	snprintf(text, sizeof(text), "%s is preferred and fit", decide_name(s, g->back.node));
	prefer_given(&g->back, g->back.node, now);
	group_release(s, group, g->back.node, AGENT_CAUSE_PREFERRED, text);
}

const char *preempt_text(const struct decide_state *s, size_t group, uint32_t node, uint64_t now,
			 char *buf, size_t size)
{
	const struct decide_group *g = &s->groups[group];
	uint64_t due = prefer_due(&g->back);
	const char *name = decide_name(s, node);

	buf[0] = '\0';
	if (g->back.node != node)
		return buf;
	if (!s->settings.preferred[group].preempt)
		snprintf(buf, size, " (%s is preferred, but the group does not preempt)", name);
	else if (!s->synchronised)
		snprintf(buf, size, " (%s is preferred, but connections are not synchronised)",
			 name);
	else if (due > now)
		snprintf(buf, size,
			 " (%s is preferred, and gets it when it has been fit for %llu s)", name,
			 (unsigned long long)(g->back.hold / NSEC_PER_SEC));
	else
		snprintf(buf, size, " (%s is preferred, and is about to get it)", name);
	return buf;
}
