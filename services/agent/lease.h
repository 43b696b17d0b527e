/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one place that knows how long a lease runs and how long a claimant waits; all in ns. */
#ifndef TRIREME_AGENT_LEASE_H
#define TRIREME_AGENT_LEASE_H

#include <stdint.h>

#include "base/clock_io.h"

/* What the formula is made of, in milliseconds (token and consensus as in corosync.conf(5)). */
struct lease_timing {
	uint32_t token, consensus;
	uint32_t heartbeat;
	uint32_t device; /* sync_timeout of the quorum device; 0: there is none */
};

/* Everything in ns. */
struct lease_times {
	uint64_t lease;	    /* L */
	uint64_t heartbeat; /* H */
	uint64_t echo;	    /* A: worst time from a heartbeat's sending to its echo */
	uint64_t reform;    /* R: re-formation after the membership callback, STATE included */
	uint64_t device;    /* S: a new membership waits so long for the quorum device's vote */
};

struct lease_times lease_times(const struct lease_timing *timing);

/* No lease is longer, whatever a message or a file says: a day, in ns. */
#define LEASE_MAX (86400 * NSEC_PER_SEC)

/* δ for a lease of that length: 2ρL + 5 ms. */
uint64_t lease_margin(uint64_t lease);

/* The instant from which nobody can still hold a lease this node has voted for: r + L + δ. */
uint64_t lease_guard(uint64_t received, uint64_t lease);

/*
 * The instant from which nobody can still hold a lease by a vote that the quorum device has given
 * to others before, where it has voted for this node without a break since `quorate`.
 */
uint64_t lease_device_guard(uint64_t quorate, const struct lease_times *times);

/*
 * The instant from which a quorum device that stood still, with its corosync, until the claim came
 * back knows whether it still has the vote: no first lease before it.
 */
uint64_t lease_device_fresh(uint64_t claimed, const struct lease_times *times);

#endif
