/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local protocol of the helper that runs resources, over libqb IPC under the name
 * RESOURCE_IPC_NAME: one request, one response. Integers in host byte order, strings end with NUL.
 */
#ifndef TRIREME_PROTO_RESOURCE_IPC_H
#define TRIREME_PROTO_RESOURCE_IPC_H

#include <assert.h>
#include <stdint.h>
#include <qb/qbipcc.h>

#define RESOURCE_IPC_NAME "trireme-resource"
#define RESOURCE_IPC_VERSION 1
#define RESOURCE_IPC_MAX 8192 /* bytes of the largest message */

#define RESOURCE_NAME_MAX 33
#define RESOURCE_AGENT_MAX 66 /* PROVIDER:TYPE */
#define RESOURCE_WORDS_MAX 160
#define RESOURCE_STATUS_MAX 128 /* resources of all groups */

enum resource_ipc_id {
	RESOURCE_IPC_STATUS = 1, /* the state of the resource of that index */
};

enum resource_state {
	RESOURCE_STOPPED,
	RESOURCE_STARTING,
	RESOURCE_RUNNING,
	RESOURCE_STOPPING,
	RESOURCE_FAILED, /* the words say how; it is tried again */
};

struct resource_request {
	struct qb_ipc_request_header header;
	uint32_t version;
	uint32_t index; /* 0, 1, … until -ENOENT */
} __attribute__((aligned(8)));

struct resource_status {
	struct qb_ipc_response_header header; /* error: 0, -ENOENT: no such index, or -errno */
	uint32_t version;
	uint8_t state; /* enum resource_state */
	uint8_t pad[3];
	uint64_t for_ms; /* how long it has been so */
	char group[RESOURCE_NAME_MAX];
	char name[RESOURCE_NAME_MAX];
	char agent[RESOURCE_AGENT_MAX];
	char words[RESOURCE_WORDS_MAX]; /* of what failed last, if it has not succeeded since */
} __attribute__((aligned(8)));

static_assert(sizeof(struct resource_status) <= RESOURCE_IPC_MAX, "a status fits one message");

#endif
