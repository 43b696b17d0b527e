/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two machines tell each other, inside TLS 1.3. A message is its type (1 byte), the size
 * of what follows (3, little-endian), and that; README.md has the order. Both sides decode it
 * strictly: a byte too many or too few, a text that is not printable, a count out of its range is
 * no message. Encode and decode only; member.h and machine.h say what is done with it. Pure.
 */
#ifndef TRIREME_JOIN_PROTOCOL_H
#define TRIREME_JOIN_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "join/code.h"

#define JOIN_PROTOCOL 1
#define JOIN_HEAD_SIZE 4
#define JOIN_DATA_MAX 16384
#define JOIN_MESSAGE_MAX (JOIN_HEAD_SIZE + JOIN_DATA_MAX)
#define JOIN_NAME_MAX 33 /* as CONFIG_NAME_MAX */
#define JOIN_SOFTWARE_MAX 65
#define JOIN_WORDS_MAX 256
#define JOIN_CARDS_MAX 32
#define JOIN_CARD_NAME_MAX 16 /* IFNAMSIZ */

enum join_type {
	JOIN_HELLO = 1, /* both: what software this is */
	JOIN_SECRET,	/* new machine: the code's secret */
	JOIN_OFFER,	/* member: right; what comes */
	JOIN_DATA,	/* member: a part of the bundle */
	JOIN_SENT,	/* member: the bundle is whole so far */
	JOIN_READY,	/* new machine: it can be taken; its network cards */
	JOIN_DONE,	/* new machine: it is taken */
	JOIN_REFUSE,	/* both: no, and why; then the connection ends */
};

/* Of one network card: its name and its permanent address. */
struct join_card {
	char name[JOIN_CARD_NAME_MAX];
	uint8_t mac[6];
};

struct join_cards {
	struct join_card list[JOIN_CARDS_MAX];
	size_t n;
};

/* Feature levels as CONFIG_WIRE_LEVEL and CONFIG_WIRE_LEVEL_MIN (proto/config_wire.h). */
struct join_hello {
	uint8_t protocol, level, level_min;
	char software[JOIN_SOFTWARE_MAX]; /* version, for people */
};

struct join_offer {
	char cluster[JOIN_NAME_MAX];
	char node[JOIN_NAME_MAX]; /* which node the new machine becomes */
	uint64_t revision;	  /* the newest one that the bundle has */
};

struct join_message {
	enum join_type type;
	union {
		struct join_hello hello;
		uint8_t secret[CODE_SECRET_SIZE];
		struct join_offer offer;
		struct {
			size_t size;
			uint8_t bytes[JOIN_DATA_MAX];
		} data;
		struct join_cards cards; /* READY */
		char words[JOIN_WORDS_MAX];
	};
};

/* buf: JOIN_MESSAGE_MAX bytes. -EINVAL: a member is out of its bounds. */
int join_encode(const struct join_message *message, uint8_t *buf, size_t *ret_size);

/* How many bytes follow this head. -EBADMSG: a type that is unknown, or too many for it. */
int join_head(const uint8_t head[JOIN_HEAD_SIZE], size_t *ret_size);

/* A whole message, head included. -EBADMSG. */
int join_decode(const uint8_t *bytes, size_t size, struct join_message *ret_message);

/*
 * Whether two releases can be in one cluster (proto/config_wire.h). If not, words
 * (JOIN_WORDS_MAX) say why, for people at both.
 */
bool join_fits(const struct join_hello *member, const struct join_hello *machine, char *words);

#endif
