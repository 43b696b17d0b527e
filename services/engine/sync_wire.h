/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What routers tell each other of their connections, before it is sealed (sync_crypt_io.h).
 * Integers little-endian, addresses and ports as on the network. Every message fits one datagram:
 *
 *   version, kind, number of elements (8, 8, 16 bits), then
 *   hello: challenge, echo, heard, next, full_first, full_end, from, ack (64 bits each), flags (8)
 *   data:  sequence, group, epoch (64 bits each), records
 *   ask:   sequences (64 bits each)
 *
 * A record names things by what they are on every router, never by a router's own numbers.
 */
#ifndef TRIREME_ENGINE_SYNC_WIRE_H
#define TRIREME_ENGINE_SYNC_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/bpf/forward.h"

#define SYNC_PORT 5411 /* UDP, on eth1 */
#define SYNC_WIRE_VERSION 3
#define SYNC_DATAGRAM_MAX 1400 /* bytes of UDP */
#define SYNC_SEAL_SIZE 44      /* of these, header and tag */
#define SYNC_PLAIN_MAX (SYNC_DATAGRAM_MAX - SYNC_SEAL_SIZE)
#define SYNC_DATA_SIZE 28 /* a data message without records */
#define SYNC_RECORD4_SIZE 26
#define SYNC_RECORD6_SIZE 62
#define SYNC_RECORDS_MAX ((SYNC_PLAIN_MAX - SYNC_DATA_SIZE) / SYNC_RECORD4_SIZE)
#define SYNC_ASK_MAX 64
#define SYNC_AGE_MAX_MS (32U * 86400 * 1000) /* longer than any timeout */

enum sync_kind {
	SYNC_HELLO = 1, /* I am here, and so far I have come: once a second, and when asked for */
	SYNC_DATA,
	SYNC_ASK, /* send these once more */
};

struct sync_hello {
	uint64_t challenge; /* whoever starts a new stream has to say it: it is not an old one */
	uint64_t echo;	    /* the receiver's last one */
	uint64_t heard;	    /* the receiver's stream that is listened to; 0: none yet */
	uint64_t next;	    /* sequence of the next data message */
	uint64_t full_first, full_end; /* what the last full transfer is in; end 0: it goes on */
	uint64_t from, ack; /* of the receiver's messages: all of these are here, ack excluded */
	bool lacks;	    /* some of what is in them could not be taken */
	bool backup;	    /* IPVS here takes connections of other routers' (ipvs_sync.h) */
};

struct sync_record {
	uint8_t family;	  /* 4, 6 */
	uint8_t state;	  /* enum fwd_state; FWD_PERSISTENT: a template */
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP; of a template 0 */
	uint32_t age_ms;  /* since the last packet */
	__be32 client[4], real[4];
	__be16 client_port;
	__be16 real_port;  /* 0: the virtual one */
	__be32 virtual[4]; /* of a template 0, as its port */
	__be16 virtual_port;
	uint64_t service; /* of a template: hash of the service's name (fwd_service); else 0 */
	/* Under full NAT: whom `client` and its port stand for; else false, 0. */
	bool full_nat;
	__be32 inside[4];
	__be16 inside_port;
};

struct sync_data {
	uint64_t sequence;
	uint64_t group; /* agent_wire_key() of its name */
	uint64_t epoch; /* of its ownership */
	size_t n;
	struct sync_record records[SYNC_RECORDS_MAX];
};

struct sync_ask {
	size_t n;
	uint64_t sequences[SYNC_ASK_MAX];
};

struct sync_message {
	enum sync_kind kind;
	union {
		struct sync_hello hello;
		struct sync_data data;
		struct sync_ask ask;
	};
};

/* Into SYNC_PLAIN_MAX bytes; returns the size. */
size_t sync_wire_hello(const struct sync_hello *hello, uint8_t *bytes);
size_t sync_wire_ask(const struct sync_ask *ask, uint8_t *bytes);

/* A data message that grows. */
struct sync_batch {
	uint8_t bytes[SYNC_PLAIN_MAX];
	size_t size, n;
};

/* Empties it. */
void sync_wire_begin(struct sync_batch *batch);
/* false: there is no room for it any more. */
bool sync_wire_add(struct sync_batch *batch, const struct sync_record *record);
/* Writes the header of the message that the batch is then. */
void sync_wire_end(struct sync_batch *batch, uint64_t sequence, uint64_t group, uint64_t epoch);

/* Every field is checked. -EPROTO: of another version; -EBADMSG: it is none. */
int sync_wire_parse(const void *bytes, size_t size, struct sync_message *ret_message);

#endif
