/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the console and the `trireme` command show: one picture of this machine, gathered before. */
#ifndef TRIREME_CONSOLE_VIEW_H
#define TRIREME_CONSOLE_VIEW_H

#include <stdbool.h>

#include "base/text.h"
#include "proto/agent_ipc.h"
#include "proto/engine_ipc.h"
#include "proto/health_ipc.h"
#include "proto/state_words.h"
#include "schema/config.h"

#define VIEW_PROBLEM_MAX 2048

/* A virtual service as the engine reports it; addresses in network byte order. */
struct view_service {
	char name[ENGINE_NAME_MAX];
	struct engine_inet address;   /* none: a firewall mark */
	uint16_t port;		      /* 0: several, or a firewall mark */
	uint8_t protocol;	      /* IPPROTO_TCP, … */
	char ports[ENGINE_PORTS_MAX]; /* all of them, in words */
	bool applied;
	char scheduler[16], method[8];
	uint8_t datapath; /* enum engine_datapath */
	char datapath_reason[ENGINE_DATAPATH_REASON_MAX];
	struct engine_real_status *reals; /* n_reals of them */
	size_t n_reals;
};

/* The data path of XDP, as a whole. */
struct view_datapath {
	bool there;
	uint64_t flows, templates, room, half_open, half_open_max, memory;
};

#define VIEW_ROUTERS_MAX 16

/* Another router, and connections. */
struct view_router {
	char name[CONFIG_NAME_MAX];
	bool present, complete; /* it has all connections of this machine */
	uint64_t lag_ms, missed;
};

struct view {
	char host_name[65];
	char version[64];		/* of the firmware; empty: unknown */
	const struct config *config;	/* in use, or NULL; not owned */
	char problem[VIEW_PROBLEM_MAX]; /* what trireme-config said at boot, in lines; may be empty
					 */
	bool password_set;
	int agent_error; /* 0: agent is filled in; else -errno of asking it */
	struct agent_status agent;
	int engine_error;
	uint64_t taken_ms; /* when the daemons were asked, since the machine was started */
	struct view_datapath datapath;
	struct view_router routers[VIEW_ROUTERS_MAX]; /* n_routers of them */
	size_t n_routers;
	struct view_service *services; /* n_services of them */
	size_t n_services;
	int health_error;
	struct health_source_status *sources; /* n_sources of them */
	size_t n_sources;
};

/* Empties it and frees what it owns. */
void view_clear(struct view *view);

/* This machine's entry of the agent's status or NULL. */
const struct agent_status_node *view_this_node(const struct agent_status *agent);

/* This machine is a router without a quorum: an operator may let it go on alone. */
bool view_may_force(const struct view *view);

/* Real servers of the service that are up or not checked, and that take connections. */
size_t view_reals_up(const struct view_service *service);

/*
 * This machine does what it is there for: quorum, a settled role in every group (one that cannot
 * own is settled too) and, on a router, every service in the kernel with real servers that were
 * checked once. If not, why gets one sentence.
 */
bool view_ready(const struct view *view, struct text *why);

#endif
