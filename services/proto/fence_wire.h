/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the failover agent to the helper that fences, on one machine: datagrams of these sizes over
 * a SOCK_SEQPACKET connection (unix(7)) to FENCE_SOCKET, a verdict for each request, in any order.
 * Integers in host byte order, strings end with NUL. Another version or size is not answered: the
 * helper closes the connection. A request holds secrets: who has sent or read one wipes it.
 */
#ifndef TRIREME_PROTO_FENCE_WIRE_H
#define TRIREME_PROTO_FENCE_WIRE_H

#include <assert.h>
#include <stdint.h>

#define FENCE_SOCKET "/run/trireme/fence.sock"
#define FENCE_WIRE_VERSION 1
#define FENCE_NAME_MAX 33   /* 32 characters and NUL */
#define FENCE_VALUE_MAX 257 /* 256 characters and NUL */
#define FENCE_PARAMETERS_MAX 24
#define FENCE_TEXT_MAX 160

struct fence_parameter {
	char name[FENCE_NAME_MAX];
	char value[FENCE_VALUE_MAX];
	uint8_t secret; /* the value is never told to anybody but the agent */
	uint8_t pad[5];
};

struct fence_request {
	uint32_t version, number;
	uint32_t timeout_ms; /* for all that is done */
	uint8_t reboot;	     /* off and on again; 0: off */
	uint8_t verify;	     /* after off, the agent must say that the node is */
	uint8_t n_parameters;
	uint8_t pad[2];
	char node[FENCE_NAME_MAX];
	char agent[FENCE_NAME_MAX]; /* a program's name: fence_ipmilan */
	uint8_t pad2;
	struct fence_parameter parameters[FENCE_PARAMETERS_MAX];
};

struct fence_verdict {
	uint32_t version, number;
	int32_t result;		   /* 0: the node was off after the request came; else -errno */
	char text[FENCE_TEXT_MAX]; /* why not, in words */
};

static_assert(sizeof(struct fence_parameter) == 296, "no hidden padding");
static_assert(sizeof(struct fence_request) == 84 + FENCE_PARAMETERS_MAX * 296, "no hidden padding");
static_assert(sizeof(struct fence_verdict) == 172, "no hidden padding");

#endif
