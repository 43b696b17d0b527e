/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of services, instances and real servers in the data path's tables. Each is kept as long
 * as what it stands for is configured, also by an engine that takes the tables over: what a number
 * stands for is in the tables. A number that went is kept for what it stood for, should that come
 * back, and is given to something else only when no flow can name it any more:
 * forward_place_swept().
 */
#ifndef TRIREME_ENGINE_FORWARD_PLACE_H
#define TRIREME_ENGINE_FORWARD_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/forward.h"

struct forward_place;

/* What an instance is: its virtual address and port. Addresses as in bpf/forward.h. */
struct forward_instance {
	uint8_t family; /* 4, 6 */
	uint8_t protocol;
	uint16_t port; /* network byte order */
	uint32_t address[4];
};

/* What a place is: a real server of a service. */
struct forward_real {
	uint8_t family;
	uint8_t method; /* enum fwd_method */
	uint16_t port;	/* network byte order; 0: the instance's */
	uint16_t service;
	uint32_t address[4];
};

/*
 * Takes the numbers over that the tables have; what is not asked for until the first
 * forward_place_end() has gone. -ENOMEM.
 */
int forward_place_make(const struct forward_tables *tables, struct forward_place **ret_place);
/* The tables stay as they are. Accepts NULL. */
void forward_place_free(struct forward_place *place);
void forward_place_freep(struct forward_place **place);

/*
 * Between these two, whoever is still there is asked for; all others have gone since `now`: their
 * places lose FWD_REAL_IN_USE, their instances in_use, their services take no new connections.
 */
void forward_place_begin(struct forward_place *place);
void forward_place_end(struct forward_place *place, uint64_t now);

/*
 * The number, which is new if there was none. What is new is written here but takes part only when
 * the caller has written the rest (in_use, FWD_REAL_IN_USE). name: hash of the service's name, not
 * 0. -ENOSPC: all are taken; -EEXIST: it was asked for already since forward_place_begin().
 */
int forward_place_service(struct forward_place *place, uint64_t name);
int forward_place_instance(struct forward_place *place, const struct forward_instance *instance);
int forward_place_real(struct forward_place *place, const struct forward_real *real);

/* Takes back what was asked for since forward_place_mark() returned mark. */
uint32_t forward_place_mark(const struct forward_place *place);
void forward_place_undo(struct forward_place *place, uint32_t mark);

/* The number of what is there, or went a short time ago; -ENOENT. */
int forward_place_find_service(const struct forward_place *place, uint64_t name);
int forward_place_find_instance(const struct forward_place *place,
				const struct forward_instance *instance);
int forward_place_find_real(const struct forward_place *place, const struct forward_real *real);

/*
 * All lines of the flow tables were looked at since `began`, and flows and templates were removed
 * that name an instance without in_use or a place without FWD_REAL_IN_USE. The numbers that had
 * gone FORWARD_SETTLE_NS before `began` are free.
 */
void forward_place_swept(struct forward_place *place, uint64_t began);

/* Counts up whenever numbers became free: what had no place may have one now. */
uint32_t forward_place_freed(const struct forward_place *place);

#endif
