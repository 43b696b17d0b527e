/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the data path has counted, in the words of proto/engine_ipc.h. The counters are in its maps:
 * they go on when the engine is started anew.
 */
#ifndef TRIREME_ENGINE_STATISTICS_H
#define TRIREME_ENGINE_STATISTICS_H

#include <stddef.h>

#include "engine/forward_apply.h"
#include "engine/sweep.h"
#include "proto/engine_ipc.h"

/* The data path that runs. */
struct statistics_source {
	const struct forward_tables *tables;
	const struct forward_place *place;
	const struct sweep *sweep;
	size_t memory; /* of all tables, bytes */
};

/* Adds what was counted of a place to what IPVS has counted of the same real server. */
void statistics_add(const struct forward_tables *tables, uint32_t place,
		    struct engine_real_status *status);

/* The same for all real servers of a service. */
void statistics_add_service(const struct statistics_source *source,
			    const struct config_service *config,
			    struct engine_service_status *status);

/* All but the header. */
void statistics_totals(const struct statistics_source *source, struct engine_totals *ret_totals);

#endif
