/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local protocol of the failover agent, over libqb IPC (qb/qbipcs.h) under the name
 * AGENT_IPC_NAME: one request, one response of fixed size. Integers in host byte order (one
 * machine), strings end with NUL. A peer that sees another version refuses with -EPROTO.
 */
#ifndef TRIREME_PROTO_AGENT_IPC_H
#define TRIREME_PROTO_AGENT_IPC_H

#include <assert.h>
#include <stdint.h>
#include <qb/qbipcc.h>

#include "base/histogram.h"

#define AGENT_IPC_NAME "trireme-agent"
#define AGENT_IPC_VERSION 2
#define AGENT_IPC_MAX 65536 /* bytes of the largest message */

#define AGENT_NAME_MAX 33
#define AGENT_REASON_MAX 200
#define AGENT_NODES_MAX 16
#define AGENT_GROUPS_MAX 16

enum agent_ipc_id {
	AGENT_IPC_STATUS = 1,
	AGENT_IPC_SWITCHOVER, /* the group goes to the other fit router */
	AGENT_IPC_FORCE,      /* an operator's word that all other nodes are off */
};

enum agent_quorum {
	AGENT_QUORUM_UNKNOWN, /* no verdict for this ring yet */
	AGENT_QUORUM_NO,
	AGENT_QUORUM_YES,
	AGENT_QUORUM_FORCED, /* no: an operator has said that this node goes on alone */
};

/* What this node is for one group. */
enum agent_role {
	AGENT_ROLE_NONE,     /* witness: never owns */
	AGENT_ROLE_STARTING, /* no view yet */
	AGENT_ROLE_STANDBY,
	AGENT_ROLE_WAITING, /* about to claim: the guard runs */
	AGENT_ROLE_OWNER,
	AGENT_ROLE_RELEASING,
	AGENT_ROLE_UNFIT, /* cannot own: reason says why */
};

/* What a line of the agent's log is about; a number keeps its meaning. */
enum agent_subject {
	AGENT_SUBJECT_NOTE,
	AGENT_SUBJECT_TRANSITION, /* this node's role, the owner or the epoch is another one */
	AGENT_SUBJECT_CLAIM,	  /* this node asks for the group */
	AGENT_SUBJECT_FITNESS,	  /* this node can own the group, or cannot any more */
	AGENT_SUBJECT_VIEW,	  /* the members have agreed */
	AGENT_SUBJECT_QUORUM,	  /* a verdict */
	AGENT_SUBJECT_LAST = AGENT_SUBJECT_QUORUM,
};

struct agent_request {
	struct qb_ipc_request_header header; /* id: enum agent_ipc_id */
	uint32_t version;
	char group[AGENT_NAME_MAX]; /* SWITCHOVER; empty: the only group */
	uint8_t pad[7];
} __attribute__((aligned(8)));

struct agent_status_node {
	uint32_t id;
	uint8_t present; /* member of this node's view */
	uint8_t fit;	 /* could own */
	uint8_t witness;
	uint8_t standby; /* present, and stands by as its configuration says */
	char name[AGENT_NAME_MAX];
	char reason[AGENT_REASON_MAX]; /* why it is or is not the owner, over all groups */
	uint8_t pad2[7];
};

struct agent_status_group {
	char name[AGENT_NAME_MAX];
	uint8_t role; /* enum agent_role of this node */
	uint8_t pad[2];
	uint32_t owner; /* node id; 0: nobody known */
	uint64_t epoch;
	int64_t lease_left_ms;		/* of this node; ≤ 0: no lease */
	uint8_t roles[AGENT_NODES_MAX]; /* enum agent_role of each of the status' nodes */
	/* One sentence for each of the status' nodes: why it is or is not the owner. */
	char reasons[AGENT_NODES_MAX][AGENT_REASON_MAX];
};

struct agent_status {
	struct qb_ipc_response_header header; /* error: 0 or -errno */
	uint32_t version;
	uint32_t node_id;
	uint8_t quorum; /* enum agent_quorum */
	uint8_t pad[3];
	uint32_t n_nodes, n_groups;
	/* How long a lease runs; how long a claimant waits after what it last heard of one. */
	uint32_t lease_ms, guard_ms;
	uint8_t pad2[4];
	uint64_t ring_seq; /* of the membership the quorum verdict is for */
	struct agent_status_node nodes[AGENT_NODES_MAX];
	struct agent_status_group groups[AGENT_GROUPS_MAX];
	struct histogram echo, reform; /* A and R of services/agent/lease.c, of this node */
} __attribute__((aligned(8)));

struct agent_result {
	struct qb_ipc_response_header header; /* error: 0 or -errno */
	char message[256];		      /* one sentence for the operator */
} __attribute__((aligned(8)));

static_assert(sizeof(struct agent_status) <= AGENT_IPC_MAX, "status fits one message");
static_assert(sizeof(struct agent_status_node) == 248, "no hidden padding");
static_assert(sizeof(struct agent_status_group) == 72 + 3200, "no hidden padding");

#endif
