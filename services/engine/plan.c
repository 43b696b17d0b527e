// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/plan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int add(struct plan *plan, enum change_kind kind, const struct ipvs_service *service,
	       const struct ipvs_dest *dest)
{
	size_t n = plan->n_changes;

	if (n == 0 || (n & (n - 1)) == 0) {
		struct change *larger = reallocarray(plan->changes, n ? 2 * n : 1, sizeof(*larger));

		if (!larger)
			return -ENOMEM;
		plan->changes = larger;
	}
	plan->changes[plan->n_changes++] = (struct change){kind, service, dest};
	return 0;
}

static bool service_same(const struct ipvs_service *a, const struct ipvs_service *b)
{
	return strcmp(a->scheduler, b->scheduler) == 0 && a->flags == b->flags &&
	       a->timeout == b->timeout && a->netmask == b->netmask;
}

static bool dest_same(const struct ipvs_dest *a, const struct ipvs_dest *b)
{
	return a->method == b->method && a->weight == b->weight && a->upper == b->upper &&
	       a->lower == b->lower;
}

/* Those that take new connections then, or the others: first what comes, then what changes. */
static int plan_kept(struct plan *plan, const struct ipvs_service *wanted,
		     const struct ipvs_service *present, bool serving)
{
	int r = 0;

	for (size_t i = 0; i < wanted->n_dests && r == 0; i++) {
		const struct ipvs_dest *new = &wanted->dests[i];

		if ((new->weight > 0) == serving && !(present && ipvs_service_find(present, new)))
			r = add(plan, CHANGE_DEST_ADD, wanted, new);
	}
	for (size_t i = 0; present && i < wanted->n_dests && r == 0; i++) {
		const struct ipvs_dest *new = &wanted->dests[i];
		const struct ipvs_dest *old = ipvs_service_find(present, new);

		if (old && (new->weight > 0) == serving && !dest_same(old, new))
			r = add(plan, CHANGE_DEST_EDIT, wanted, new);
	}
	return r;
}

static int plan_dests(struct plan *plan, const struct ipvs_service *wanted,
		      const struct ipvs_service *present)
{
	int r = plan_kept(plan, wanted, present, true);

	if (r == 0)
		r = plan_kept(plan, wanted, present, false);
	for (size_t i = 0; present && i < present->n_dests && r == 0; i++) {
		if (!ipvs_service_find(wanted, &present->dests[i]))
			r = add(plan, CHANGE_DEST_DELETE, wanted, &present->dests[i]);
	}
	return r;
}

int plan_make(const struct ipvs_table *wanted, const struct ipvs_table *present,
	      struct plan *ret_plan)
{
	struct plan plan = {0};
	int r = 0;

	for (size_t i = 0; i < wanted->n_services && r == 0; i++) {
		const struct ipvs_service *new = &wanted->services[i];
		const struct ipvs_service *old = ipvs_table_find(present, &new->key);

		if (!old)
			r = add(&plan, CHANGE_SERVICE_ADD, new, NULL);
		else if (!service_same(old, new))
			r = add(&plan, CHANGE_SERVICE_EDIT, new, NULL);
		if (r == 0)
			r = plan_dests(&plan, new, old);
	}
	for (size_t i = 0; i < present->n_services && r == 0; i++) {
		if (!ipvs_table_find(wanted, &present->services[i].key))
			r = add(&plan, CHANGE_SERVICE_DELETE, &present->services[i], NULL);
	}
	if (r < 0) {
		plan_clear(&plan);
		return r;
	}
	*ret_plan = plan;
	return 0;
}

static bool same_dest(const struct ipvs_dest *a, const struct ipvs_dest *b)
{
	return a && b ? ipvs_dest_equal(a, b) : a == b;
}

bool plan_has(const struct plan *plan, const struct change *change)
{
	for (size_t i = 0; i < plan->n_changes; i++) {
		const struct change *c = &plan->changes[i];

		if (c->kind == change->kind &&
		    ipvs_key_equal(&c->service->key, &change->service->key) &&
		    same_dest(c->dest, change->dest))
			return true;
	}
	return false;
}

void plan_clear(struct plan *plan)
{
	free(plan->changes);
	*plan = (struct plan){0};
}
