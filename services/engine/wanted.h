/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IPVS table that should be: the configuration in the kernel's terms, less what is down or
 * disabled.
 *
 * Quorum of a service's real servers: those count that may take new connections (enabled, of a
 * weight, not down). With fewer, each stays with weight 0, so that its connections go on, and the
 * sorry server gets weight 1, if there is one; it has the service's method. With enough of them,
 * the sorry server has weight 0. The scheduler dh refuses the clients of whatever has weight 0:
 * there, such real servers and the sorry server are left out instead.
 */
#ifndef TRIREME_ENGINE_WANTED_H
#define TRIREME_ENGINE_WANTED_H

#include <stdint.h>

#include "engine/health_state.h"
#include "engine/ipvs_table.h"
#include "schema/config.h"

/* IPPROTO_… */
uint8_t wanted_protocol(enum config_protocol protocol);

/* The key of a configured service; mark: its one of marks_make(). */
struct ipvs_key wanted_key(const struct config_service *service, uint32_t mark);

/* A configured real server as a destination of its service. */
struct ipvs_dest wanted_dest(const struct config_service *service, const struct config_real *real);

/* The service's sorry server, which it must have, in use. */
struct ipvs_dest wanted_sorry(const struct config_service *service);

struct ipvs_timeouts wanted_timeouts(const struct config *config);

/*
 * marks and health were made from the same config. present is the kernel's table: what it has and
 * the checker has not spoken of stays. now: clock_boot_ns(). The caller clears the result. A
 * service or real server whose key another one has already is left out: the first one counts.
 */
int wanted_make(const struct config *config, const uint32_t *marks,
		const struct health_state *health, const struct ipvs_table *present, uint64_t now,
		struct ipvs_table *ret_wanted);

#endif
