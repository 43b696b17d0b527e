/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the new machine does once the member's certificate was the code's: messages in, what is to
 * be done next out. Pure: times are nanoseconds of one clock that does not jump.
 */
#ifndef TRIREME_JOIN_MACHINE_H
#define TRIREME_JOIN_MACHINE_H

#include "join/protocol.h"

#define MACHINE_ANSWER_NS 15000000000ULL /* for HELLO and OFFER */
#define MACHINE_DATA_NS 60000000000ULL	 /* for each part; the commit is waited for as well */

enum machine_state {
	MACHINE_GREETING, /* HELLO is sent: waits for the member's */
	MACHINE_ASKING,	  /* the secret is sent: waits for OFFER */
	MACHINE_TAKING,	  /* waits for DATA and SENT */
	MACHINE_READY,	  /* READY is sent: waits for what the commit has made */
	MACHINE_OVER,
};

enum machine_act {
	MACHINE_NOTHING,
	MACHINE_SEND_SECRET,
	MACHINE_BEGIN, /* the offer is good: begin the bundle's file */
	MACHINE_STORE, /* the message's data go behind it */
	MACHINE_CHECK, /* look whether it can be taken, then READY or REFUSE; machine_checked() */
	MACHINE_TAKE,  /* take it, then DONE or REFUSE */
	MACHINE_SEND_WORDS, /* REFUSE with the words; it is over */
	MACHINE_FAIL,	    /* it is over; the words say why */
};

struct machine {
	enum machine_state state;
	struct join_hello hello;
	char node[JOIN_NAME_MAX]; /* that it wants to be; empty: the member says */
	struct join_offer offer;
	uint64_t received, deadline;
	char words[JOIN_WORDS_MAX];
};

/* HELLO is to be sent. node: see above. */
void machine_init(struct machine *machine, const struct join_hello *hello, const char *node,
		  uint64_t now);

enum machine_act machine_message(struct machine *machine, const struct join_message *message,
				 uint64_t now);

/* READY has been sent. */
void machine_checked(struct machine *machine, uint64_t now);

/* True: the member has not answered in time, the words say so. */
bool machine_late(struct machine *machine, uint64_t now);

#endif
