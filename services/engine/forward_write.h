/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what is known of one service into the tables (forward.h): its real servers, how they share
 * its new connections, and its instances. Only what differs is written. Private to forward_apply.c.
 */
#ifndef TRIREME_ENGINE_FORWARD_WRITE_H
#define TRIREME_ENGINE_FORWARD_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/forward.h"
#include "engine/ipvs_table.h"
#include "schema/config.h"

/* A service with its numbers. */
struct forward_service {
	const struct config_service *config;
	const struct ipvs_service *wanted; /* NULL: it has no real servers */
	uint8_t group;
	bool leaves;  /* takes no new connections */
	bool private; /* fwd_instance.private */
	int number;
	uint16_t *instances; /* n_instances of them */
	uint16_t *places;    /* of the real servers, in the order of wanted->dests */
	size_t n_instances;
};

/* enum fwd_method */
uint8_t forward_write_method(const struct config_service *service);

/* They take part, with their weights, but nobody picks those that are new. all: the whole of it. */
void forward_write_reals(struct forward_tables *tables, const struct config *all,
			 const struct forward_service *service);

/*
 * They are picked, and the instances are the service's. *picked: of what its picks were made from
 * last, 0: not known; to make them is most of the work.
 */
void forward_write_service(struct forward_tables *tables, const struct forward_service *service,
			   uint64_t *picked);

#endif
