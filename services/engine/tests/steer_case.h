/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A golden case of the verdicts, read from text. Node r1 has eth0 (203.0.113.11/24,
 * 2001:db8::11/64) and eth1 (10.77.0.11/24, fd00:77::11/64); 203.0.113.10, .20 and 2001:db8::10
 * float on eth0, 10.77.0.1 on eth1.
 *
 *   vlan eth3 eth2 192.0.2.11/24                    a port of r1, on that one
 *   bond eth2
 *   alias 192.0.2.10 eth3
 *   attached eth0 native
 *   attached eth1 generic 1 queue for 4 processors  or: none WHY
 *   broken the kernel has no BPF
 *   mark 7 tcp 203.0.113.10 21 21                   a match of the mark
 *   service web tcp 203.0.113.10 nat wlc 80 1000-2000
 *     datapath ipvs                                 of the service above
 *     mark 7
 *     sorry 10.77.0.109 80
 *     real web1 10.77.0.101 80 100                  port (0: the client's), limit of connections
 *     refused no room for its ports                 by the tables
 */
#ifndef TRIREME_ENGINE_TESTS_STEER_CASE_H
#define TRIREME_ENGINE_TESTS_STEER_CASE_H

#include "engine/steer.h"

#define STEER_CASE_SERVICES 32
#define STEER_CASE_REALS 8

struct steer_case {
	struct config config;
	struct steer_facts facts;
	const char *refused[STEER_CASE_SERVICES];
	char refusals[STEER_CASE_SERVICES][64];
	char broken[64];
	struct config_mark marks[4];
	struct config_service services[STEER_CASE_SERVICES];
	struct config_real reals[STEER_CASE_SERVICES][STEER_CASE_REALS];
};

/* Ends the test on a line that it does not understand. The case must stay where it is. */
void steer_case_read(const char *path, struct steer_case *c);

#endif
