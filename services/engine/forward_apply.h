/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path's tables become what should be: idempotent, changes only what differs, and keeps
 * flows and loads of everything that stays. When nothing differs nothing is written.
 */
#ifndef TRIREME_ENGINE_FORWARD_APPLY_H
#define TRIREME_ENGINE_FORWARD_APPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/forward.h"
#include "engine/forward_place.h"
#include "engine/ipvs_table.h"
#include "schema/config.h"

/* Why the data path does not serve a service that it should. */
enum forward_obstacle {
	FORWARD_SERVED, /* it does */
	FORWARD_UNWANTED,
	FORWARD_LEAVING,     /* the same, but flows of it go on here to their end */
	FORWARD_NO_LEASE,    /* nobody says whether its group may be served here */
	FORWARD_NO_SERVICES, /* all numbers are taken: of services, instances, real servers */
	FORWARD_NO_INSTANCES,
	FORWARD_NO_REALS,
	FORWARD_TAKEN,	 /* another service has an address and port of it */
	FORWARD_SHARED,	 /* more than FWD_SHARED_MAX instances share a real server's port */
	FORWARD_NO_ENDS, /* no room for its addresses and ports */
};

/* Static: "served", or the reason in words. */
const char *forward_obstacle_text(enum forward_obstacle obstacle);

/* What should be. All arrays are by index of the configuration's services. */
struct forward_wanted {
	const struct config *config;
	const uint32_t *marks;		/* marks.h */
	const struct ipvs_table *table; /* wanted.h */
	const bool *served;		/* by the data path; else it keeps the flows that it has */
	const uint8_t *groups; /* numbers of their leases; FWD_NO_GROUP: nobody has named it yet */
};

struct forward_applied;

/* tables and place stay the caller's. now: clock_boot_ns(). -ENOMEM. */
int forward_applied_make(struct forward_tables *tables, struct forward_place *place, uint64_t now,
			 struct forward_applied **ret_applied);
/* Accepts NULL. */
void forward_applied_free(struct forward_applied *applied);

/*
 * obstacles: of each service, the caller's. 1: something was changed; 0: nothing differed; -EAGAIN:
 * the ends were turned less than FORWARD_SETTLE_NS ago, nothing was done; -ENOMEM: the same.
 * now: clock_boot_ns().
 */
int forward_apply(struct forward_applied *applied, const struct forward_wanted *wanted,
		  uint64_t now, enum forward_obstacle *obstacles);

/*
 * The place of a service's real server, also of one that went a short time ago; -ENOENT: it has
 * none.
 */
int forward_apply_place(const struct forward_place *place, const struct config_service *config,
			const struct ipvs_dest *dest);

/*
 * What the tables serve now of the configuration, as IPVS would tell it: what wanted_make() takes
 * for present where there is no IPVS. The caller clears it. -ENOMEM.
 */
int forward_apply_present(const struct forward_tables *tables, const struct forward_place *place,
			  const struct config *config, const uint32_t *marks,
			  struct ipvs_table *ret_present);

#endif
