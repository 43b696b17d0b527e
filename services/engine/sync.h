/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routers tell each other of their connections, so that these go on when a group moves. Each router
 * sends to all others; here is what one of them knows of them, and when it says what. Pure; times
 * are CLOCK_BOOTTIME, ns.
 *
 * A start of an engine is a stream: a random number, under which its messages are sealed and
 * counted (sync_crypt_io.h). Of a stream that is listened to, only a higher counter is taken: so
 * nothing is heard twice. A new one is taken when its hello has the challenge that this router has
 * for that one, which is another one every time: so nothing of a former stream is heard again.
 */
#ifndef TRIREME_ENGINE_SYNC_H
#define TRIREME_ENGINE_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/sync_receive.h"
#include "engine/sync_send.h"
#include "schema/config.h"

#define SYNC_PEERS_MAX (CONFIG_NODES_MAX - 1)

#define SYNC_HELLO_NS 1000000000ULL	   /* at least so often */
#define SYNC_TOLD_NS 100000000ULL	   /* at most so often what has changed */
#define SYNC_SILENT_NS 3500000000ULL	   /* then it is not there */
#define SYNC_LINGER_NS 500000000ULL	   /* after the last event it is looked for often */
#define SYNC_SYNCHRONISED_NS 1000000000ULL /* the others are behind by less */

struct sync_peer {
	uint8_t node;		  /* id */
	uint64_t stream, counter; /* that is listened to; 0: none */
	uint64_t challenge, echo; /* ours for it, and its last one for us */
	uint64_t heard_at;	  /* 0: never */
	bool listens;		  /* to our stream, as it has said; and it is there */
	uint64_t from, ack;	  /* of our messages, as it has said */
	bool lacks;		  /* the same */
	uint64_t backup_since;	  /* its IPVS takes connections, as it has said; 0: not */
	uint64_t hello_at;	  /* when we have said ours; 0: never */
	bool hello_now;
	uint64_t told_ack, told_next; /* what was in it */
	struct sync_receive receive;
};

struct sync_figures {
	struct sync_send_figures send;
	uint64_t malformed; /* authentic, and not understood */
	uint64_t late;	    /* overtaken or repeated on the way */
	uint64_t strange;   /* of a stream that is not listened to */
};

/* Of one other router, for people. */
struct sync_peer_state {
	uint8_t node;
	bool present;	 /* it is there and listens */
	bool complete;	 /* it has all connections of this one, but for the last */
	bool whole;	 /* this one has all of its */
	uint64_t lag_ns; /* the oldest that it does not have yet */
	struct sync_receive_figures receive;
};

struct sync_io_calls {
	/* false: the socket takes no more. */
	bool (*send)(void *data, size_t peer, const uint8_t *bytes, size_t size);
	uint64_t (*random)(void *data);
	void *data;
};

struct sync {
	struct sync_io_calls calls;
	uint64_t stream;
	bool backup; /* the kernel's IPVS takes connections of the others (ipvs_sync.h) */
	struct sync_send send;
	struct sync_tables tables;
	struct sync_usable usable;
	struct sync_peer peers[SYNC_PEERS_MAX];
	size_t n_peers;
	uint64_t turned, busy_until; /* the last turn; events are looked for often */
	uint64_t malformed, late, strange;
};

/* tables, place and leases stay valid. stream: random, not 0. -ENOMEM. */
int sync_make(struct sync *sync, const struct forward_tables *tables,
	      const struct forward_place *place, const struct gate_lease *leases, uint64_t stream,
	      const struct sync_io_calls *calls, uint64_t now);
void sync_clear(struct sync *sync);

/* The other routers, by id; what is known of one that stays is kept. */
void sync_set_peers(struct sync *sync, const uint8_t *nodes, size_t n_nodes);

/* Another key: nothing that was heard is of any use. stream: as in sync_make(). */
void sync_restart(struct sync *sync, uint64_t stream);

/* The tables may be others: what is new in them, others may have told of before. */
void sync_look(struct sync *sync);

/* Whether IPVS here takes connections of other routers; they are told at once when it is new. */
void sync_set_backup(struct sync *sync, bool backup);

/* An authentic message of the peer of that index. */
void sync_heard(struct sync *sync, size_t peer, uint64_t stream, uint64_t counter,
		const void *bytes, size_t size, uint64_t now);

/* Does what is due; what sync_heard() has made due, too. */
void sync_turn(struct sync *sync, uint64_t now);
uint64_t sync_due(const struct sync *sync);

/* Events are looked for now: a lease has ended, say. */
void sync_hurry(struct sync *sync, uint64_t now);

/*
 * Every other router is there and has the connections of this one. With none in the configuration
 * false.
 */
bool sync_is_synchronised(const struct sync *sync, uint64_t now);

/*
 * Every other router is there, and its IPVS has taken connections for at least that time (ns)
 * without a break. With none in the configuration false.
 */
bool sync_backups_ran(const struct sync *sync, uint64_t duration, uint64_t now);

void sync_read(const struct sync *sync, size_t peer, uint64_t now,
	       struct sync_peer_state *ret_state);
struct sync_figures sync_figures(const struct sync *sync);

#endif
