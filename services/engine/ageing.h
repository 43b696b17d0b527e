/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a flow of the data path ends without a packet that says so. */
#ifndef TRIREME_ENGINE_AGEING_H
#define TRIREME_ENGINE_AGEING_H

#include <stdbool.h>

#include "engine/flows.h"

/* Of the configuration, seconds. */
struct ageing_timeouts {
	uint32_t tcp, tcp_fin, udp;
};

/* Of a half-open, a closed, a reset connection, seconds: tcp_timeouts of ip_vs_proto_tcp.c. */
#define AGEING_SYN 60
#define AGEING_TIME_WAIT 120
#define AGEING_CLOSE 10

/* From so full on (of 1000) times are shorter, down to an eighth at 1000. */
#define AGEING_FULL 800

struct ageing {
	uint64_t now;		     /* ns, CLOCK_MONOTONIC */
	uint32_t share;		     /* of the times, of 256 */
	uint64_t limits[FWD_STATES]; /* ns; templates have their service's */
};

/*
 * fill: how full the tables are, of 1000. half_open: the same of the half-open connections that
 * there may be, which shortens the time of these alone.
 */
void ageing_begin(struct ageing *ageing, const struct ageing_timeouts *timeouts, uint64_t now,
		  uint32_t fill, uint32_t half_open);

/*
 * Its time is over: it has had no packet for longer than its state allows. A flow's time is known
 * to 2^FWD_UNIT ns, a template's to 2^FWD_TEMPLATE_UNIT ns: neither ends too soon. One whose time
 * is a little ahead of `now` (of a packet that comes meanwhile) is new.
 */
bool ageing_over(const struct ageing *ageing, const struct forward_tables *tables,
		 const struct flow_words *flow);

/* What it names is gone: the real server, its service, or the virtual address and port. */
bool ageing_gone(const struct forward_tables *tables, const struct flow_words *flow);

#endif
