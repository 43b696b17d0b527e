/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What replica.c (inputs), replica_view.c (agreement on a term), replica_fetch.c (catching up),
 * replica_propose.c (new revisions) and replica_store.c (log and disk) share.
 */
#ifndef TRIREME_CONFIG_REPLICA_INTERNAL_H
#define TRIREME_CONFIG_REPLICA_INTERNAL_H

#include "config/replica.h"

/* From malloc(3); data NULL: none. */
struct replica_body {
	char *data;
	size_t size;
};

struct replica_position {
	uint64_t number, term;
	struct revision_id id;
};

struct replica_peer {
	struct replica_member member;
	bool stated, promised, ready;
	bool ok, ack; /* of the proposal in work */
	struct config_wire_state state;
	struct { /* what it asks this node for */
		bool waits;
		uint64_t number;
		uint32_t offset;
	} asked;
};

/* The store under way, and what it means when it is done. */
struct replica_pending_store {
	bool busy;
	struct replica_store what;
	struct replica_body body; /* what.body's owner */
	bool proposal;		  /* of the proposal in work when it began */
	bool committed;		  /* the entry is committed already, by the others */
	uint64_t retry_at;	  /* nothing is stored before; 0: at once */
	char error[64];
};

struct replica_fetch {
	bool active;
	bool joined; /* an entry of the source has followed one of this log */
	bool base;   /* nothing in common: the whole log is replaced */
	uint32_t source;
	uint64_t number, asked_at;
	struct revision revision;
	struct replica_body body;
	uint32_t received;
};

enum replica_stage {
	REPLICA_NONE,
	REPLICA_BODY,	  /* parts of the document come in */
	REPLICA_CHECKING, /* this node checks */
	REPLICA_ANSWERED, /* not all have said OK */
	REPLICA_STORING,  /* all have: to be stored, stored, until all have said ACK */
};

struct replica_proposal {
	enum replica_stage stage;
	uint32_t proposer;
	struct revision revision;
	uint8_t format;
	uint32_t prefix, suffix;
	struct replica_body wire; /* as it comes in */
	uint32_t received;
	struct replica_body document;
	uint64_t since, abort_at;
	bool store_begun, stored, committed;
	uint64_t committed_at;
};

/* A client of this node. */
struct replica_client {
	bool active;
	uint64_t ticket, since, deadline;
	struct revision revision;
	struct replica_body body;
	bool waits;		      /* for the members to agree, before it is proposed */
	bool cut_off;		      /* the view it was proposed in has ended */
	bool sending;		      /* its PROPOSE was accepted: parts follow */
	bool under_way;		      /* a part is not delivered yet */
	uint32_t start, size, offset; /* of what is sent of body */
};

struct replica {
	struct replica_settings settings;
	struct replica_actions *actions;

	/* The log, as it is on the disk. */
	struct revision head;			    /* number 0: empty */
	struct revision recent[REPLICA_RECENT_MAX]; /* its newest entries, oldest first */
	size_t n_recent;
	uint64_t oldest, promised, committed, noted; /* committed, as last stored */
	struct replica_body document;		     /* of the head, when known */
	struct replica_pending_store store;
	struct revision_id applied; /* what APPLY was last emitted for */

	/* The ring and its verdict. */
	struct replica_ring ring;
	struct replica_verdict verdict;
	bool verdict_known, verdict_first; /* the first one for verdict.ring was quorate */
	bool absent;			   /* may have missed revisions (replica.h) */
	bool cut; /* a verdict was not quorate since this node was last in an open view */
	bool current;

	/* The view; the same at every member after the same deliveries, but for `sent…`. */
	uint64_t tag;
	struct replica_peer peers[REPLICA_NODES_MAX];
	size_t n_peers; /* 0: no configuration */
	bool decided;	/* all STATEs are in: term and wanted are set */
	bool overridden, open;
	bool override_asked; /* here, and counts once there is a quorum */
	uint64_t term, since;
	uint32_t quorum; /* largest that a PROMISE or READY named */
	uint8_t level;
	struct replica_position wanted; /* W, then what was committed in this view */
	bool state_due, sent_promise, sent_ready;
	uint32_t remaining_s;

