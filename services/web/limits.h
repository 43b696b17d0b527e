/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of the front one client can take: new connections by token buckets, of one address and
 * of all together, and how long a connection may stay in each of its phases. Times are of
 * CLOCK_BOOTTIME in ns. Pure.
 */
#ifndef TRIREME_WEB_LIMITS_H
#define TRIREME_WEB_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMITS_CONNECTIONS 256		 /* open at once */
#define LIMITS_CONNECTIONS_OF_ADDRESS 32 /* of one address */
#define LIMITS_RATE_OF_ADDRESS 40	 /* new ones a second, and as many at once: a TLS */
#define LIMITS_RATE 200			 /* handshake takes about a millisecond of a core */
#define LIMITS_RATE_OF_QUIET 40	  /* beyond these: of addresses that asked for none for a second */
#define LIMITS_BODIES (16u << 20) /* bytes of all bodies that are coming in */
#define LIMITS_BODIES_OF_ADDRESS (6u << 20)
#define LIMITS_BODY_OF_NOBODY 4096 /* bytes, of who shows no credential: to sign in with */

#define LIMITS_ADDRESSES 512

struct limits_bucket {
	uint32_t address; /* network byte order */
	uint32_t tokens;  /* thousandths of a connection */
	uint64_t at;	  /* when that was; 0: free */
};

/* Begins as {0}. */
struct limits {
	struct limits_bucket of_address[LIMITS_ADDRESSES];
	struct limits_bucket all, quiet;
};

/*
 * Whether a new connection from that address is taken now. One that is refused costs its address
 * as much: who floods cannot take the place that is kept for who does not.
 */
bool limits_admit(struct limits *limits, uint32_t address, uint64_t now);

enum phase {
	PHASE_FIRST,  /* from accept on, until the first request's header is there */
	PHASE_BODY,   /* until the whole body is there */
	PHASE_WORK,   /* until its answer is known: whoever works on it bounds that */
	PHASE_ANSWER, /* until the answer is taken */
	PHASE_IDLE,   /* until the next request's header is there */
	PHASE_STREAM, /* of events: as long as the client takes them */
};

/* When a connection that enters the phase now is closed; UINT64_MAX: not by time. */
uint64_t limits_due(enum phase phase, uint64_t now);

#endif
