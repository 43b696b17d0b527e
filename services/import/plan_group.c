// SPDX-License-Identifier: GPL-2.0-or-later
/* Which addresses move together. */
#include <string.h>

#include "import/plan.h"

struct plan_group *plan_group_of(struct plan_group *group)
{
	while (group->into)
		group = group->into;
	return group;
}

static bool has_alias_on(const struct plan *plan, const struct plan_group *group, const char *port)
{
	for (size_t i = 0; group->present && i < group->present->n_aliases; i++) {
		if (strcmp(group->present->aliases[i].port, port) == 0)
			return true;
	}
	for (const struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (plan_group_of(a->group) == group && !a->item.out &&
		    strcmp(a->is.port, port) == 0)
			return true;
	}
	return false;
}

struct plan_group *plan_default_group(struct plan *plan, const struct item *item)
{
	struct plan_group *chosen = NULL;

	if (plan->default_group)
		return plan->default_group;
	for (size_t i = 0; i < plan->n_groups && !chosen; i++) {
		struct plan_group *group = &plan->groups[i];

		if (group->present && has_alias_on(plan, group, "eth0") &&
		    has_alias_on(plan, group, "eth1"))
			chosen = group;
	}
	if (!chosen && plan->n_groups)
		chosen = &plan->groups[0];
	plan->default_group = chosen ? chosen : plan_add_group(plan, item, "main");
	return plan->default_group;
}

/* Another group with an address on the port; one of the text rather than one of the document. */
static struct plan_group *group_with(struct plan *plan, const struct plan_group *except,
				     const char *port)
{
	struct plan_group *found = NULL;

	for (size_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *group = &plan->groups[i];

		if (group == except || group->into || (group->present && except->present) ||
		    group->n_aliases + except->n_aliases > CONFIG_ALIASES_MAX ||
		    !has_alias_on(plan, group, port))
			continue;
		if (!found || (found->present && !group->present))
			found = group;
	}
	return found;
}

static void join(struct plan *plan, struct plan_group *group, const char *missing)
{
	struct plan_group *other = group_with(plan, group, missing), *stays;

	if (!other)
		return;
	stays = group->present ? group : other;
	other = stays == group ? other : group;
	other->into = stays;
	stays->n_aliases += other->n_aliases;
	report_item(plan->report, &other->item, IMPORT_WARNING,
		    "its addresses move together with those of alias group %s: a service under nat "
		    "needs a public and a private address that are at one router",
		    stays->name);
}

static void complete(struct plan *plan, const struct plan_alias *alias)
{
	static const char *const ports[] = {"eth1", "eth0"};

	for (size_t i = 0; i < 2; i++) {
		struct plan_group *group = plan_group_of(alias->group);

		if (!has_alias_on(plan, group, ports[i]))
			join(plan, group, ports[i]);
	}
}

void plan_join_groups(struct plan *plan)
{
	for (const struct plan_service *s = plan->services; s; s = s->next) {
		if (s->item.out || s->is.method != CONFIG_METHOD_NAT)
			continue;
		if (s->alias)
			complete(plan, s->alias);
		for (size_t i = 0; s->mark && !s->mark->present && i < s->mark->is.n_matches; i++)
			complete(plan, s->mark->aliases[i]);
	}
}
