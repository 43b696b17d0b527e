/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decide.c (events), group.c (one group's life), view.c (agreement) and choose.c share. */
#ifndef TRIREME_AGENT_DECIDE_INTERNAL_H
#define TRIREME_AGENT_DECIDE_INTERNAL_H

#include "agent/decide.h"
#include "base/clock_io.h"

#define DECIDE_RETRY_NS (10 * NSEC_PER_SEC) /* after an alias could not be added */

/* decide.c */
struct decide_action *decide_emit(struct decide_state *s, enum decide_action_type type,
				  size_t group);
void decide_log(struct decide_state *s, int priority, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Multicasts a message about a group in the present view. */
void decide_send(struct decide_state *s, enum agent_wire_type type, size_t group, uint64_t epoch,
		 uint64_t seq, uint32_t node);

/* view.c */
void view_configuration(struct decide_state *s, const struct decide_ring *ring,
			const struct ring_member *members, size_t n_members, uint64_t now);
void view_send_state(struct decide_state *s, enum agent_wire_type type, uint64_t now);
void view_receive_state(struct decide_state *s, uint32_t sender, const struct agent_message *m,
			uint64_t now);
int view_peer_index(const struct decide_state *s, uint32_t id); /* -1: not a member */
/* Votes that make a quorum in this view. */
uint32_t view_needed_votes(const struct decide_state *s);

/* group.c */
void group_view_left(struct decide_state *s, size_t group);
void group_view_installed(struct decide_state *s, size_t group, uint64_t now);
/*
 * Gives the group up: lease, addresses, then RELEASED naming the successor (0: none). cause is
 * the end of the sentence "<group> given up: …".
 */
void group_release(struct decide_state *s, size_t group, uint32_t successor, const char *cause);
void group_message(struct decide_state *s, size_t group, uint32_t sender,
		   const struct agent_message *m, uint64_t now);
void group_expire(struct decide_state *s, size_t group, uint64_t now);
void group_step(struct decide_state *s, size_t group, uint64_t now);
uint64_t group_deadline(const struct decide_state *s, size_t group, uint64_t now);
static inline bool group_holds(const struct decide_group *g)
{
	return g->owning || g->adopting || g->addresses || g->lease_until;
}

/* choose.c */
/* Place of this node among the candidates: 0 is the first; -1: it is none. */
int choose_rank(const struct decide_state *s, size_t group);

#endif
