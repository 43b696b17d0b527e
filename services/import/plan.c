// SPDX-License-Identifier: GPL-2.0-or-later
#include "import/plan.h"

#include <string.h>

#include "schema/shape.h"

void plan_init(struct plan *plan, const struct config *base, struct report *report)
{
	plan->base = base;
	plan->report = report;
	plan->arena = report->arena;
	for (size_t i = 0; i < base->n_groups; i++) {
		struct plan_group *group = &plan->groups[plan->n_groups++];

		memcpy(group->name, base->groups[i].name, sizeof(group->name));
		group->present = &base->groups[i];
		group->n_aliases = base->groups[i].n_aliases;
		group->n_ipv6_aliases = base->groups[i].n_ipv6_aliases;
	}
}

bool plan_is_full(struct plan *plan, const struct item *item, size_t n, size_t max,
		  const char *what)
{
	if (n < max)
		return false;
	report_item(plan->report, item, IMPORT_ERROR,
		    "left out: the document has room for %zu %s, and they are all taken", max,
		    what);
	return true;
}

static bool group_taken(const struct plan *plan, const void *scope, const char *name)
{
	(void)scope;
	for (size_t i = 0; i < plan->n_groups; i++) {
		if (strcmp(plan->groups[i].name, name) == 0)
			return true;
	}
	return false;
}

struct plan_group *plan_add_group(struct plan *plan, const struct item *item, const char *wanted)
{
	struct plan_group *group = &plan->groups[plan->n_groups];

	if (plan_is_full(plan, item, plan->n_groups, CONFIG_GROUPS_MAX, "alias groups"))
		return NULL;
	plan_name(plan, wanted, group_taken, NULL, group->name);
	group->item = *item;
	plan->n_groups++;
	return group;
}

static bool pool_taken(const struct plan *plan, const void *scope, const char *name)
{
	(void)scope;
	for (const struct plan_pool *p = plan->pools; p; p = p->next) {
		if (strcmp(p->name, name) == 0)
			return true;
	}
	return config_pool_by_name(plan->base, name);
}

struct plan_pool *plan_add_pool(struct plan *plan, const struct item *item, const char *wanted)
{
	struct plan_pool *pool;

	if (plan_is_full(plan, item, plan->base->n_pools + plan->n_pools, CONFIG_POOLS_MAX,
			 "pools"))
		return NULL;
	pool = arena_new(plan->arena, sizeof(*pool));
	if (!pool)
		return NULL;
	plan_name(plan, wanted, pool_taken, NULL, pool->name);
	pool->item = *item;
	if (plan->last_pool)
		plan->last_pool->next = pool;
	else
		plan->pools = pool;
	plan->last_pool = pool;
	plan->n_pools++;
	return pool;
}

static bool real_taken(const struct plan *plan, const void *scope, const char *name)
{
	const struct plan_pool *pool = scope;

	(void)plan;
	for (const struct plan_real *r = pool->first; r; r = r->next) {
		if (strcmp(r->is.name, name) == 0)
			return true;
	}
	return false;
}

static size_t reals_of_base(const struct config *base)
{
	size_t n = 0;

	for (size_t i = 0; i < base->n_pools; i++)
		n += base->pools[i].n_reals;
	return n;
}

struct plan_real *plan_add_real(struct plan *plan, struct plan_pool *pool, const struct item *item,
				const char *wanted)
{
	struct plan_real *real;

	if (plan_is_full(plan, item, pool->n_reals, CONFIG_REALS_MAX, "real servers in a pool") ||
	    plan_is_full(plan, item, reals_of_base(plan->base) + plan->n_reals, SHAPE_REALS_MAX,
			 "real servers"))
		return NULL;
	real = arena_new(plan->arena, sizeof(*real));
	if (!real)
		return NULL;
	plan_name(plan, wanted, real_taken, pool, real->is.name);
	real->item = *item;
	real->item.parent = &pool->item;
	real->is.weight = 1;
	if (pool->last)
		pool->last->next = real;
	else
		pool->first = real;
	pool->last = real;
	pool->n_reals++;
	plan->n_reals++;
	return real;
}

static bool service_taken(const struct plan *plan, const void *scope, const char *name)
{
	(void)scope;
	for (const struct plan_service *s = plan->services; s; s = s->next) {
		if (strcmp(s->is.name, name) == 0)
			return true;
	}
	for (size_t i = 0; i < plan->base->n_services; i++) {
		if (strcmp(plan->base->services[i].name, name) == 0)
			return true;
	}
	return false;
}

struct plan_service *plan_add_service(struct plan *plan, const struct item *item,
				      const char *wanted, struct plan_pool *pool)
{
	struct plan_service *service;

	if (plan_is_full(plan, item, plan->base->n_services + plan->n_services, CONFIG_SERVICES_MAX,
			 "virtual services"))
		return NULL;
	service = arena_new(plan->arena, sizeof(*service));
	if (!service)
		return NULL;
	plan_name(plan, wanted, service_taken, NULL, service->is.name);
	memcpy(service->is.pool, pool->name, sizeof(service->is.pool));
	strcpy(service->is.scheduler, "wlc");
	service->item = *item;
	service->pool = pool;
	if (plan->last_service)
		plan->last_service->next = service;
	else
		plan->services = service;
	plan->last_service = service;
	plan->n_services++;
	return service;
}

void plan_set_sorry(struct plan *plan, struct plan_service *service, const struct statement *s)
{
	service->sorry = (struct item){.parent = &service->pool->item,
				       .line = s->line,
				       .key = statement_key(plan->arena, s)};
}

struct plan_route *plan_add_route(struct plan *plan, const struct item *item)
{
	size_t most = 0, n = 0;
	struct plan_route *route;

	for (size_t i = 0; i < plan->base->n_nodes; i++) {
		if (plan->base->nodes[i].n_routes > most)
			most = plan->base->nodes[i].n_routes;
	}
	for (route = plan->routes; route; route = route->next)
		n++;
	if (plan_is_full(plan, item, most + n, CONFIG_ROUTES_MAX, "routes in a node"))
		return NULL;
	route = arena_new(plan->arena, sizeof(*route));
	if (!route)
		return NULL;
	route->item = *item;
	if (plan->last_route)
		plan->last_route->next = route;
	else
		plan->routes = route;
	plan->last_route = route;
	return route;
}
