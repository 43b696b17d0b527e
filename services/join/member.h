/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a member does that lets a machine in: events in, what is to be done next out. One connection
 * at a time. Pure: times are nanoseconds of one clock that does not jump.
 */
#ifndef TRIREME_JOIN_MEMBER_H
#define TRIREME_JOIN_MEMBER_H

#include "join/protocol.h"

#ifndef MEMBER_OPEN_NS		       /* a test builds a program that is less patient */
#define MEMBER_OPEN_NS 600000000000ULL /* the code counts so long */
#endif
#define MEMBER_TRIES 5			/* so many may go wrong */
#define MEMBER_SECRET_NS 15000000000ULL /* from a connection's beginning to the secret */
#define MEMBER_READY_NS 120000000000ULL /* for the new machine to look at what it got */
#define MEMBER_DONE_NS 300000000000ULL	/* for it to write it down */

enum member_state {
	MEMBER_WAITING, /* for a connection */
	MEMBER_GREETED, /* connected: waits for HELLO */
	MEMBER_ASKED,	/* … for the secret */
	MEMBER_OFFERED, /* … until the new machine can take it */
	MEMBER_GIVEN,	/* … until it has */
	MEMBER_OVER,
};

enum member_act {
	MEMBER_NOTHING,
	MEMBER_SEND_HELLO,
	MEMBER_SEND_ALL,   /* OFFER, DATA, SENT; then member_sent() */
	MEMBER_COMMIT,	   /* then what the commit has made: DATA, SENT; then member_sent() */
	MEMBER_SEND_WORDS, /* REFUSE with the words, then end the connection, member_lost() */
	MEMBER_DROP,	   /* end the connection, member_lost() */
};

struct member {
	enum member_state state;
	struct join_hello hello; /* this software's */
	uint8_t secret[CODE_SECRET_SIZE];
	uint64_t opened_at, deadline; /* of the connection; UINT64_MAX: none is meant */
	unsigned int tries;	      /* that went wrong */
	bool joined;
	char words[JOIN_WORDS_MAX]; /* why the last connection, or all, ended */
	struct join_cards cards;    /* of the new machine, from READY on */
};

void member_init(struct member *member, const struct join_hello *hello,
		 const uint8_t secret[CODE_SECRET_SIZE], uint64_t now);

/* A connection has been accepted, its TLS handshake begins. */
void member_connected(struct member *member, uint64_t now);

/* A message of the new machine. */
enum member_act member_message(struct member *member, const struct join_message *message,
			       uint64_t now);

/* What was to be sent has been. */
void member_sent(struct member *member, uint64_t now);

/*
 * The connection has ended, for that reason unless a former one is known. heard: anything came over
 * it; if not, it counts as no try.
 */
void member_lost(struct member *member, bool heard, const char *reason);

/* Every time is over: the connection's. False: it goes on. */
bool member_late(struct member *member, uint64_t now);

/* Whether no machine can come any more: the port is to be closed. */
bool member_closed(struct member *member, uint64_t now);

#endif
