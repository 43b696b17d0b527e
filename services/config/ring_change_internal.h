/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the two files of the ring's change. */
#ifndef TRIREME_CONFIG_RING_CHANGE_INTERNAL_H
#define TRIREME_CONFIG_RING_CHANGE_INTERNAL_H

#include "config/ring_change.h"

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

#endif
