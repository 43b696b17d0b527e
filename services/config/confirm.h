/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The timer of a revision that is to be confirmed: it runs on each node by that node's boot clock,
 * without quorum and across a reboot, as the change it guards may be what destroyed the quorum.
 * Pure: time is an argument (CLOCK_BOOTTIME, ns).
 *
 * At its end a node with quorum proposes REVERT. Without quorum, or when the log says nothing
 * within CONFIRM_VERDICT_NS, it goes back by itself: the parent's document is published though the
 * log's head stands. What the log says later wins: whatever is applied then is published as always,
 * and CONFIRM_OVERRULED tells that this node had decided otherwise.
 */
#ifndef TRIREME_CONFIG_CONFIRM_H
#define TRIREME_CONFIG_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/config_revision.h"

#define CONFIRM_SAVE_NS 10000000000ULL
#define CONFIRM_VERDICT_NS 2000000000ULL
#define CONFIRM_RETRY_NS 10000000000ULL /* a REVERT that came to nothing is proposed again */

enum confirm_action {
	CONFIRM_SAVE_REMAINING = 1, /* durably: confirm_remaining() of revision `pending` */
	CONFIRM_PROPOSE_REVERT = 2, /* of revision `pending` */
	CONFIRM_REVERT_LOCALLY = 4, /* publish the document of the parent of `pending` */
	CONFIRM_OVERRULED = 8,	    /* the log keeps what this node went back from */
};

struct confirm {
	uint64_t pending; /* revision that waits; 0: none */
	uint64_t deadline, next_save;
	uint64_t propose_at;   /* REVERT is proposed then, if there is a quorum */
	uint64_t fall_back_at; /* 0: no REVERT has been proposed */
	bool reverted;	       /* this node uses the parent's document meanwhile */
};

/*
 * The log's head was agreed on; also called at the start for the committed head, with what was
 * saved. remaining_s: until it is reverted, 0 for one that has run out; not looked at for one that
 * stands. Returns the actions, as bits.
 */
unsigned int confirm_applied(struct confirm *c, const struct revision *revision,
			     uint32_t remaining_s, uint64_t now);

/* quorate: a proposal could be agreed on. Returns the actions, as bits. */
unsigned int confirm_tick(struct confirm *c, bool quorate, uint64_t now);

/* When confirm_tick() must be called at the latest; UINT64_MAX: never. */
uint64_t confirm_deadline(const struct confirm *c);

/* Seconds left, rounded up; 0: run out, or none waits. */
uint32_t confirm_remaining(const struct confirm *c, uint64_t now);

#endif
