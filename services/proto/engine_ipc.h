/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local protocol of the forwarding engine, over libqb IPC under the name ENGINE_IPC_NAME: one
 * request, one response. The health checker reports real servers, the console reads the state.
 * Integers in host byte order, strings end with NUL; addresses and counters as the kernel's IPVS
 * has them (linux/ip_vs.h): addresses in network byte order, ports in host byte order.
 */
#ifndef TRIREME_PROTO_ENGINE_IPC_H
#define TRIREME_PROTO_ENGINE_IPC_H

#include <assert.h>
#include <stdint.h>
#include <qb/qbipcc.h>

#define ENGINE_IPC_NAME "trireme-engine"
#define ENGINE_IPC_VERSION 3
#define ENGINE_IPC_MAX 65536 /* bytes of the largest message */

/* Forwarding never depends on the checker being alive: so long its first result is waited for. */
#define ENGINE_GRACE_NS 5000000000ULL

#define ENGINE_NAME_MAX 33
#define ENGINE_PORTS_MAX 192 /* of 16 ranges as "20-21,80" */
#define ENGINE_REASON_MAX 96
#define ENGINE_DATAPATH_REASON_MAX 256
#define ENGINE_REALS_PER_MESSAGE 256

enum engine_ipc_id {
	ENGINE_IPC_HEALTH = 1, /* a real server's state, from the health checker */
	ENGINE_IPC_SERVICE,    /* the state of the service of that index */
	ENGINE_IPC_JOINING,    /* a machine may join: root only */
	ENGINE_IPC_TOTALS,     /* the data path as a whole */
	ENGINE_IPC_SYNC,       /* what routers tell each other of connections */
};

/* What the health checker says of a real server. */
enum engine_health {
	ENGINE_HEALTH_UNKNOWN,
	ENGINE_HEALTH_UP,
	ENGINE_HEALTH_DOWN,
};

/* What the operator says of a real server. */
enum engine_admin {
	ENGINE_ADMIN_ENABLED,
	ENGINE_ADMIN_DRAIN,
	ENGINE_ADMIN_DISABLED,
};

/* What carries a service's packets; IPVS has it in any case, for what XDP passes up. */
enum engine_datapath {
	ENGINE_DATAPATH_IPVS,
	ENGINE_DATAPATH_XDP,
};

struct engine_health_request {
	struct qb_ipc_request_header header;
	uint32_t version;
	char service[ENGINE_NAME_MAX];
	char real[ENGINE_NAME_MAX];
	uint8_t state; /* enum engine_health */
	char reason[ENGINE_REASON_MAX];
	uint8_t pad;
} __attribute__((aligned(8)));

struct engine_service_request {
	struct qb_ipc_request_header header;
	uint32_t version;
	uint32_t index; /* 0 … n_services - 1 of the response */
} __attribute__((aligned(8)));

#define ENGINE_JOINING_PORT 5410 /* TCP */
#define ENGINE_JOINING_MAX 600	 /* seconds */

/*
 * The firewall lets the private subnet reach ENGINE_JOINING_PORT of this node's own address on eth1
 * for so many seconds, or until the connection that asks for it ends. Asked again, the time begins
 * anew. The answer is a header: 0; -EBUSY: another connection has asked; -EACCES: not root;
 * -ERANGE: more than ENGINE_JOINING_MAX, or 0; -ENODEV: the node has no eth1; else why the kernel
 * refused it.
 */
struct engine_joining_request {
	struct qb_ipc_request_header header;
	uint32_t version;
	uint32_t seconds;
} __attribute__((aligned(8)));

struct engine_inet {
	uint16_t family;   /* AF_INET, AF_INET6; 0: none */
	uint8_t bytes[16]; /* of AF_INET the first 4; the rest is 0 */
};

struct engine_real_status {
	char name[ENGINE_NAME_MAX];
	uint8_t health; /* enum engine_health */
	uint8_t in_use; /* stands in the kernel's table with a weight above 0 */
	uint8_t admin;	/* enum engine_admin */
	struct engine_inet address;
	uint16_t port;
	uint16_t weight;
	uint32_t active, inactive; /* connections */
	uint8_t pad2[4];
	/* Since the real server was added; of IPVS and the data path together. */
	uint64_t connections;
	uint64_t packets_in, packets_out;
	uint64_t bytes_in, bytes_out;
	char reason[ENGINE_REASON_MAX];
};

