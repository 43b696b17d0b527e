/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's daemons that tell other routers of IPVS's connections (net/netfilter/ipvs/
 * ip_vs_sync.c): which of them should run. The master tells, by multicast on eth1, of connections
 * whose packets pass here; the backup takes what others tell.
 *
 * Who owns a group is master; who does not own all of them is backup; with more than one group a
 * router may be both. Nothing runs on a witness, in a cluster without a second router, and while
 * the data path serves every service: it has a channel of its own (sync.h).
 *
 * When a group moves, both ends go on as they were for IPVS_SYNC_LINGER_NS: a master that is
 * stopped drops what it has gathered, and the next owner's backup has to be there to take it.
 */
#ifndef TRIREME_ENGINE_IPVS_SYNC_H
#define TRIREME_ENGINE_IPVS_SYNC_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/gate_lease.h"
#include "schema/config.h"

#define IPVS_SYNC_INTERFACE "eth1"
#define IPVS_SYNC_GROUP "224.0.0.81" /* the kernel's own, as the port */
#define IPVS_SYNC_PORT 8848	     /* UDP */
/* Bytes of a message. Not what each router's eth1 makes of it: a backup with less cuts it off. */
#define IPVS_SYNC_LENGTH 1400
#define IPVS_SYNC_HOPS 1

/* A connection whose packets pass is told again so often, whether or not it has changed. */
#define IPVS_SYNC_REFRESH_S 10
/* For so long the kernel gathers what it tells: IPVS_SYNC_FLUSH_TIME and IPVS_SYNC_CHECK_PERIOD. */
#define IPVS_SYNC_GATHERED_S 3
#define IPVS_SYNC_LINGER_NS ((IPVS_SYNC_GATHERED_S + 1) * 1000000000ULL)
/* A backup that has run for so long knows every connection that is in use. */
#define IPVS_SYNC_SETTLED_NS ((IPVS_SYNC_REFRESH_S + IPVS_SYNC_GATHERED_S) * 1000000000ULL)

/* One of them, as the kernel has it or as it should be. */
struct ipvs_daemon {
	bool runs; /* else the rest means nothing */
	char interface[IFNAMSIZ];
	uint32_t sync_id; /* what others say under another one is not taken */
	uint32_t group;	  /* network byte order */
	uint16_t length, port;
	uint8_t hops;
};

struct ipvs_daemons {
	struct ipvs_daemon master, backup;
};

/* Both stopped, or both the same. */
bool ipvs_daemon_equal(const struct ipvs_daemon *a, const struct ipvs_daemon *b);

/* A daemon that was needed a moment ago is needed still. */
struct ipvs_sync_need {
	bool needed;
	uint64_t until; /* ns */
};

/* What is kept from one decision to the next; zero at first. */
struct ipvs_sync {
	struct ipvs_sync_need master, backup;
	uint64_t master_since; /* as far as is known; 0: there is none */
};

struct ipvs_sync_scene {
	const struct config *config;
	const struct config_node *node;	 /* this one, part of config */
	const struct gate_lease *leases; /* GATE_GROUPS_MAX of them; NULL: they cannot be seen */
	bool served;			 /* some service is IPVS's alone (steer.h) */
};

/*
 * Which daemons should run at this instant of CLOCK_BOOTTIME. Where the leases cannot be seen both
 * do: the master has nothing to tell as long as no packets come.
 */
void ipvs_sync_decide(struct ipvs_sync *sync, const struct ipvs_sync_scene *scene, uint64_t now,
		      struct ipvs_daemons *ret_wanted);

/*
 * What the master is after a comparison. fresh: it was started in it. One that was found running
 * may have been away meanwhile: it counts from when it was seen first.
 */
void ipvs_sync_note_master(struct ipvs_sync *sync, bool runs, bool fresh, uint64_t now);

/* The master has told of all that is in use; or there is none, for this router owns nothing. */
bool ipvs_sync_is_settled(const struct ipvs_sync *sync, uint64_t now);

/* 1…255, of the cluster's name: two clusters on one wire most likely differ. */
uint32_t ipvs_sync_id(const char *cluster_name);

#endif
