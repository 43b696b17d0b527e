/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the decision share: decide.c has the events, the others a subject each, under
 * whose names their functions stand here.
 */
#ifndef TRIREME_AGENT_DECIDE_INTERNAL_H
#define TRIREME_AGENT_DECIDE_INTERNAL_H

#include "agent/decide.h"
#include "base/clock_io.h"

#define DECIDE_RETRY_NS (10 * NSEC_PER_SEC) /* after an alias could not be added */
#define DECIDE_REFRESH_NS NSEC_PER_SEC	    /* of valid_lft on the aliases */
/*
 * For so long an owner has been degraded, and another router fit, before it makes way: what befalls
 * all of them, or ends at all of them, is not seen by all at once.
 */
#define DECIDE_DEGRADED_NS (2 * NSEC_PER_SEC)

/* decide.c */
struct decide_action *decide_emit(struct decide_state *s, enum decide_action_type type,
				  size_t group);
/* Multicasts a message about a group in the present view. */
void decide_send(struct decide_state *s, enum agent_wire_type type, size_t group, uint64_t epoch,
		 uint64_t seq, uint32_t node);

/* transition.c */
/* A line for the log and the flight record. */
void decide_log(struct decide_state *s, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same about a group (DECIDE_GROUPS_MAX: none), of a subject and with a cause. */
void decide_say(struct decide_state *s, enum agent_subject subject, size_t group,
		enum agent_cause cause, int priority, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* What is being acted on: the cause of whatever changes, unless a better one is given. */
void transition_event(struct decide_state *s, enum agent_cause code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The better one, for this group and this event. */
void transition_cause(struct decide_state *s, size_t group, enum agent_cause code,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Says what has changed since it was last called; transition_end(): and forgets the causes. */
void transition_tell(struct decide_state *s, uint64_t now);
void transition_end(struct decide_state *s, uint64_t now);

/* Why the group is there to be taken by that node; and: it is taken. Before anything changes by it.
 */
void transition_why_free(const struct decide_state *s, size_t group, uint32_t claimant,
			 struct decide_cause *ret_cause);
void transition_taken(struct decide_state *s, size_t group, uint32_t claimant, uint64_t epoch,
		      uint64_t now);
/* ": switch-over by command", or "": what an owner has said of its release. */
const char *transition_release_text(enum agent_cause cause);

/* view.c */
void view_configuration(struct decide_state *s, const struct decide_ring *ring,
			const struct ring_member *members, size_t n_members, uint64_t now);
void view_send_state(struct decide_state *s, enum agent_wire_type type, uint64_t now);
void view_receive_state(struct decide_state *s, uint32_t sender, const struct agent_message *m,
			uint64_t now);
int view_peer_index(const struct decide_state *s, uint32_t id); /* -1: not a member */
/* Only corosync's two_node calls one of two quorate (votequorum(5)). */
bool view_is_alone_of_two(const struct decide_state *s);
/* Votes that make a quorum in this view. */
uint32_t view_needed_votes(const struct decide_state *s);

/* agree.c */
/* Who owns the group, and what must be waited for, in the view that begins. */
void agree_view(struct decide_state *s, size_t group, uint64_t now);
/* The owner's lease has ended for certain: what was voted for it is waited for no more. */
void agree_owner_ended(struct decide_state *s, size_t group);

/* group.c */
void group_view_left(struct decide_state *s, size_t group);
void group_view_installed(struct decide_state *s, size_t group, uint64_t now);
/*
 * Gives the group up: lease, addresses, then RELEASED naming the successor (0: none) and the cause.
 * text is the end of the sentence "<group>: owner -> …: …".
 */
void group_release(struct decide_state *s, size_t group, uint32_t successor, enum agent_cause cause,
		   const char *text);
void group_message(struct decide_state *s, size_t group, uint32_t sender,
		   const struct agent_message *m, uint64_t now);
void group_expire(struct decide_state *s, size_t group, uint64_t now);
void group_step(struct decide_state *s, size_t group, uint64_t now);
uint64_t group_deadline(const struct decide_state *s, size_t group, uint64_t now);
static inline bool group_holds(const struct decide_group *g)
{
	return g->owning || g->adopting || g->addresses || g->lease_until;
}

/* heartbeat.c */
/* The owner's next one, if it is due. */
void heartbeat_send(struct decide_state *s, size_t group, uint64_t now);
/* Extends the lease to the sending time of the newest confirmed heartbeat + L. */
void heartbeat_grant(struct decide_state *s, size_t group, uint64_t now);
/* This node votes for the owner: its lease (ns) is to be waited for. */
void heartbeat_vote(struct decide_group *g, uint64_t lease, uint64_t now);
/* HEARTBEAT and ECHO have been delivered. */
void heartbeat_receive(struct decide_state *s, size_t group, uint32_t sender,
		       const struct agent_message *m, uint64_t now);
void heartbeat_echo(struct decide_state *s, size_t group, uint32_t sender,
		    const struct agent_message *m);

/* health.c */
/*
 * What the others are told: the ports' health, unless the node is to own nothing, an alias could
 * not be added lately or the configuration is an old one, which is nothing to an owner.
 */
void health_update(struct decide_state *s, size_t group, uint64_t now);
/*
 * An unfit owner makes way at once for a router that can serve; without one it stays if it can
 * serve at all, unless it is the operator who wants it to own nothing. A degraded one makes way
 * when another router has been fit meanwhile.
 */
void health_yield(struct decide_state *s, size_t group, uint64_t now);
/* When the owner, which is not fit, makes way for that router; UINT64_MAX: it does not. */
uint64_t health_yield_time(const struct decide_state *s, size_t group, uint32_t successor);

/* device.c */
/* From when on the others hold no lease by the quorum device's vote; 0: they cannot hold one. */
uint64_t device_guard(const struct decide_state *s);
/* Whether the verdict has stood long enough, since the claim came back, for a first lease. */
bool device_is_fresh(const struct decide_state *s, const struct decide_group *g, uint64_t now);
/* An own message that was sent then has come back: too late, and this node gives up what it owns.
 */
void device_returned(struct decide_state *s, uint64_t sent, uint64_t now);

/* conflict.c */
void conflict_forget(struct decide_state *s, size_t group);
/* The addresses are on the ports. */
void conflict_served(struct decide_state *s, size_t group);
/* Begins to probe for the group. */
void conflict_probe(struct decide_state *s, size_t group);
/* Whether the claim that is due must wait for probes, which are begun. */
bool conflict_must_probe(struct decide_state *s, size_t group);
/* Not claimed before; UINT64_MAX: probes are under way. */
uint64_t conflict_claim_time(const struct decide_group *g);
/* Another node was heard since the own claim was sent. */
bool conflict_voids_claim(const struct decide_state *s, const struct decide_group *g);
void conflict_probed(struct decide_state *s, size_t group, uint64_t now);
void conflict_seen(struct decide_state *s, size_t group, const struct probe_seen *seen,
		   uint64_t now);
/* how: "answered": "203.0.113.10 is answered by 52:54:00:12:34:56"; buf is returned. */
const char *conflict_text(const struct probe_seen *seen, const char *how, char *buf, size_t size);

/* force.c */
int force_ask(struct decide_state *s, uint64_t now, char *text, size_t size);
/* While it is asked: what speaks against it. */
void force_refuse(struct decide_state *s, const char *what);
/* In force when nobody is asked any more. */
void force_begin(struct decide_state *s, uint64_t now);
void force_end(struct decide_state *s);
/* It is not asked for longer than that. */
void force_step(struct decide_state *s, uint64_t now);
uint64_t force_deadline(const struct decide_state *s);

/* fence.c */
void fence_view_left(struct decide_state *s);
void fence_view_installed(struct decide_state *s, uint64_t now);
void fence_message(struct decide_state *s, size_t group, uint32_t sender,
		   const struct agent_message *m, uint64_t now);
void fence_step(struct decide_state *s, uint64_t now);
void fence_answer(struct decide_state *s, uint32_t request, const char *failure, uint64_t now);
uint64_t fence_deadline(const struct decide_state *s);
/* ", is being fenced"; "": there is nothing to say. Of a node by its index. */
const char *fence_text(const struct decide_state *s, size_t node);

/* choose.c */
/* The better one is less. */
enum choose_grade {
	CHOOSE_FIT,
	CHOOSE_DEGRADED, /* it can serve, but not well: it owns where nobody is fit */
	CHOOSE_UNFIT,	 /* it takes nothing, and keeps what nobody else can take */
};
enum choose_grade choose_grade(enum agent_wire_health code);
/* Of this node as it is, of another one as it has said; NULL: it is no member. */
const struct decide_health *choose_health(const struct decide_state *s, size_t group,
					  uint32_t node);
/* Place of this node among the candidates: 0 is the first; -1: it is none. */
int choose_rank(const struct decide_state *s, size_t group);
/* The first choice of those that are fit, not degraded, and preferred to the owner; 0: none is. */
uint32_t choose_preferred(const struct decide_state *s, size_t group);

/* preempt.c */
#define PREEMPT_TEXT_MAX 100
/* An owner makes way for a preferred router that has been fit for long enough. */
void preempt_step(struct decide_state *s, size_t group, uint64_t now);
/* When it will, if nothing changes; UINT64_MAX: it will not. */
uint64_t preempt_time(const struct decide_state *s, size_t group);
/* Why the node, which is fit, has not got it from the owner, in brackets; or "". buf is returned.
 */
const char *preempt_text(const struct decide_state *s, size_t group, uint32_t node, uint64_t now,
			 char *buf, size_t size);

#endif
