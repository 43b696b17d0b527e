/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent's parts together, and the execution of what the decision says. */
#ifndef TRIREME_AGENT_ACT_IO_H
#define TRIREME_AGENT_ACT_IO_H

#include "agent/address_io.h"
#include "agent/announce.h"
#include "agent/decide.h"
#include "agent/fence_io.h"
#include "agent/gate_io.h"
#include "agent/health_io.h"
#include "agent/ipc_io.h"
#include "agent/link_io.h"
#include "agent/outbox_io.h"
#include "agent/record_io.h"
#include "agent/resource_io.h"
#include "agent/vote_io.h"
#include "base/corosync_io.h"
#include "base/turn_io.h"
#include "schema/daemon_io.h"

struct agent {
	struct daemon daemon;
	struct config *config;
	uint64_t started, incarnation;
	struct decide_state state;
	struct decide_actions actions;
	struct cpg_io cpg;
	struct outbox outbox;
	struct quorum_io quorum;
	struct address_io addresses;
	struct link_io link;
	bool watching; /* link is open */
	struct ipc_io ipc;
	struct gate_io gate;
	const char *bpf_folder;
	struct fence_io fence;
	const char *fence_socket;
	struct resource_io resource;
	const char *resource_socket;
	bool has_resources;
	uint64_t helpers_again; /* when they, if they are needed and not there, are looked for */
	uint64_t gate_again;	/* when ports without one are asked again */
	struct vote_io vote;
	struct turn_io turn;
	struct health_io health;
	const char *engine_file;
	struct record_io record;
	int announce_fd, timer_fd;
	struct announce_schedule announce[DECIDE_GROUPS_MAX];
	int probe_fd;  /* -1: without a gate nothing is claimed */
	int probe6_fd; /* -1: no IPv6 address floats */
	struct probe_schedule probe[DECIDE_GROUPS_MAX];
	struct corosync_io corosync;
	bool connected;
	uint64_t leave_by; /* UINT64_MAX: not leaving */
	bool again;	   /* start anew with the configuration as it is now */
	int failed;	   /* -errno: aliases are left behind; the next life begins with them */
};

/* Once, after the log is open and before act(). */
void act_prepare(void);

/*
 * After every event: executes the actions it caused, in order, then logs, then arms the timer for
 * the next deadline. Ends the loop when the agent is leaving and holds nothing any more.
 */
void act(struct agent *a);

/* Sends the announcements that are due. */
void act_announce(struct agent *a, uint64_t now);

/* Tells the decision what was said on the ports about floating addresses; act() is still to come.
 */
void act_hear(struct agent *a);

/* Sends the probes that are due, or tells the decision that they have ended. */
void act_probe(struct agent *a, uint64_t now);

/*
 * The gate gets the configuration; leases of the agent's former life that still run are adopted,
 * other aliases removed. node: who this is, NULL: not known.
 */
int act_on_former_life(struct agent *a, const struct config_node *node);

/*
 * Helpers that are needed, and not there yet or not any more, are looked for, and the one that runs
 * resources hears what is owned.
 */
void act_meet_helpers(struct agent *a);

/* Whether this node is to own nothing; one that is not in the configuration does so anyway. */
void act_follow_standby(struct agent *a, const struct config *config);

/*
 * Devices may change under a running agent, and whether there are resources; the former devices end
 * with `config`.
 */
void act_follow_helpers(struct agent *a, struct config *config);

#endif
