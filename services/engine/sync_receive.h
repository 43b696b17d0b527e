/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What another router tells: which of its messages are here, which have to be sent once more, and
 * its connections in this router's tables. Pure; times are CLOCK_BOOTTIME, ns.
 *
 * Messages are taken in the order in which they were sent (sync.h): one that comes late counts as
 * lost and is asked for, so that an old state never takes a newer one's place.
 */
#ifndef TRIREME_ENGINE_SYNC_RECEIVE_H
#define TRIREME_ENGINE_SYNC_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/forward.h"
#include "engine/forward_place.h"
#include "engine/sync_send.h"
#include "engine/sync_wire.h"
#include "proto/gate_lease.h"

/* Messages from the first that is missing on; what is beyond is not remembered by its sender. */
#define SYNC_WINDOW SYNC_HISTORY
#define SYNC_ASK_AFTER_NS 20000000ULL /* and again */
#define SYNC_FORMER_NS 1000000000ULL  /* so long a former owner's last word is waited for */
#define SYNC_ASK_TRIES 10	      /* then all is asked for */

struct sync_receive_figures {
	uint64_t records, messages;
	uint64_t missed;   /* messages that did not come with the first try */
	uint64_t given_up; /* times that too many were missing: all was asked for */
	uint64_t stale;	   /* records of an ownership that is over */
	uint64_t unknown;  /* records of what is not configured here */
	uint64_t full;	   /* records that the table had no place for, or whose port is another's */
};

/* Of one router's stream. */
struct sync_receive {
	bool begun;			 /* its sequence is known */
	uint64_t from, ack;		 /* all of these are here, ack excluded */
	uint64_t seen;			 /* above all that is here or is known to have been sent */
	uint64_t here[SYNC_WINDOW / 64]; /* of those behind ack, a bit each */
	uint64_t full_first, full_end;	 /* its last full transfer, as it says */
	uint64_t asked;			 /* when; 0: nothing is missing */
	unsigned int tries;
	bool news; /* a former owner has told something that was not known here */
	/* The last message of which something could not be taken, but for its port; 0: none. */
	uint64_t lacked;
	struct sync_receive_figures figures;
};

/* Where the records go. */
struct sync_tables {
	const struct forward_tables *tables;
	const struct forward_place *place;
	const struct gate_lease *leases; /* GATE_GROUPS_MAX */
	/* The newest ownership that was heard of: of the group of that key, by its number here. */
	struct sync_epoch {
		uint64_t key, epoch;
		uint64_t former, since; /* the one before, and when (ns) it was over */
	} epochs[GATE_GROUPS_MAX];
};

/* Of what is configured here: what a flow may name. */
struct sync_usable {
	uint64_t reals[FWD_REALS_MAX / 64], instances[FWD_INSTANCES_MAX / 64];
	uint64_t keys[GATE_GROUPS_MAX]; /* of groups */
};

/* Looks. True: something is there that was not, so that flows may be taken that were not. */
bool sync_usable_see(struct sync_usable *usable, const struct forward_tables *tables,
		     const struct gate_lease *leases);

/* Another stream begins; figures stay. */
void sync_receive_begin(struct sync_receive *receive);

void sync_receive_hello(struct sync_receive *receive, const struct sync_hello *hello, uint64_t now);
void sync_receive_data(struct sync_receive *receive, struct sync_tables *tables,
		       const struct sync_data *data, uint64_t now);

/* All is wanted once more. */
void sync_receive_renew(struct sync_receive *receive);

/* Whether something of the last full transfer or since could not be taken, but for its port. */
bool sync_receive_lacks(const struct sync_receive *receive);

/* All connections that the other one has said it has. */
bool sync_receive_is_complete(const struct sync_receive *receive);

/* When to ask next; UINT64_MAX: nothing is missing. */
uint64_t sync_receive_due(const struct sync_receive *receive);

/* What to ask for now; false: nothing, or not yet. */
bool sync_receive_ask(struct sync_receive *receive, uint64_t now, struct sync_ask *ret_ask);

#endif
