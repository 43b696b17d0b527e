/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of the gate have in common: a network namespace and a bpf file system of their
 * own, a router's two ports, a configuration, and the gate on the ports anew for each test.
 */
#ifndef TRIREME_AGENT_TESTS_GATE_FIXTURE_H
#define TRIREME_AGENT_TESTS_GATE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "agent/gate_io.h"
#include "agent/tests/gate_frames.h"

#define VIP "203.0.113.10"
#define VIP6 "2001:db8:113::10"
#define OWN "203.0.113.11"
#define OWN6 "2001:db8:113::11"
#define PRIVATE "10.77.0.1"
#define OTHERS "203.0.113.20" /* floats, too, in a group that never has a lease here */
#define CLIENT "198.51.100.7"
#define CLIENT6 "2001:db8:5::7"
#define REAL "10.77.0.101"
#define REAL6 "fd00:77::101"
#define FOREVER UINT64_MAX

extern char gate_folder[];
extern struct gate_io gate;
extern struct config config; /* group 0 "main": VIP, VIP6 and PRIVATE; group 1 "other": OTHERS */
extern struct config_node node;
extern struct port_state ports[2]; /* eth0, eth1; their other ends are peer0, peer1 */

/* For cmocka: around all tests of a program, and around each. */
int gate_set_up(void **state);
int gate_tear_down(void **state);
int gate_begin(void **state);
int gate_end(void **state);

/* Whether the group "main" has a lease. */
void gate_hold(bool held);

/* Runs a program of the gate on the first bytes of a frame, as if it were at eth1. */
int gate_run(enum gate_direction direction, const struct frame_bytes *f, size_t size, int repeat,
	     uint32_t *ret_ns);
/* Whether it lets the whole frame pass. */
bool gate_passes(enum gate_direction direction, const struct frame_bytes *f);

#endif
