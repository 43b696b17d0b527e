/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to run here, and what is to be done for it. A resource runs where its group is owned: it
 * is started when those before it run, asked at its interval, stopped when those behind it have
 * stopped. One that fails is stopped and started again, after 1, 2, 4 … 60 s; the group stays. What
 * was left behind by a former life of this program is stopped once, unless its group is owned.
 * Pure; times are CLOCK_BOOTTIME in ns.
 */
#ifndef TRIREME_RESOURCE_RESOURCE_H
#define TRIREME_RESOURCE_RESOURCE_H

#include <stdbool.h>

#include "proto/resource_ipc.h"
#include "proto/resource_wire.h"
#include "resource/operation.h"
#include "schema/config.h"

/* Those of a configuration, and of the one before it while these stop. */
#define RESOURCES_MAX (2 * CONFIG_GROUPS_MAX * CONFIG_RESOURCES_MAX)
#define RESOURCE_SILENCE_NS                                                   \
	UINT64_C(10000000000) /* without a word of the agent nothing is owned \
			       */
#define RESOURCE_STOPS_MAX 3  /* tries */

struct resource {
	struct config_resource definition;
	uint32_t number; /* never 0, never another one's */
	size_t place;	 /* in the configuration */
	bool retired;	 /* not configured any more, or in another way */
	bool may_run;	 /* until a stop has succeeded */
	bool dirty;	 /* something has failed: stop comes before start */
	enum resource_state state;
	uint64_t since;
	enum operation_type operation; /* under way */
	bool cancelled;
	uint64_t at;	   /* of the next start or monitor */
	uint64_t stop_at;  /* of the next stop, after one that failed */
	uint32_t failures; /* in a row */
	uint32_t stops;	   /* that failed, in a row */
	char words[OPERATION_TEXT_MAX];
	bool news; /* state and words are others than when it was last cleared */
};

struct resources {
	struct resource list[RESOURCES_MAX]; /* n of them */
	size_t n;
	uint32_t last_number;
	bool configured;    /* once */
	bool heard;	    /* the agent, or nothing of it for too long */
	uint64_t silent_at; /* when it has been silent for too long */
	bool leaving;
	char owned[RESOURCE_WIRE_GROUPS_MAX][RESOURCE_WIRE_NAME_MAX]; /* n_owned of them */
	size_t n_owned;
};

void resources_init(struct resources *r, uint64_t now);

/* config NULL: nothing is to run here. -ENOSPC: some are not taken, too many are stopping still. */
int resources_configure(struct resources *r, const struct config *config, uint64_t now);

/* What the agent has said. -EPROTO: it is not of this form. */
int resources_own(struct resources *r, const struct resource_owned *owned, uint64_t now);

/* Everything is to stop, for good. */
void resources_leave(struct resources *r);

/* Nothing runs or is under way any more, but for what could not be stopped. */
bool resources_idle(const struct resources *r);

/*
 * Begins the next operation that is due; the caller performs it and calls resources_ended(). NULL:
 * there is none. Of silence, and of what is over, only this one takes notice.
 */
struct resource *resources_next(struct resources *r, uint64_t now);

/* One whose operation is of no use any more and is not cancelled yet; marks it. NULL: none. */
struct resource *resources_cancel(struct resources *r);

/* The operation's end: its code (struct operation_verdict) and words. No such number: nothing. */
void resources_ended(struct resources *r, uint32_t number, int code, const char *words,
		     uint64_t now);

/* When resources_next() has something to do; UINT64_MAX: not before something else happens. */
uint64_t resources_deadline(const struct resources *r);

/* How long until the next try of one that failed, in ns: 1, 2, 4 … 60 s. failures ≥ 1. */
uint64_t resource_back_off(uint32_t failures);

/* The i-th of those that are shown, in the configuration's order, or NULL. */
const struct resource *resources_shown(const struct resources *r, size_t i);

#endif