struct engine_service_status {
	struct qb_ipc_response_header header; /* error: 0, -ENOENT: no such index, or -errno */
	uint32_t version;
	uint32_t n_services;
	uint8_t applied;	      /* the kernel has what the configuration says */
	uint8_t protocol;	      /* IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP */
	uint16_t port;		      /* 0: several, or a firewall mark */
	struct engine_inet address;   /* none: a firewall mark */
	char ports[ENGINE_PORTS_MAX]; /* "20-21,80"; empty: a firewall mark */
	char name[ENGINE_NAME_MAX];
	char scheduler[16];
	char method[8]; /* nat, direct, tunnel */
	uint8_t pad[2];
	uint8_t datapath; /* enum engine_datapath */
	char datapath_reason[ENGINE_DATAPATH_REASON_MAX];
	uint32_t n_reals;
	struct engine_real_status reals[ENGINE_REALS_PER_MESSAGE];
} __attribute__((aligned(8)));

struct engine_totals_request {
	struct qb_ipc_request_header header;
	uint32_t version;
	uint32_t pad;
} __attribute__((aligned(8)));

#define ENGINE_REASONS_MAX 32
#define ENGINE_REASON_NAME_MAX 32
#define ENGINE_FAMILIES 2 /* IPv4, IPv6 */

/* Packets that were not simply forwarded: "drop-malformed", what that is, and how many. */
struct engine_reason_count {
	char name[ENGINE_REASON_NAME_MAX];
	char words[ENGINE_REASON_MAX];
	uint64_t packets;
};

/* The data path of XDP. */
struct engine_totals {
	struct qb_ipc_response_header header; /* error: 0; -ENODEV: there is none */
	uint32_t version;
	uint32_t half_open, half_open_max;
	/* When the table was last looked at, a few seconds ago at most. */
	uint32_t flows[ENGINE_FAMILIES];
	uint32_t templates[ENGINE_FAMILIES]; /* of persistence; they take room in the table, too */
	uint32_t room[ENGINE_FAMILIES];
	uint32_t n_reasons;
	uint64_t memory; /* bytes of all tables */
	/* Flows and templates whose time was over, or whose real server was gone: since the engine
	 * was started. */
	uint64_t expired, gone;
	struct engine_reason_count reasons[ENGINE_REASONS_MAX];
} __attribute__((aligned(8)));

#define ENGINE_PEERS_MAX 16

struct engine_sync_request {
	struct qb_ipc_request_header header;
	uint32_t version;
	uint32_t pad;
} __attribute__((aligned(8)));

/* Another router; numbers since the engine was started. */
struct engine_sync_peer {
	char name[ENGINE_NAME_MAX];
	uint8_t present;  /* it is there and listens */
	uint8_t complete; /* it has all connections of this one */
	uint8_t whole;	  /* this one has all of its */
	uint8_t pad[4];
	uint64_t lag_ns;	    /* how old the oldest is that it does not have */
	uint64_t records, messages; /* that it has told */
	uint64_t missed;	    /* messages that did not come at once */
	uint64_t stale;		    /* records of an ownership that was over */
	uint64_t unknown;	    /* records of what is not configured here */
	uint64_t full;		    /* records that the table had no room for */
	uint64_t wrong;		    /* datagrams under another key, or forged */
};

struct engine_sync_status {
	struct qb_ipc_response_header header; /* error: 0, -ENODEV: there is no such channel */
	uint32_t version;
	uint32_t n_peers;
	uint64_t records, messages, bytes; /* that this one has told */
	uint64_t overruns;		   /* times that events of the data path were lost */
	uint64_t fulls;			   /* times that all was told */
	uint64_t repeated;		   /* messages that others have asked for once more */
	uint64_t unsent;		   /* datagrams that the socket has not taken */
	uint64_t refused; /* datagrams from nobody who is known, or that are none */
	uint8_t synchronised;
	uint8_t pad[7];
	struct engine_sync_peer peers[ENGINE_PEERS_MAX];
} __attribute__((aligned(8)));

static_assert(sizeof(struct engine_sync_status) <= ENGINE_IPC_MAX, "it fits one message");
static_assert(sizeof(struct engine_totals) <= ENGINE_IPC_MAX, "totals fit one message");
static_assert(sizeof(struct engine_service_status) <= ENGINE_IPC_MAX, "status fits one message");
static_assert(sizeof(struct engine_real_status) % 8 == 0, "an array of them has no gaps");

#endif
