/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local protocol of the health checker, over libqb IPC under the name HEALTH_IPC_NAME: one
 * request, one response. The console reads the data sources; real servers are the engine's
 * (engine_ipc.h). Integers in host byte order, strings end with NUL; addresses in network byte
 * order.
 */
#ifndef TRIREME_PROTO_HEALTH_IPC_H
#define TRIREME_PROTO_HEALTH_IPC_H

#include <assert.h>
#include <stdint.h>
#include <qb/qbipcc.h>

#define HEALTH_IPC_NAME "trireme-health"
#define HEALTH_IPC_VERSION 1
#define HEALTH_IPC_MAX 8192 /* bytes of the largest message */

#define HEALTH_NAME_MAX 33
#define HEALTH_REASON_MAX 96
#define HEALTH_SOURCES_MAX 64
#define HEALTH_CONSUMERS_MAX 64

enum health_ipc_id {
	HEALTH_IPC_SOURCE = 1, /* the state of the data source of that index */
};

enum health_source_state {
	HEALTH_SOURCE_UNKNOWN, /* not checked often enough yet */
	HEALTH_SOURCE_UP,
	HEALTH_SOURCE_DOWN,
};

struct health_source_request {
	struct qb_ipc_request_header header;
	uint32_t version;
	uint32_t index; /* 0 … n_sources - 1 of the response */
} __attribute__((aligned(8)));

struct health_source_status {
	struct qb_ipc_response_header header; /* error: 0, -ENOENT: no such index, or -errno */
	uint32_t version;
	uint32_t n_sources;
	uint32_t address;
	uint16_t port;
	uint8_t state; /* enum health_source_state */
	uint8_t pad;
	uint64_t for_ms; /* how long it has been so; 0: unknown */
	char name[HEALTH_NAME_MAX];
	char type[16];			/* nfs, smb, … as in the model */
	char reason[HEALTH_REASON_MAX]; /* of the last check, if that has failed */
	uint8_t pad2[3];
	uint32_t n_consumers;
	char consumers[HEALTH_CONSUMERS_MAX][HEALTH_NAME_MAX]; /* pools */
} __attribute__((aligned(8)));

static_assert(sizeof(struct health_source_status) <= HEALTH_IPC_MAX, "a status fits one message");

#endif
