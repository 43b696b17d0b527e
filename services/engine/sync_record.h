/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flow of this router's tables as a record that every router understands, and back. Pure; times
 * are CLOCK_MONOTONIC, ns, as the flows'.
 */
#ifndef TRIREME_ENGINE_SYNC_RECORD_H
#define TRIREME_ENGINE_SYNC_RECORD_H

#include <stdint.h>

#include "engine/flows.h"
#include "engine/forward_place.h"
#include "engine/sync_wire.h"

/* The service of a template, by its key; FWD_SERVICES_MAX: it is none. */
uint32_t sync_record_service(uint32_t key);

/*
 * -ENOENT: its instance, service or real server is no more, or it is no flow that others are to
 * know (half open).
 */
int sync_record_make(const struct forward_tables *tables, const struct flow *flow,
		     uint64_t monotonic, struct sync_record *ret_record);

/*
 * The flow, with FWD_LEARNT. group: the lease that it has to be under. -ENOENT: nothing here is
 * what the record says; -EXDEV: the instance is another group's.
 */
int sync_record_take(const struct forward_tables *tables, const struct forward_place *place,
		     const struct sync_record *record, uint8_t group, uint64_t monotonic,
		     struct flow *ret_flow);

#endif
