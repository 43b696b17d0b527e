/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which services the data path of XDP serves, which are IPVS's alone, and why.
 *
 * IPVS has all services: it takes what XDP passes up. A service is IPVS's alone when the
 * configuration says so or it has what XDP has not (schema/datapath.h); when a port that it needs
 * has no XDP; and when it shares a real server's address and port with one that is IPVS's, since
 * answers from there have to be told apart in one place.
 */
#ifndef TRIREME_ENGINE_STEER_H
#define TRIREME_ENGINE_STEER_H

#include <stdbool.h>

#include "proto/engine_ipc.h"
#include "schema/config.h"

#define STEER_WHY_MAX 160

/* How the program is attached to a port. */
enum steer_mode {
	STEER_NONE,
	STEER_GENERIC,
	STEER_NATIVE,
};

struct steer_port {
	char name[CONFIG_PORT_NAME_MAX]; /* a card's or a bond's: VLANs are served below them */
	enum steer_mode mode;
	char why[STEER_WHY_MAX]; /* not native: "1 queue for 4 processors" */
};

/* What is known of the kernel. */
struct steer_facts {
	const char *broken; /* why there are no programs or maps; NULL: they are there */
	struct steer_port ports[CONFIG_PORTS_MAX];
	size_t n_ports;
	/* Of each service, why the tables cannot take it, NULL: they can. NULL: they take all. */
	const char *const *refused;
};

struct steer_verdict {
	bool xdp;				 /* or IPVS alone */
	char reason[ENGINE_DATAPATH_REASON_MAX]; /* in words; not empty */
};

/*
 * A verdict for each service, in the configuration's order, into ret_verdicts (config->n_services
 * of them). node: this one, part of config. -ENOMEM.
 */
int steer_make(const struct config *config, const struct config_node *node,
	       const struct steer_facts *facts, struct steer_verdict *ret_verdicts);

#endif
