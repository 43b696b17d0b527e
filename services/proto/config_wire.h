/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages between the config services of the nodes, carried by corosync CPG (totally ordered).
 * Encode and decode only. Two levels of the encoding are spoken, CONFIG_WIRE_LEVEL and the one
 * before it: a cluster uses the lowest level of its members (services/config/replica.h). STATE, by
 * which they learn of each other's, has the same form for ever. A proposed document is carried in
 * full, or as a difference to its parent's (services/config/delta.h). Levels 2 and 3 are encoded
 * alike: who speaks level 3 knows more of the model. A message of another level, or with a byte too
 * many or too few, is refused. Times are relative: clocks of two nodes are never compared.
 */
#ifndef TRIREME_PROTO_CONFIG_WIRE_H
#define TRIREME_PROTO_CONFIG_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "proto/config_revision.h"

#ifndef CONFIG_WIRE_LEVEL /* tests build releases before and after this one */
#define CONFIG_WIRE_LEVEL 3
#endif
#define CONFIG_WIRE_LEVEL_MIN (CONFIG_WIRE_LEVEL > 1 ? CONFIG_WIRE_LEVEL - 1 : 1)
#define CONFIG_WIRE_LEVEL_STATE 1
#define CONFIG_WIRE_CHUNK 4096	   /* bytes of a document in one message */
#define CONFIG_WIRE_REASON_MAX 201 /* with its NUL */
#define CONFIG_WIRE_MAX 5120	   /* bytes of the largest encoded message */

enum config_wire_type {
	CONFIG_WIRE_STATE = 1, /* what I hold; always of CONFIG_WIRE_LEVEL_STATE */
	CONFIG_WIRE_PROMISE,   /* I follow no earlier term any more */
	CONFIG_WIRE_READY,     /* I hold the term's log */
	CONFIG_WIRE_FETCH,     /* asks `to` for a part of a revision */
	CONFIG_WIRE_PART,      /* the answer, for `to` */
	CONFIG_WIRE_PROPOSE,   /* a new revision; its document follows in BODY messages */
	CONFIG_WIRE_BODY,
	CONFIG_WIRE_OK,	      /* I have the proposal and find it valid */
	CONFIG_WIRE_BAD,      /* … not valid, for this reason: it is dropped */
	CONFIG_WIRE_ACK,      /* I have stored it */
	CONFIG_WIRE_ABORT,    /* somebody does not answer: dropped, unless all have said OK */
	CONFIG_WIRE_OVERRIDE, /* an operator lets the view go on without those who may know more */
	CONFIG_WIRE_TYPE_LAST = CONFIG_WIRE_OVERRIDE,
};

#define CONFIG_STATE_ABSENT 1u /* the sender may have missed revisions */
#define CONFIG_STATE_FLAGS 1u

enum config_wire_format {
	CONFIG_FORMAT_FULL,
	CONFIG_FORMAT_DELTA, /* parent's first `prefix` bytes, the BODY, parent's last `suffix` */
	CONFIG_FORMAT_LAST = CONFIG_FORMAT_DELTA,
};

struct config_wire_state {
	uint64_t promised, head_term, number, committed;
	uint64_t oldest; /* first revision the sender still has; 0: none */
	struct revision_id id;
	uint32_t remaining_s; /* until its unconfirmed head is reverted; 0: none is */
	uint8_t level, flags; /* CONFIG_STATE_… */
};

struct config_message {
	enum config_wire_type type;
	uint8_t level; /* of the encoding */
	uint64_t view; /* the configuration it was sent in */
	uint64_t term; /* 0: STATE and OVERRIDE */
	union {
		struct config_wire_state state;
		struct {
			uint32_t quorum; /* votes, as votequorum told the sender */
			uint64_t number; /* READY: of the log's head */
			struct revision_id id;
		} vote; /* PROMISE, READY */
		struct {
			uint32_t to, offset;
			uint64_t number;
		} fetch;
		struct {
			struct revision revision;
			uint32_t to, offset, total, size;
			uint8_t data[CONFIG_WIRE_CHUNK];
		} part;
		struct {
			struct revision revision;
			uint32_t size; /* bytes that follow in BODY messages */
			uint8_t format;
			uint32_t prefix, suffix;
		} propose;
		struct {
			uint32_t offset, size;
			uint8_t data[CONFIG_WIRE_CHUNK];
		} body;
		struct {
			struct revision_id id;
			char reason[CONFIG_WIRE_REASON_MAX]; /* BAD */
		} answer;				     /* OK, BAD, ACK, ABORT */
	};
};

/* Fills buf; -ENOSPC: it does not fit; -EINVAL: not a message, or not one of its level. */
int config_wire_encode(const struct config_message *message, uint8_t *buf, size_t size,
		       size_t *ret_length);

/*
 * -EPROTO: of another level; -EPROTONOSUPPORT: the STATE of who knows none of these two; -EBADMSG:
 * malformed. *ret_message is written only on success.
 */
int config_wire_decode(const uint8_t *data, size_t length, struct config_message *ret_message);

/* "PROPOSE" …; "?" for an unknown type. */
const char *config_wire_type_name(enum config_wire_type type);

#endif
