/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this router tells the others: connections and templates of the groups that it owns.
 *
 * - Events of the data path say which flows are new or have changed. The flow is read when it is
 *   sent, so that many changes are one record. An overrun ring loses events: then all is sent.
 * - A full transfer goes through the tables once. It begins when a router has not got all, when a
 *   group becomes owned, and after an overrun.
 * - A slow pass tells of flows that are in use but do not change, so that they do not age out on
 *   the others.
 *
 * All go as data messages in one sequence, the same to every router. Which flows a message was of
 * is remembered for SYNC_HISTORY messages: one that got lost is made again, with what the flows are
 * by then. A token bucket bounds bytes per second; while it is empty, events wait in the rings.
 * Pure; times are CLOCK_BOOTTIME, ns.
 */
#ifndef TRIREME_ENGINE_SYNC_SEND_H
#define TRIREME_ENGINE_SYNC_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/forward.h"
#include "engine/sync_wire.h"
#include "proto/gate_lease.h"

#define SYNC_HISTORY 1024	    /* messages */
#define SYNC_RECENT 1024	    /* flows that were sent in the same turn */
#define SYNC_RATE (8ULL << 20)	    /* bytes/s of UDP to all others together */
#define SYNC_BURST (SYNC_RATE / 40) /* bytes at once: less than the socket takes */
#define SYNC_TURN_NS 20000000ULL    /* from one turn to the next while there is something to do */
#define SYNC_TURN_LINES 16384	    /* lines of the tables that one turn looks at, at most */
#define SYNC_TURN_EVENTS FWD_EVENTS /* of one CPU's ring */
#define SYNC_REFRESH_MIN_NS 10000000000ULL

struct sync_send_figures {
	uint64_t records, messages, bytes; /* bytes of plain text, to each router once */
	uint64_t events, overruns;	   /* overruns: rings that had lost events */
	uint64_t fulls;			   /* transfers begun */
	uint64_t repeated;		   /* messages made again */
	uint64_t forgotten; /* that were asked for and were not remembered any more */
	uint64_t refused;   /* by the socket */
};

struct sync_sent {
	uint64_t sequence;   /* 0: none */
	uint64_t at;	     /* when, ns */
	uint64_t key, epoch; /* of its group, by then */
	uint32_t numbers[SYNC_RECORDS_MAX];
	uint8_t n;
	uint8_t group;
};

/* A message that is being filled, of one group. */
struct sync_open {
	struct sync_batch batch;
	uint32_t numbers[SYNC_RECORDS_MAX];
};

/* Hands a message to every router that listens; false: none of it could be sent. */
typedef bool sync_send_emit(void *data, const uint8_t *bytes, size_t size);

struct sync_send {
	const struct forward_tables *tables;
	const struct gate_lease *leases; /* GATE_GROUPS_MAX */
	sync_send_emit *emit;
	void *data;
	uint64_t *tails; /* of the rings: n_cpus */
	uint64_t next;	 /* sequence */
	/* Of the groups that are owned, or were until this turn; 0: it is not. */
	uint64_t epochs[GATE_GROUPS_MAX];
	struct sync_open open[GATE_GROUPS_MAX];
	struct sync_sent *history; /* SYNC_HISTORY */
	struct {
		uint32_t number, what;
		uint64_t turn;
	} recent[SYNC_RECENT];
	uint64_t turn;
	struct {
		bool wanted, running;
		uint64_t first, end; /* sequences; end 0: none has ended yet */
		uint32_t line;	     /* of IPv4 and then of IPv6 */
	} full;
	struct {
		uint64_t period, began, former; /* ns: when this pass and the one before began */
		uint64_t looked;		/* when lines were last looked at */
		uint32_t line;
	} refresh;
	uint8_t groups[FWD_SERVICES_MAX]; /* of services, for templates */
	uint64_t groups_at;		  /* when they were found; 0: never */
	uint64_t listeners; /* routers that a message is for: the bucket counts each */
	int64_t tokens;	    /* bytes; below 0 nothing goes */
	uint64_t filled;    /* when */
	struct sync_send_figures figures;
};

/* All others of *send are 0 before. -ENOMEM. */
int sync_send_make(struct sync_send *send, const struct forward_tables *tables,
		   const struct gate_lease *leases, sync_send_emit *emit, void *data, uint64_t now);
void sync_send_clear(struct sync_send *send);

/* Flows in use are told of again in this time: less than half of the shortest timeout. */
void sync_send_refresh_period(struct sync_send *send, uint64_t period);

/* Nobody listened until now: what the rings have is in no message, and all has to be sent. */
void sync_send_begin(struct sync_send *send, uint64_t now);

/* A router has everything from that sequence on, and no full transfer within. */
void sync_send_wanted(struct sync_send *send, uint64_t from);

/* One turn, with somebody listening. True: the next one is due in SYNC_TURN_NS. */
bool sync_send_turn(struct sync_send *send, uint64_t now);

/* Makes a message again that got lost, as far as the bucket allows. */
void sync_send_again(struct sync_send *send, uint64_t sequence, uint64_t now);

/* Since when a router that has all before `ack` waits for more, ns; 0: it has everything. */
uint64_t sync_send_lag(const struct sync_send *send, uint64_t ack, uint64_t now);

/* All that was to be sent is: no full transfer is running or due. */
bool sync_send_is_whole(const struct sync_send *send);

/* Bytes that others than sync_send() have sent. */
void sync_send_spend(struct sync_send *send, size_t size);

#endif
