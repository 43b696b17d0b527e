/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of ends (bpf/forward.h): which instance an address and port belongs to. It is built in
 * the half that is not in force, and then put in force at once.
 */
#ifndef TRIREME_ENGINE_FORWARD_ENDS_H
#define TRIREME_ENGINE_FORWARD_ENDS_H

#include <stdint.h>

#include "engine/forward.h"

struct forward_end {
	uint8_t family; /* 4, 6 */
	uint8_t protocol;
	uint16_t port; /* network byte order */
	uint32_t address[4];
};

/* What the table says of an end: as in fwd_end4 and fwd_end6. */
struct forward_owner {
	uint8_t kind; /* enum fwd_end_kind */
	uint16_t instances[FWD_SHARED_MAX];
};

/* Empties the half that is not in force. */
void forward_ends_begin(struct forward_tables *tables);

/*
 * Adds an instance to an end in the half that is not in force. -EEXIST: the end is virtual, or this
 * one is and the end is there; -EMLINK: FWD_SHARED_MAX instances have it; -ENOSPC: its lines are
 * full, and so is what could make room. Nothing is changed then.
 */
int forward_ends_add(struct forward_tables *tables, const struct forward_end *end,
		     enum fwd_end_kind kind, uint16_t instance);
void forward_ends_remove(struct forward_tables *tables, const struct forward_end *end,
			 uint16_t instance);

/* The half that was built is in force. */
void forward_ends_turn(struct forward_tables *tables);

/* In the half that is in force; kind is FWD_END_NONE for what is not there. */
struct forward_owner forward_ends_find(const struct forward_tables *tables,
				       const struct forward_end *end);

#endif
