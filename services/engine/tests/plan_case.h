/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A golden case of the plan, read from text:
 *
 *   time 6000                                       ms since the configuration was taken
 *   service web tcp 203.0.113.10:80 nat wrr         name protocol endpoint method scheduler
 *     persistent 300/24                             of the service above
 *     unchecked
 *     mark 7                                        of the configuration
 *     several                                       has other ports, too
 *     quorum 2
 *     sorry 10.77.0.109:80
 *     real web1 10.77.0.101:80 3 up                 weight and health: up, down, unknown
 *     real web2 10.77.0.102:80 3 up drain 100 80    admin state, thresholds
 *   kernel
 *   service tcp 203.0.113.10:80 wrr 1 300 255.255.255.0   flags, timeout, netmask
 *   service tcp [2001:db8::10]:80 wrr 0 0 128       of IPv6: its bits
 *   mark 7 rr                                       0x80000001: one of the engine's own
 *     dest 10.77.0.101:80 0 3 0                     method, weight, upper threshold
 */
#ifndef TRIREME_ENGINE_TESTS_PLAN_CASE_H
#define TRIREME_ENGINE_TESTS_PLAN_CASE_H

#include "engine/health_state.h"
#include "engine/ipvs_table.h"
#include "schema/config.h"

struct plan_case {
	struct config *config;
	uint32_t *marks;
	struct health_state *health;
	struct ipvs_table present;
	uint64_t now;
};

/* Ends the test on a line that it does not understand. */
void plan_case_read(const char *path, struct plan_case *c);
void plan_case_free(struct plan_case *c);

#endif
