/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single flows of the data path's tables (forward.h), both families. Packets find, make and change
 * flows at any moment; so does everything here:
 *
 * - who takes a free slot turns its `what` from FWD_FREE to FWD_CLAIMED, which reserves it; client,
 *   key and `when` are written then, `what` last (release). A claimed slot is nobody's flow.
 * - who reads takes `what` first (acquire), and again at the end: a slot may be another flow's by
 *   then.
 * - who frees claims too: so no packet changes a flow between the last look at it and its end.
 * - `loads` and settings.half_open follow every flow that is made, changed or ended here.
 */
#ifndef TRIREME_ENGINE_FLOWS_H
#define TRIREME_ENGINE_FLOWS_H

#include <stdbool.h>

#include "engine/forward.h"

/* A flow, or a template, as it was seen at one moment. */
struct flow {
	bool ipv6;
	__be32 client[4]; /* IPv4: the first, the others 0 */
	uint32_t key, what, when;
};

/* The words that the slots of both families have. */
struct flow_words {
	uint32_t key, what, when;
};

/* No flow's number; the others are as events have them (FWD_EVENT_6). */
#define FLOWS_NONE UINT32_MAX

/* Lines whose flows are looked at together: a page. */
#define FLOWS_REGION 64

/* Slots of the family's table. */
uint32_t flows_slots(const struct forward_tables *tables, bool ipv6);

/* Regions of both tables, those of IPv4 first; and the one of a flow's number, which exists. */
uint32_t flows_regions(const struct forward_tables *tables);
uint32_t flows_region(const struct forward_tables *tables, uint32_t number);

/* The slot of that number; NULL: there is none. */
struct flow_words *flows_words(const struct forward_tables *tables, uint32_t number);

/* Whether there is one of that number, and how it is now. */
bool flows_read(const struct forward_tables *tables, uint32_t number, struct flow *ret_flow);

/* The number of the flow with the client and key of `flow`, or FLOWS_NONE. */
uint32_t flows_find(const struct forward_tables *tables, const struct flow *flow);

/*
 * Makes a flow; its region is marked. 0; -EEXIST: client and key have one, of that number, which
 * stays as it is; -ENOSPC: none of its lines has a place.
 */
int flows_insert(const struct forward_tables *tables, const struct flow *flow,
		 uint32_t *ret_number);

/* Changes `what` from what was seen. False: it is another by now. */
bool flows_change(const struct forward_tables *tables, uint32_t number, uint32_t from, uint32_t to);

/* Ends the flow of that number if key, what and when are as they were seen. False: they are not. */
bool flows_remove(const struct forward_tables *tables, uint32_t number, const struct flow *seen);

/* A slot that has stayed claimed for seconds: whoever has claimed it was ended. It becomes free. */
void flows_unclaim(const struct forward_tables *tables, uint32_t number);

#endif
