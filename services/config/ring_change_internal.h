/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of the change of the ring: ring_change.c has the events. */
#ifndef TRIREME_CONFIG_RING_CHANGE_INTERNAL_H
#define TRIREME_CONFIG_RING_CHANGE_INTERNAL_H

#include "config/ring_change.h"

/* ring_change_state.c */
/* Where it goes: to the wanted ring, or back. */
const struct ring *ring_change_goal(const struct ring_change *rc);

/* The first node of the ring that takes part in the change and is not in the view; or NULL. */
const struct ring_node *ring_change_absent(const struct ring_change *rc);

/* The first node that is to be removed and still is in the view; or NULL. */
const struct ring_node *ring_change_leftover(const struct ring_change *rc);

/*
 * The first link and node that would be cut off from this one by the step to `next`: a link goes,
 * it is connected, and the port's other link is not. False: no such.
 */
bool ring_change_cut_off(const struct ring_change *rc, const struct ring *next,
			 unsigned int *ret_link, const struct ring_node **ret_node);

/*
 * What corosync never took needs no reload to be taken back: a step that is given up, and a key
 * that is no longer wanted, which others might not know. True: next is to be written instead.
 */
bool ring_change_takes_back(const struct ring_change *rc, struct ring *ret_next);

struct ring_report ring_change_own_report(const struct ring_change *rc);

/* All members have said how they stand in this change, and go the same way. */
bool ring_change_all_heard(const struct ring_change *rc);

/* Steps that the last ones are from the goal, by what corosync runs there. */
unsigned int ring_change_most_behind(const struct ring_change *rc);

/* Whether all nodes that are `most` steps behind have the flag, or all have not. */
bool ring_change_all_have(const struct ring_change *rc, unsigned int most, uint8_t flag,
			  bool wanted);

/* A reload reaches every node: none may have something else in its file. */
bool ring_change_all_take(const struct ring_change *rc);

/* Of the members' ids this node's is the lowest. */
bool ring_change_is_lowest(const struct ring_change *rc);

/* The members are half of the ring's nodes, or fewer. */
bool ring_change_is_minority(const struct ring_change *rc);

/* ring_change_step.c */
/*
 * The nodes go back. Only on the way there: on the way back there is nothing better than to wait.
 */
void ring_change_fail(struct ring_change *rc, const char *reason);

/* This node is among the last: it takes the next step if it has not yet. */
void ring_change_begin_step(struct ring_change *rc, unsigned int most, uint64_t now);

/* All have written: one of them asks for the reload, each watches what comes of it. */
void ring_change_take_up(struct ring_change *rc, uint64_t now);

/* A view has come: no reload for a while. */
void ring_change_pause_reload(struct ring_change *rc, uint64_t now);

/*
 * A node that was away while the key changed may have the wrong one of the two: as long as it is
 * with a minority, it tries them in turn, whatever the others there do. True: it is at it.
 */
bool ring_change_try_other_key(struct ring_change *rc, uint64_t now);

#endif
