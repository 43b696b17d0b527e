/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's own data path beside IPVS: everything of it that the running engine holds, and the
 * moments at which each part works. IPVS has all services, too: whatever fails here is served
 * there.
 */
#ifndef TRIREME_ENGINE_FORWARDING_IO_H
#define TRIREME_ENGINE_FORWARDING_IO_H

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/attach_io.h"
#include "engine/forward_apply.h"
#include "engine/forward_io.h"
#include "engine/health_state.h"
#include "engine/ipvs_table.h"
#include "engine/nexthop_io.h"
#include "engine/statistics.h"
#include "engine/steer.h"
#include "engine/sweep.h"
#include "engine/sync_io.h"
#include "schema/config.h"

struct forwarding {
	qb_loop_t *loop;
	const char *folder;
	void (*again)(void *data);	  /* the services are to be compared once more */
	void (*synchronised)(void *data); /* or no longer */
	void (*poked)(void *data);	  /* a lease has begun or ended */
	void *data;

	bool tried, open;	      /* the data path; without it there is `broken` */
	char broken[FORWARD_WHY_MAX]; /* why */
	struct forward_io io;
	struct forward_place *place;
	struct forward_applied *applied;
	struct attach_io attach;
	struct nexthop_io nexthop;
	const struct config_node *served; /* whose ports are served; NULL: none are */
	bool ports_changed;		  /* since forwarding_ports_changed() */
	struct sweep sweep;
	struct sync_io sync;		     /* connections, to and from the other routers */
	struct statistics_source statistics; /* of all these; for engine.datapath */
	enum forward_obstacle obstacles[CONFIG_SERVICES_MAX];
	/*
	 * Why the tables cannot take a service, or NULL. It is tried again with another
	 * configuration, and when numbers have become free.
	 */
	const char *refused[CONFIG_SERVICES_MAX];
	uint32_t freed;
	struct steer_port ports[CONFIG_PORTS_MAX]; /* what forwarding_facts() points to */
	int error;				   /* of the last work on the tables, logged once */
	qb_loop_timer_handle settling, sweeping;
};

/* What forwarding_apply() needs of the engine. */
struct forwarding_input {
	const struct config *config;
	const uint32_t *marks; /* marks.h */
	const struct health_state *health;
	const struct steer_verdict *verdicts; /* steer.h */
	const struct ipvs_table *wanted;      /* of IPVS; NULL: there is no IPVS, it is made here */
};

/*
 * folder: bpf file system. The data path is opened by the first configuration of a router. again:
 * called from the loop.
 */
void forwarding_prepare(struct forwarding *f, qb_loop_t *loop, const char *folder,
			void (*again)(void *data), void *data);

/* Is told when forwarding_is_synchronised() becomes another, with the same data. */
void forwarding_on_synchronised(struct forwarding *f, void (*changed)(void *data));

/* Is told when a lease has begun or ended, as far as the agent says so, with the same data. */
void forwarding_on_poke(struct forwarding *f, void (*poked)(void *data));

/* Whether the other routers have the connections that this data path has. */
bool forwarding_is_synchronised(const struct forwarding *f);

/* The agent's leases, GATE_GROUPS_MAX of them; NULL: without a data path they are not seen. */
const struct gate_lease *forwarding_leases(const struct forwarding *f);

/* In the kernel everything goes on. */
void forwarding_close(struct forwarding *f);

/* A new configuration, of this node. A router's data path is opened, a witness has none. */
void forwarding_configure(struct forwarding *f, const struct config *config,
			  const struct config_node *node);

/* In every period: what no event has told of ports, routes and neighbours. */
void forwarding_look(struct forwarding *f);

/* Whether ports were served otherwise since the last call: facts are others. */
bool forwarding_ports_changed(struct forwarding *f);

/* What steer.h must know; it points into f. */
struct steer_facts forwarding_facts(struct forwarding *f, const struct config_node *node);

/* The tables become what should be. now: clock_boot_ns(). 1: facts are others. */
int forwarding_apply(struct forwarding *f, const struct forwarding_input *input, uint64_t now);

#endif
