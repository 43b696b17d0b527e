/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the local daemons over libqb IPC; every wait is bounded. Errors as view_no_answer() knows.
 */
#ifndef TRIREME_CONSOLE_IPC_IO_H
#define TRIREME_CONSOLE_IPC_IO_H

#include "console/view.h"

#define IPC_WAIT_MS 1000 /* for one answer */
#define IPC_ALL_MS 5000	 /* for the answers about all services, or data sources */
/* The agent answers a switch-over when it is completed or has failed, after 3 s at most. */
#define IPC_SWITCHOVER_MS 5000

/* 0 or -errno. */
int ipc_agent_status(struct agent_status *ret_status);

/*
 * Asks the agent to give the group to another router; group "" means the only one. 0: the agent
 * answered, and *ret_result says whether it has (header.error) and in which words.
 */
int ipc_switchover(const char *group, struct agent_result *ret_result);

/* Fills services and n_services of the view, which must be empty. */
int ipc_services(struct view *view);

/* Fills sources and n_sources of the view, which must be empty. */
int ipc_sources(struct view *view);

#endif
