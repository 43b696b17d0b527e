// SPDX-License-Identifier: GPL-2.0-or-later
/* What goes out because something else did. */
#include <string.h>

#include "import/plan.h"
#include "schema/datapath.h"

static bool any_real(const struct plan_pool *pool)
{
	for (const struct plan_real *r = pool->first; r; r = r->next) {
		if (!r->item.out)
			return true;
	}
	return false;
}

static size_t count_reals(const struct plan_pool *pool)
{
	size_t n = 0;

	for (const struct plan_real *r = pool->first; r; r = r->next)
		n += !r->item.out;
	return n;
}

static const struct plan_alias *lost_alias(const struct plan_service *service)
{
	const struct plan_mark *mark = service->mark;

	if (service->alias)
		return service->alias->item.out ? service->alias : NULL;
	for (size_t i = 0; mark && !mark->present && i < mark->is.n_matches; i++) {
		if (mark->aliases[i]->item.out)
			return mark->aliases[i];
	}
	return NULL;
}

static bool on_eth1(const struct plan_alias *alias)
{
	return strcmp(alias->port, "eth1") == 0;
}

static bool is_private_nat(const struct plan_service *service)
{
	const struct plan_mark *mark = service->mark;

	if (service->is.method != CONFIG_METHOD_NAT || !service->pool->first)
		return false;
	if (service->alias)
		return on_eth1(service->alias);
	for (size_t i = 0; mark && !mark->present && i < mark->is.n_matches; i++) {
		if (on_eth1(mark->aliases[i]))
			return true;
	}
	return false;
}

/*
 * Why clients of its own network could not be answered, to the end of why, or nothing. validate.h
 * would find fault with the real servers; these may be good ones of other services.
 */
static void look_for_full_nat(const struct plan_service *service, struct text *why)
{
	struct config_real reals[CONFIG_REALS_MAX];
	struct config_service is = service->is;

	if (!is_private_nat(service))
		return;
	is.reals = reals;
	is.n_reals = 0;
	for (const struct plan_real *r = service->pool->first; r; r = r->next) {
		if (!r->item.out)
			reals[is.n_reals++] = r->is;
	}
	datapath_obstacle(&is, why);
}

static void settle_service(struct plan *plan, struct plan_service *service)
{
	const struct plan_alias *lost = lost_alias(service);
	char words[128];
	struct text obstacle = TEXT_ON(words);

	look_for_full_nat(service, &obstacle);
	if (lost) {
		service->item.out = true;
		report_item(plan->report, &service->item, IMPORT_ERROR,
			    "service %s is left out with its address (line %u)", service->is.name,
			    lost->item.line);
	} else if (obstacle.used > 0) {
		service->item.out = true;
		report_item(plan->report, &service->item, IMPORT_ERROR,
			    "service %s is left out: under nat, real servers are in the subnet of "
			    "eth1, and so is its address: their answers to clients there pass the "
			    "router by full NAT only, which XDP has and IPVS has not, and this one "
			    "is IPVS's: %s",
			    service->is.name, words);
	} else if (service->pool->first && !any_real(service->pool)) {
		service->item.out = true;
		report_item(plan->report, &service->item, IMPORT_ERROR,
			    "service %s is left out: none of its real servers can be taken",
			    service->is.name);
	}
}

static void use(struct plan_service *service)
{
	struct plan_mark *mark = service->mark;

	service->pool->used = true;
	if (service->alias)
		service->alias->used = true;
	if (mark)
		mark->used = true;
	for (size_t i = 0; mark && !mark->present && i < mark->is.n_matches; i++)
		mark->aliases[i]->used = true;
}

/* At most the real servers that are left, or nobody would ever get an answer from them. */
static void settle_quorum(struct plan *plan, struct plan_service *service)
{
	size_t n = count_reals(service->pool);

	n = n ? n : 1;
	if (service->is.quorum <= n)
		return;
	service->is.quorum = (uint16_t)n;
	report_add(plan->report, service->quorum_at, &service->item, IMPORT_WARNING,
		   plan_service_path(plan->arena, service, "/quorum"),
		   "%zu: the pool has no more real servers", n);
}

/* A group without addresses is none. */
static void settle_groups(struct plan *plan)
{
	bool used[2 * CONFIG_GROUPS_MAX] = {false};

	for (const struct plan_alias *a = plan->aliases; a; a = a->next)
		used[plan_group_of(a->group) - plan->groups] |= !a->item.out;
	for (size_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *group = &plan->groups[i];

		group->item.out = !group->present && !used[plan_group_of(group) - plan->groups];
	}
}

static bool has_ipv4(const struct plan *plan, const struct plan_group *group)
{
	for (const struct plan_alias *a = plan->aliases; a; a = a->next) {
		if (plan_group_of(a->group) == group && !a->item.out && !plan_is_ipv6(a))
			return true;
	}
	return group->present;
}

/* The model has no group without an IPv4 address. true: something went out for it. */
static bool drop_lone_ipv6(struct plan *plan)
{
	bool any = false;

	for (struct plan_alias *a = plan->aliases; a; a = a->next) {
		const struct plan_group *group = plan_group_of(a->group);

		if (!plan_is_ipv6(a) || a->item.out || has_ipv4(plan, group))
			continue;
		a->item.out = true;
		any = true;
		report_item(plan->report, &a->item, IMPORT_ERROR,
			    "left out: alias group %s would have no IPv4 address, and each has one",
			    group->name);
	}
	return any;
}

static void settle(struct plan *plan)
{
	for (struct plan_alias *a = plan->aliases; a; a = a->next)
		a->used = false;
	for (struct plan_mark *m = plan->marks; m; m = m->next)
		m->used = false;
	for (struct plan_pool *p = plan->pools; p; p = p->next)
		p->used = false;
	for (struct plan_service *s = plan->services; s; s = s->next) {
		if (!item_out(&s->item))
			settle_service(plan, s);
		if (item_out(&s->item))
			continue;
		use(s);
		settle_quorum(plan, s);
	}
	for (struct plan_pool *p = plan->pools; p; p = p->next)
		p->item.out |= !p->used;
	for (struct plan_alias *a = plan->aliases; a; a = a->next)
		a->item.out |= !a->present && !a->asked && !a->used;
	settle_groups(plan);
}

void plan_settle(struct plan *plan)
{
	do {
		settle(plan);
	} while (drop_lone_ipv6(plan));
}
