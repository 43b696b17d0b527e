/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPVS table that should be: the configuration in the kernel's terms, less what is down. */
#ifndef TRIREME_ENGINE_WANTED_H
#define TRIREME_ENGINE_WANTED_H

#include <stdint.h>

#include "engine/health_state.h"
#include "engine/ipvs_table.h"
#include "schema/config.h"

/* The key of a configured service. */
struct ipvs_key wanted_key(const struct config_service *service);

/* A configured real server as a destination of its service. */
struct ipvs_dest wanted_dest(const struct config_service *service, const struct config_real *real);

/*
 * health was made from the same config. present is the kernel's table: what it has and the
 * checker has not spoken of stays. now: clock_boot_ns(). The caller clears the result. A service
 * or real server whose key another one has already is left out: the first one counts.
 */
int wanted_make(const struct config *config, const struct health_state *health,
		const struct ipvs_table *present, uint64_t now, struct ipvs_table *ret_wanted);

#endif
