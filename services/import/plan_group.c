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

/* An address of the family on the port. */
static bool has_alias_on(const struct plan *plan, const struct plan_group *group, const char *port,
			 bool ipv6)
{
	for (size_t i = 0; group->present && i < config_n_floating(group->present); i++) {
		struct config_floating floating = config_floating(group->present, i);

		if (!floating.label == ipv6 && strcmp(floating.port, port) == 0)
			return true;
	}
	for (const struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (plan_group_of(a->group) == group && !a->item.out && plan_is_ipv6(a) == ipv6 &&
		    strcmp(a->port, port) == 0)
			return true;
	}
	return false;
}

static bool has_both(const struct plan *plan, const struct plan_group *group)
{
	return has_alias_on(plan, group, "eth0", false) && has_alias_on(plan, group, "eth1", false);
}

struct plan_group *plan_default_group(struct plan *plan, const struct item *item)
{
	struct plan_group *chosen = NULL;

	if (plan->default_group)
		return plan->default_group;
	for (size_t i = 0; i < plan->n_groups && !chosen; i++) {
		struct plan_group *group = &plan->groups[i];

		if (group->present && has_both(plan, group))
			chosen = group;
	}
	if (!chosen && plan->n_groups)
		chosen = &plan->groups[0];
	plan->default_group = chosen ? chosen : plan_add_group(plan, item, "main");
	return plan->default_group;
}

static bool have_room(const struct plan_group *a, const struct plan_group *b)
{
	return a->n_aliases + b->n_aliases <= CONFIG_ALIASES_MAX &&
	       a->n_ipv6_aliases + b->n_ipv6_aliases <= CONFIG_IPV6_ALIASES_MAX;
}

/* Another group with an address on the port; one of the text rather than one of the document. */
static struct plan_group *group_with(struct plan *plan, const struct plan_group *except,
				     const char *port, bool ipv6)
{
	struct plan_group *found = NULL;

	for (size_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *group = &plan->groups[i];

		if (group == except || group->into || (group->present && except->present) ||
		    !have_room(group, except) || !has_alias_on(plan, group, port, ipv6))
			continue;
		if (!found || (found->present && !group->present))
			found = group;
	}
	return found;
}

static void merge(struct plan_group *other, struct plan_group *stays)
{
	other->into = stays;
	stays->n_aliases += other->n_aliases;
	stays->n_ipv6_aliases += other->n_ipv6_aliases;
}

static void join(struct plan *plan, struct plan_group *group, const char *missing, bool ipv6)
{
	struct plan_group *other = group_with(plan, group, missing, ipv6), *stays;

	if (!other)
		return;
	stays = group->present ? group : other;
	other = stays == group ? other : group;
	merge(other, stays);
	report_item(plan->report, &other->item, IMPORT_WARNING,
		    "its addresses move together with those of alias group %s: a service under nat "
		    "needs a public and a private address that are at one router",
		    stays->name);
}

static void complete(struct plan *plan, const struct plan_alias *alias)
{
	static const char *const ports[] = {"eth1", "eth0"};
	bool ipv6 = plan_is_ipv6(alias);

	for (size_t i = 0; i < 2; i++) {
		struct plan_group *group = plan_group_of(alias->group);

		if (!has_alias_on(plan, group, ports[i], ipv6))
			join(plan, group, ports[i], ipv6);
	}
}

/* A group with an IPv4 address; rather one that has a public and a private one. */
static struct plan_group *group_with_ipv4(struct plan *plan, const struct plan_group *except)
{
	struct plan_group *found = NULL;

	for (size_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *group = &plan->groups[i];

		if (group == except || group->into || group->n_aliases == 0 ||
		    !have_room(group, except))
			continue;
		if (!found || (!has_both(plan, found) && has_both(plan, group)))
			found = group;
	}
	return found;
}

/* The model has no group without an IPv4 address. */
static void join_ipv6_groups(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *group = &plan->groups[i], *stays;

		if (group->into || group->n_aliases || group->n_ipv6_aliases == 0)
			continue;
		stays = group_with_ipv4(plan, group);
		if (!stays)
			continue;
		merge(group, stays);
		report_item(plan->report, &group->item, IMPORT_WARNING,
			    "its addresses move together with those of alias group %s: a group has "
			    "an IPv4 address, and here there is none",
			    stays->name);
	}
}

void plan_join_groups(struct plan *plan)
{
	join_ipv6_groups(plan);

	for (const struct plan_service *s = plan->services; s; s = s->next) {
		if (s->item.out || s->is.method != CONFIG_METHOD_NAT)
			continue;
		if (s->alias)
			complete(plan, s->alias);
		for (size_t i = 0; s->mark && !s->mark->present && i < s->mark->is.n_matches; i++)
			complete(plan, s->mark->aliases[i]);
	}
}
