/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The smallest list of changes that turns the kernel's IPVS table into the wanted one. Nothing
 * that stays is removed to be added again: connections and counters of what is not named here
 * are not touched.
 */
#ifndef TRIREME_ENGINE_PLAN_H
#define TRIREME_ENGINE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/ipvs_table.h"

enum change_kind {
	CHANGE_SERVICE_ADD,
	CHANGE_SERVICE_EDIT,
	CHANGE_SERVICE_DELETE,
	CHANGE_DEST_ADD,
	CHANGE_DEST_EDIT,
	CHANGE_DEST_DELETE,
};

struct change {
	enum change_kind kind;
	const struct ipvs_service *service; /* dest: the service it belongs to */
	const struct ipvs_dest *dest;	    /* NULL for changes of a service */
};

/* Points into both tables it was made from: they must outlive it. */
struct plan {
	struct change *changes;
	size_t n_changes;
};

/*
 * Order: for each wanted service itself, then its real servers: new and changed ones of a weight,
 * new and changed ones without, those that go; last the services that go. So a service that
 * changes is never without a real server that takes connections.
 */
int plan_make(const struct ipvs_table *wanted, const struct ipvs_table *present,
	      struct plan *ret_plan);

/* Whether the plan has a change of this kind to the same service or real server. */
bool plan_has(const struct plan *plan, const struct change *change);

/* Accepts an empty plan. */
void plan_clear(struct plan *plan);

#define CHANGE_TEXT_MAX 192

/* One line for log and tests: "add real server 10.77.0.101:80 nat weight 3 to …". */
const char *change_text(const struct change *change, char *buf, size_t size);

#endif
