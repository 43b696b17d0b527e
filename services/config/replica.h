/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replication of the revisions over corosync CPG: inputs in, actions out. Pure: time is an argument
 * (CLOCK_BOOTTIME, ns); documents are the only memory it allocates, at most six of
 * REPLICA_BODY_MAX. The caller executes the actions in order after every call, then empties the
 * list, then asks replica_deadline() when to call replica_tick().
 *
 * View: one CPG configuration. Every member multicasts STATE; with the last one's delivery, the
 * same place in the order everywhere, all know the term t = max(promised) + 1 and the log W to go
 * on with: of the member whose head is best by (term, number; then by id, for logs of which nothing
 * was agreed on). Then, with a quorate verdict for the view's ring:
 *
 *   PROMISE(t)  promised = t is on the sender's disk
 *   READY(t)    once PROMISEs suffice: the sender has truncated what W lacks and fetched what it
 *               lacked, and its head's term = t is on its disk
 *   open        once READYs suffice: W is committed; who is READY is `current`
 *   PROPOSE … OK … ACK  once all members are READY, one at a time: a new revision is stored by
 *               each member when all have said OK, and committed once ACKs suffice
 *
 * Votes v suffice if 2v > the view's votes and v ≥ quorum, or if they are all members'.
 *
 * Why nothing committed is lost. Terms are unique: values are accepted in t (READY, ACK) only after
 * enough durable promises of t, two such sets share a node, and that node's STATE makes the later
 * term greater. (Messages of a view left behind are ignored, and STATE waits for the store under
 * way, so a STATE is a promise to all earlier views.) Whoever accepts in t stores entries with
 * term t, or keeps its head's term with what it fetches, and truncates only what W lacks. So by
 * induction over terms: if C was committed in τ, every log whose head is of a term > τ has C, and
 * so has one of term τ with C's number or a greater one. W is chosen among the members of a quorate
 * view; if one of them accepted C then W is such a log. That one did follows from the votes:
 *   v ≥ quorum acked, the later view has n ≥ quorum by its nodes alone: v + n > all nodes' votes.
 *   v ≥ quorum acked, the later view needs the quorum device's q votes: v + n ≥ 2 quorum − q, and
 *   quorum > (all nodes' votes + q) / 2.
 *   C was committed by all members of a view that needed q, and the later view does not: the same.
 *   Both need q, or are the one node that two_node calls quorate: they may share no node. Hence the
 *   rule of the absent: a node that has restarted, or that was, since it last shared an open view
 *   and with some node missing, in a view whose first verdict was not quorate or never came, may be
 *   absent. A view that needs q or two_node goes on only if one of its members is not absent, if
 *   its own first verdict was quorate, or if all nodes are in it, or if an operator overrides.
 * Stated exceptions: two_node parted while both live; a node stopped or cut off for so long that
 * its peer alone commits and dies before the node has noticed anything (its first verdict is then
 * quorate); an operator's override. What was lost by these is reported as DIVERGED: the term of an
 * override is greater than any before (its upper half counts overrides), so the side that went on
 * wins.
 *
 * While a CHANGE or ROLLBACK waits to be confirmed, only CONFIRM and REVERT of it are accepted, and
 * the first one delivered decides. A further change would make it unclear what a REVERT reverts.
 */
#ifndef TRIREME_CONFIG_REPLICA_H
#define TRIREME_CONFIG_REPLICA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/config_wire.h"

#define REPLICA_NODES_MAX 16
#define REPLICA_NAME_MAX 33
#define REPLICA_BODY_MAX (2u << 20)
#define REPLICA_RECENT_MAX 64 /* entries of the log whose ids are kept in memory */
#define REPLICA_ACTIONS_MAX 32
#define REPLICA_TEXT_MAX 320

#define REPLICA_ANSWER_NS 10000000000ULL	/* a member that has not said OK by then … */
#define REPLICA_ANSWER_OTHERS_NS 15000000000ULL /* … when the proposer itself is silent */
#define REPLICA_SETTLE_NS                                                                        \
	10000000000ULL			 /* a proposal cut off by a new view: until told unknown \
					  */
#define REPLICA_CLIENT_NS 30000000000ULL /* longest wait of a client */
#define REPLICA_WAIT_NS 10000000000ULL	 /* … for a view that forms to open */
#define REPLICA_FETCH_NS 5000000000ULL	 /* a silent holder: the next one is asked */
#define REPLICA_RETRY_NS 5000000000ULL	 /* after a store that failed */
#define REPLICA_LATE_NS 2000000000ULL	 /* committed, but not stored here: not current */

struct replica_node {
	uint32_t id, votes;
	char name[REPLICA_NAME_MAX];
};

struct replica_settings {
	uint32_t self;
	uint8_t level; /* highest spoken: CONFIG_WIRE_LEVEL, or less to act as an older release */
	uint64_t chunk_interval; /* ns between two parts of a document sent by this node */
	struct replica_node nodes[REPLICA_NODES_MAX];
	size_t n_nodes;
};

/* What the node's disk holds at the start. */
struct replica_log {
	const struct revision *recent; /* the newest ones, oldest first, up to REPLICA_RECENT_MAX */
	size_t n_recent;	       /* 0: the log is empty */
	uint64_t oldest;	       /* number of the first one kept */
	uint64_t promised, committed;
};

struct replica_ring {
	uint32_t node;
	uint64_t seq;
};

struct replica_member {
	uint32_t id, pid;
};

/* votequorum's verdict for a ring (votequorum_getinfo(3)). */
struct replica_verdict {
	struct replica_ring ring;
	bool quorate;
	uint32_t quorum;   /* votes needed */
	uint32_t external; /* votes the quorum device casts for this ring */
	bool two_node;
	bool device; /* a quorum device is configured */
};

enum replica_store_kind {
	REPLICA_STORE_PROMISE,	/* promised = term */
	REPLICA_STORE_TERM,	/* the head's term = term; promised = term */
	REPLICA_STORE_TRUNCATE, /* entries from truncate_from on are superseded */
	REPLICA_STORE_APPEND,	/* the same unless 0, then revision with body, in one transaction */
	REPLICA_STORE_COMMITTED, /* committed = number; need not be synced */
};

/*
 * One transaction, on the disk when it is reported with replica_stored(). One at a time. A body of
 * size 0 (only of CONFIRM) is the parent's document.
 */
struct replica_store {
	enum replica_store_kind kind;
	uint64_t term, number, truncate_from;
	struct revision revision;
	const char *body; /* the replica's; valid until replica_stored() */
	size_t size;
};

enum replica_action_type {
	REPLICA_SEND,	    /* multicast bytes */
	REPLICA_STORE,	    /* then replica_stored() */
	REPLICA_READ,	    /* revision `number` and its document, then replica_read() */
	REPLICA_CHECK,	    /* validate revision and body (valid until the next call), then
			       replica_checked(); body NULL: CONFIRM */
	REPLICA_APPLY,	    /* revision is committed and here: publish it; seconds: to its REVERT */
	REPLICA_CLIENT,	    /* outcome of the proposal `ticket`: error, text */
	REPLICA_CURRENT,    /* `on`: this node has the newest revision (and may own) */
	REPLICA_DIVERGED,   /* committed entries from number on are superseded by the others' */
	REPLICA_UNBLOCK,    /* corosync need not wait for the other one of two nodes */
	REPLICA_OVERRIDDEN, /* an operator let the view go on; revision number was the head */
	REPLICA_LOG,	    /* text, for the log */
};

struct replica_action {
	enum replica_action_type type;
	uint64_t number, ticket;
	uint32_t seconds;
	bool on;
	/*
	 * CLIENT: 0 committed as revision `number`; -ESTALE the parent is not the head any more;
	 * -EBUSY another proposal is in work, or waits to be confirmed; -EBADMSG a node refuses it,
	 * text says which and why; -ETIMEDOUT a member did not answer; -EAGAIN the
	 * members do not agree; -EINPROGRESS unknown: look at the history.
	 */
	int error;
	struct revision revision; /* CHECK, APPLY, CLIENT */
	const char *body;	  /* CHECK */
	size_t size;		  /* CHECK: of body; SEND: of bytes */
	struct replica_store store;
	char text[REPLICA_TEXT_MAX];
	uint8_t bytes[CONFIG_WIRE_MAX]; /* SEND */
};

struct replica_actions {
	size_t n;
	bool overflow; /* never set: the bound holds for every input */
	struct replica_action list[REPLICA_ACTIONS_MAX];
};

struct replica; /* replica_internal.h */

/* NULL: no memory. actions is where every call below appends; the caller keeps it alive. */
struct replica *replica_new(const struct replica_settings *settings, const struct replica_log *log,
			    struct replica_actions *actions, uint64_t now);
/* Accepts NULL. */
void replica_free(struct replica *s);

/* CPG delivered a configuration; none: the connection to corosync is lost. */
void replica_view(struct replica *s, const struct replica_ring *ring,
		  const struct replica_member *members, size_t n_members, uint64_t now);
/* May come before the ring's configuration or after it, and again when it changes. */
void replica_quorum(struct replica *s, const struct replica_verdict *verdict, uint64_t now);
/* CPG delivered a message (one's own too). Errors of config_wire_decode(): it is ignored. */
int replica_message(struct replica *s, uint32_t sender, const uint8_t *data, size_t size,
		    uint64_t now);
/* The store under way has ended. error: 0 or -errno; then it is tried again. */
void replica_stored(struct replica *s, int error, uint64_t now);
/* The document that READ asked for: taken over, from malloc(3); NULL: it cannot be had. */
void replica_read(struct replica *s, const struct revision *revision, char *body, size_t size,
		  uint64_t now);
/* reason: NULL when the revision `id` is valid here. */
void replica_checked(struct replica *s, const struct revision_id *id, const char *reason,
		     uint64_t now);

/*
 * A client of this node proposes revision (number, parent and id as revision.h has them) with its
 * document, which is copied; CONFIRM has none. While a view forms it waits, REPLICA_WAIT_NS. 0:
 * under way, the outcome comes as CLIENT. -errno as there: refused at once, text says why.
 */
int replica_propose(struct replica *s, const struct revision *revision, const char *body,
		    size_t size, uint64_t ticket, uint64_t now, char *text, size_t text_size);

/*
 * An operator has typed the word. -EALREADY: nothing waits for that; -EAGAIN: no quorum. Where
 * corosync refuses one of two nodes the quorum (wait_for_all): UNBLOCK, and the word counts when
 * this ring's verdict has changed.
 */
int replica_override(struct replica *s, uint64_t now, char *text, size_t text_size);

/* Seconds until this node reverts its unconfirmed head, for a member that comes later. */
void replica_remaining(struct replica *s, uint32_t seconds);
/* Older entries than number are not kept any more. */
void replica_pruned(struct replica *s, uint64_t oldest);

void replica_tick(struct replica *s, uint64_t now);
/* When replica_tick() must be called at the latest; UINT64_MAX: never. */
uint64_t replica_deadline(const struct replica *s);

/* Questions. */
bool replica_current(const struct replica *s);
bool replica_open(const struct replica *s); /* a proposal made now could be agreed on */
/* The lowest level of the view's nodes, and the name of one that speaks no higher one; NULL: none.
 */
uint8_t replica_level(const struct replica *s, const char **ret_name);
const struct revision *replica_head(const struct replica *s); /* number 0: the log is empty */
uint64_t replica_committed(const struct replica *s);
/* One sentence: "current: revision 12, agreed by r1, r2, w". Returns buf. */
const char *replica_explain(const struct replica *s, uint64_t now, char *buf, size_t size);

#endif
