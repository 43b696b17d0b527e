/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running engine: what it was told, and its ways into the kernel. One thread, one owner. */
#ifndef TRIREME_ENGINE_ENGINE_H
#define TRIREME_ENGINE_ENGINE_H

#include <stdbool.h>

#include "engine/health_state.h"
#include "engine/ipvs_io.h"
#include "engine/ipvs_sync.h"
#include "engine/ipvs_table.h"
#include "engine/nft_io.h"
#include "engine/statistics.h"
#include "engine/steer.h"
#include "proto/turn.h"
#include "schema/config.h"

#define ENGINE_REFUSED_MAX 16384 /* bytes; what is beyond is not logged */

struct engine {
	struct config *config;
	const struct config_node *node; /* this one; part of config */
	struct health_state *health;	/* made from config */
	uint32_t *marks;		/* of each service: marks.h */
	struct steer_verdict *verdicts; /* of each service: engine_steer() */
	bool joining;			/* a machine may join: the firewall has its port open */
	char *ruleset;
	char *standing; /* the ruleset that was put into force; NULL: none was, or it is not known
			 */
	/* Whether the last comparison has put it into force; a difference since then is foreign. */
	bool services_stood, forwarding_stood, timeouts_stood;
	struct ipvs_table services;
	const struct sync_io *sync;		  /* the same; NULL: there are no other routers */
	const struct statistics_source *datapath; /* whoever runs it; NULL: there is none */
	bool *applied;		       /* of each service: the kernel has what it should */
	struct ipvs_sync ipvs_sync;    /* engine_ipvs_sync_io.c has these three */
	struct ipvs_daemons daemons;   /* of IPVS, as they were set */
	bool daemons_stood;	       /* the last comparison has come to that */
	struct ipvs_io *ipvs;	       /* NULL: not open */
	struct nft_io *nft;	       /* NULL: not open */
	struct forwarding *forwarding; /* the caller's (forwarding_io.h) */
	/* Last ones logged: each is logged once, not every period. */
	int ipvs_error, nft_error, forwarding_error, timeouts_error, daemons_error;
	/* Changes that the kernel refused last time, a line each. */
	char refused[ENGINE_REFUSED_MAX];
};

/*
 * Takes config over (also on failure) and replaces the former; node is this one, part of config.
 * -ENOMEM, -ENOSPC: the former one stays in force.
 */
int engine_configure(struct engine *engine, struct config *config, const struct config_node *node,
		     uint64_t now);

/*
 * Opens or closes the port for a machine that joins, in the kernel as well. -ENODEV: the node has
 * no eth1; -EIO: the firewall does not stand as it should (the log says why).
 */
int engine_set_joining(struct engine *engine, bool joining);

/* Compares the kernel with what should be, and changes what differs; logs what it did. */
void engine_reconcile(struct engine *engine, uint64_t now);

/* The same for the services alone, when only a real server's health is another. */
void engine_reconcile_services(struct engine *engine, uint64_t now);

/* The same for the sync daemons of IPVS, when a lease has begun or ended. */
void engine_reconcile_daemons(struct engine *engine, uint64_t now);

/*
 * Judges anew which services XDP serves, by what is known of the kernel now, and logs what is
 * another than before. -ENOMEM: all stays as it was.
 */
int engine_steer(struct engine *engine, const struct steer_facts *facts);

/* Whether all services are the data path's. */
bool engine_is_steered(const struct engine *engine);

/*
 * Whether the other routers have IPVS's connections that are in use here: its master has told of
 * them since long enough, and each other router's backup has run as long; or there is no master,
 * since this router owns nothing.
 */
bool engine_ipvs_is_synchronised(const struct engine *engine, uint64_t now);

/* What of the configuration the kernel has not got, as the last comparison has left it. */
enum engine_trouble engine_trouble(const struct engine *engine);

/* The kernel's state of the service of that index in *service, whose dests the caller frees. */
int engine_read_service(struct engine *engine, size_t index, struct ipvs_service *service);

/* Frees everything; the kernel keeps forwarding. */
void engine_clear(struct engine *engine);

#endif
