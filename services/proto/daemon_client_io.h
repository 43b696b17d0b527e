/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking agent, engine, health checker and the helper for resources over libqb IPC; every wait is
 * bounded. Errors as word_no_answer() knows them; texts of the answers end, and are printable
 * ASCII. For threads.
 */
#ifndef TRIREME_PROTO_DAEMON_CLIENT_IO_H
#define TRIREME_PROTO_DAEMON_CLIENT_IO_H

#include "proto/agent_ipc.h"
#include "proto/engine_ipc.h"
#include "proto/health_ipc.h"
#include "proto/resource_ipc.h"

#define DAEMON_WAIT_MS 1000 /* for one answer */
#define DAEMON_ALL_MS 5000  /* for the answers about all services, or data sources */
/* The agent answers a command when it is completed or has failed, after 3 s at most. */
#define DAEMON_COMMAND_MS 5000

/* 0 or -errno. */
int daemon_agent_status(struct agent_status *ret_status);

/*
 * Asks the agent to give the group to another router; group "" means the only one. 0: the agent
 * answered, and *ret_result says whether it has (header.error) and in which words.
 */
int daemon_switchover(const char *group, struct agent_result *ret_result);

/*
 * An operator's word that all other nodes are off: the agent goes on alone. As daemon_switchover().
 */
int daemon_force_quorum(struct agent_result *ret_result);

/*
 * What the engine says of each service, in the configuration's order; within all_ms. each: 0, or
 * -errno, which ends it.
 */
int daemon_services(int all_ms, int (*each)(void *data, const struct engine_service_status *status),
		    void *data);

/* The same of the health checker's data sources. */
int daemon_sources(int all_ms, int (*each)(void *data, const struct health_source_status *status),
		   void *data);

/* The same of the resources that follow a group, those of a group in its order. */
int daemon_resources(int all_ms, int (*each)(void *data, const struct resource_status *status),
		     void *data);

/* The data path of XDP as a whole; -ENODEV: there is none. */
int daemon_totals(struct engine_totals *ret_totals);

/* What routers tell each other of connections; -ENODEV: this one tells nobody. */
int daemon_sync(struct engine_sync_status *ret_status);

#endif
