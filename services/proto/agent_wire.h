/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages between the failover agents of the nodes, carried by corosync CPG (totally ordered).
 * Encode and decode only. On the wire all integers are little-endian; a message of another
 * version or with a byte too many or too few is refused; flags and reasons that a later release has
 * added are taken, for the rest of what it says is to be heard. Times are nanoseconds and relative:
 * clocks of two nodes are never compared.
 */
#ifndef TRIREME_PROTO_AGENT_WIRE_H
#define TRIREME_PROTO_AGENT_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

#define AGENT_WIRE_VERSION 1
#define AGENT_WIRE_GROUPS_MAX 16
#define AGENT_WIRE_OBJECT_MAX 16 /* a port, alias label or IPv4 address with its NUL */
#define AGENT_WIRE_MAX 2048	 /* bytes of the largest encoded message */

enum agent_wire_type {
	AGENT_WIRE_STATE = 1,  /* what I know and hold; all members' STATEs make a view */
	AGENT_WIRE_HEALTH,     /* my fitness changed inside a view */
	AGENT_WIRE_HEARTBEAT,  /* the owner asks for its lease to be extended */
	AGENT_WIRE_ECHO,       /* a voter has received that heartbeat */
	AGENT_WIRE_RELEASED,   /* the owner has cleared lease and addresses */
	AGENT_WIRE_CLAIM,      /* the sender takes the group with this epoch */
	AGENT_WIRE_ADOPT,      /* a restarted agent goes on with its running lease */
	AGENT_WIRE_SWITCHOVER, /* the owner is asked to release in favour of target */
	AGENT_WIRE_FENCED,     /* the owner of that epoch is off: its lease has ended */
	AGENT_WIRE_TYPE_LAST = AGENT_WIRE_FENCED,
};

/*
 * Why a node cannot own a group, or is the second choice; `object` is the port or label it is
 * about, with NO_GATE the port, a slash and the number of the error (errno(3)), with UNREACHABLE
 * the address. A number beyond the last is a reason that this release does not know.
 */
enum agent_wire_health {
	AGENT_HEALTH_FIT,
	AGENT_HEALTH_WITNESS,
	AGENT_HEALTH_NO_PORT,
	AGENT_HEALTH_NO_CARRIER,
	AGENT_HEALTH_NO_ADDRESS,
	AGENT_HEALTH_ALIAS_FAILED,
	AGENT_HEALTH_LEAVING,
	AGENT_HEALTH_STALE,   /* its configuration is not the newest */
	AGENT_HEALTH_STANDBY, /* the configuration says that it owns nothing */
	AGENT_HEALTH_NO_GATE, /* the kernel would not enforce the lease on a port */
	/* It owns only where no other router is fit: */
	AGENT_HEALTH_NO_ENGINE,	    /* the forwarding engine does not run */
	AGENT_HEALTH_ENGINE_FAILED, /* it could not set what `object` names */
	AGENT_HEALTH_UNREACHABLE,   /* a tracked address does not answer */
	AGENT_HEALTH_LAST = AGENT_HEALTH_UNREACHABLE,
};

/*
 * Why something changed, in RELEASED and in the flight record: a number keeps its meaning. One
 * beyond the last is a cause that this release does not know.
 */