	struct replica_fetch fetch;
	uint64_t reading;    /* revision that READ was emitted for; 0: none */
	uint64_t read_after; /* after a READ that failed: none before */
	struct revision served;
	struct replica_body served_body; /* an older revision, for those who fetch */
	uint64_t next_part;		 /* no part of a document is sent before */
	struct replica_proposal proposal;
	struct replica_client client;
};

/* replica.c */
struct replica_action *replica_emit(struct replica *s, enum replica_action_type type);
void replica_log(struct replica *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fills in level, view and term and multicasts. */
void replica_send(struct replica *s, struct config_message *m);
void replica_send_vote(struct replica *s, enum config_wire_type type);
void replica_body_free(struct replica_body *body);
int replica_body_copy(struct replica_body *body, const char *data, size_t size);
const struct replica_node *replica_node(const struct replica *s, uint32_t id);
const char *replica_name(const struct replica *s, uint32_t id);
struct replica_peer *replica_peer(struct replica *s, uint32_t id);
static inline bool replica_same(const struct revision_id *a, const struct revision_id *b)
{
	return __builtin_memcmp(a, b, sizeof(*a)) == 0;
}
/* The revision is reverted unless it is confirmed. */
bool replica_unconfirmed(const struct revision *r);

/* replica_store.c: the log and its disk */
bool replica_store_free(const struct replica *s, uint64_t now); /* a store can begin */
void replica_store_begin(struct replica *s, const struct replica_store *what,
			 struct replica_body *body);
const struct revision_id *replica_id_of(const struct replica *s, uint64_t number); /* NULL */
/* Notes in memory what the disk now holds. */
void replica_store_done(struct replica *s);
/* The head is agreed on. */
void replica_commit(struct replica *s);

/* replica_view.c */
bool replica_view_absence(struct replica *s); /* sets absent if the view asks for it */
void replica_view_state(struct replica *s, uint32_t sender, const struct config_wire_state *state,
			uint64_t now);
void replica_view_vote(struct replica *s, uint32_t sender, const struct config_message *m,
		       uint64_t now);
void replica_view_override(struct replica *s);
void replica_view_step(struct replica *s, uint64_t now);
uint64_t replica_view_votes(const struct replica *s, bool (*counts)(const struct replica_peer *));
bool replica_view_suffice(const struct replica *s, bool (*counts)(const struct replica_peer *));
bool replica_view_every(const struct replica *s, bool (*counts)(const struct replica_peer *));
bool replica_view_verdict(const struct replica *s); /* this ring's is known */
bool replica_view_quorate(const struct replica *s); /* … and is yes, also for the members alone */
bool replica_view_sure(const struct replica *s);    /* somebody here has missed nothing */
/* This node's log is what the view goes on with. */
bool replica_view_holds(const struct replica *s);
bool replica_is_promised(const struct replica_peer *p);
bool replica_is_ready(const struct replica_peer *p);

/* replica_fetch.c */
void replica_fetch_step(struct replica *s, uint64_t now);
void replica_fetch_asked(struct replica *s, uint32_t sender, const struct config_message *m);
void replica_fetch_part(struct replica *s, uint32_t sender, const struct config_message *m,
			uint64_t now);
void replica_fetch_stored(struct replica *s, int error, uint64_t now);
void replica_fetch_stop(struct replica *s);
void replica_serve_step(struct replica *s, uint64_t now);
void replica_want(struct replica *s, uint64_t number, uint64_t now); /* READ, if it can be */

/* replica_propose.c */
void replica_propose_message(struct replica *s, uint32_t sender, const struct config_message *m,
			     uint64_t now);
void replica_propose_step(struct replica *s, uint64_t now);
void replica_propose_stored(struct replica *s, int error);
void replica_propose_leave(struct replica *s, uint64_t now); /* the view ends */
uint64_t replica_propose_deadline(const struct replica *s);
/* 0, or why a proposal with this revision is refused; the same at every member of the view. */
int replica_propose_refusal(const struct replica *s, const struct revision *r, char *text,
			    size_t size);

/* replica_client.c */
void replica_client_end(struct replica *s, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void replica_client_accepted(struct replica *s);
void replica_client_delivered(struct replica *s); /* own part */
void replica_client_step(struct replica *s, uint64_t now);
uint64_t replica_client_deadline(const struct replica *s);

#endif
