/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the health checker has said of each real server, and what follows from it. Times are
 * nanoseconds of clock_boot_ns().
 */
#ifndef TRIREME_ENGINE_HEALTH_STATE_H
#define TRIREME_ENGINE_HEALTH_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/engine_ipc.h"
#include "schema/config.h"

struct health_real {
	char name[CONFIG_NAME_MAX];
	struct config_inet address;
	uint16_t port; /* that is checked */
	bool disabled;
	enum engine_health state;
	char reason[ENGINE_REASON_MAX];
	uint64_t grace_end; /* UNKNOWN counts as up from then on */
};

struct health_service {
	char name[CONFIG_NAME_MAX];
	enum config_check check;
	struct health_real *reals; /* in the configuration's order, as the services are */
	size_t n_reals;
};

struct health_state {
	struct health_service *services;
	size_t n_services;
};

/*
 * Every real server of config, UNKNOWN but for those old (NULL: none) knows under the same names,
 * address and port. One that is disabled is not checked: nothing is known of it, nor later. The
 * caller frees the result.
 */
int health_state_make(const struct config *config, const struct health_state *old, uint64_t now,
		      struct health_state **ret_state);
void health_state_free(struct health_state *state);

/*
 * Takes a report. UNKNOWN changes nothing: a checker that starts anew has forgotten, not seen
 * anything. *ret_changed: the verdict is another now. -ENOENT: no such real server; -EINVAL: no
 * such state.
 */
int health_state_report(struct health_state *state, const char *service, const char *real,
			uint8_t verdict, const char *reason, bool *ret_changed);

/* Whether the real server stands in the table; present: it does so in the kernel's. */
bool health_in_use(enum config_check check, const struct health_real *real, bool present,
		   uint64_t now);

#endif