enum agent_cause {
	AGENT_CAUSE_NONE,	   /* it is not said */
	AGENT_CAUSE_STARTED,	   /* the agent has begun */
	AGENT_CAUSE_MEMBERS,	   /* members came or left */
	AGENT_CAUSE_RING_LOST,	   /* no connection to corosync any more */
	AGENT_CAUSE_VIEW,	   /* the members have told each other what they know */
	AGENT_CAUSE_QUORUM,	   /* votequorum's verdict */
	AGENT_CAUSE_LAPSED,	   /* no quorum confirmed a heartbeat in time */
	AGENT_CAUSE_UNCONFIRMED,   /* the members changed before a quorum confirmed the claim */
	AGENT_CAUSE_SILENT,	   /* the owner's lease has ended, and nothing was heard of it */
	AGENT_CAUSE_VACANT,	   /* nobody owned it */
	AGENT_CAUSE_RELEASED,	   /* the owner gave it up */
	AGENT_CAUSE_COMMAND,	   /* an operator wanted it so */
	AGENT_CAUSE_HEALTH,	   /* a node can own, or cannot any more */
	AGENT_CAUSE_CLAIMED,	   /* another node claimed it, or holds it with a higher epoch */
	AGENT_CAUSE_CONFIRMED,	   /* a quorum confirmed the claim */
	AGENT_CAUSE_ADOPTED,	   /* a restarted agent goes on with its lease */
	AGENT_CAUSE_LEAVING,	   /* the agent is shutting down */
	AGENT_CAUSE_CONFIGURATION, /* another configuration, or one that is not the newest */
	AGENT_CAUSE_TIME,	   /* what was waited for did not come */
	AGENT_CAUSE_CONFLICT,	   /* another machine has a floating address, or probes for it */
	AGENT_CAUSE_PREFERRED,	   /* the owner made way for a router that is preferred to it */
	AGENT_CAUSE_FENCED,	   /* the owner was powered off */
	AGENT_CAUSE_LAST = AGENT_CAUSE_FENCED,
};

#define AGENT_STATE_HOLDING 1u	/* a lease of the sender runs */
#define AGENT_STATE_RELEASED 2u /* the owner named has released */
#define AGENT_STATE_VOTED 4u	/* guard_left is for leases of the owner and epoch named only */
#define AGENT_STATE_LAPSED 8u	/* … by the end of its lease: the sender takes it again if fit */

struct agent_wire_group {
	uint64_t key;	     /* agent_wire_key() of the group's name */
	uint64_t epoch;	     /* of the owner named */
	uint64_t highest;    /* highest epoch the sender has ever seen */
	uint64_t guard_left; /* ns until every lease the sender has voted for has surely ended */
	uint32_t owner;	     /* node id; 0: nobody known */
	uint8_t flags;	     /* AGENT_STATE_…; others: nothing that must be known */
	uint8_t health;	     /* enum agent_wire_health */
	char object[AGENT_WIRE_OBJECT_MAX];
	uint64_t health_age; /* ns since the health became what it is */
};

struct agent_message {
	enum agent_wire_type type;
	/* STATE: tag of the configuration it was sent in; others: id of the view. */
	uint64_t view;
	union {
		struct {		      /* STATE, HEALTH */
			uint64_t incarnation; /* of the sending agent: differs after a restart */
			uint64_t revision;    /* of the sender's configuration */
			uint32_t n_groups;
			struct agent_wire_group groups[AGENT_WIRE_GROUPS_MAX];
		} state;
		struct { /* all the others */
			uint64_t key;
			uint64_t epoch;
			/* HEARTBEAT, ECHO; CLAIM: last heartbeat it knows of; RELEASED: agent_cause
			 */
			uint64_t seq;
			uint64_t lease; /* HEARTBEAT: L of the sender in ns */
			/* RELEASED: successor; SWITCHOVER: target; FENCED: owner; 0: none */
			uint32_t node;
		} group;
	};
};

/* Stable name of a group on the wire: FNV-1a, 64 bits (draft-eastlake-fnv). */
uint64_t agent_wire_key(const char *name);

/* hash_add() of base/hash.h, for what the agents compare; start from AGENT_WIRE_HASH. */
#define AGENT_WIRE_HASH HASH_START
uint64_t agent_wire_hash(uint64_t hash, const void *data, size_t size);

/* Fills buf; -ENOSPC: it does not fit; -EINVAL: not a message. */
int agent_wire_encode(const struct agent_message *message, uint8_t *buf, size_t size,
		      size_t *ret_length);

/* -EPROTO: of another version; -EBADMSG: malformed. *ret_message is written only on success. */
int agent_wire_decode(const uint8_t *data, size_t length, struct agent_message *ret_message);

/* "HEARTBEAT" …; "?" for an unknown type. */
const char *agent_wire_type_name(enum agent_wire_type type);

#endif
