// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * L = T + C + R + H + 2A        δ = 2ρL + 5 ms, ρ = 10⁻³        guard = max over members of r + L + δ
 *
 * Never two leases. A lease of epoch e ends at s + L on the owner's clock, where s is the time at
 * which the owner sent a heartbeat that voters who with the owner make a quorum echoed in one view.
 * Every such voter received it at r ≥ s, since a message is received after it is sent. A claim for
 * e + 1 is made in a view that is quorate too, so the echoing set with the owner and the members of
 * the claiming view have a node in common:
 *  - a voter v: it left the old view before it sent its STATE, so the r it reports is its last; the
 *    claimant waits until r + L + δ by its own clock, having taken r no earlier than it was (STATE
 *    carries the time that is left; the way of the message only lengthens it). Two clocks that each
 *    drift by at most ρ differ over L by at most 2ρL, so the owner's clock has passed s + L. A voter
 *    whose agent restarted cannot have voted later than its start: start + L + δ.
 *  - only the owner: then it is in the claiming view itself and says what it holds, and the claim is
 *    for an owner that holds nothing, or is silent and is treated as above by the heartbeats of this
 *    view, which every member, the claimant included, has received.
 * Nothing here uses Totem's time-outs; 5 ms cover timer granularity. Own messages returned by CPG
 * count for nothing: Totem delivers to the sender before any peer has the message.
 *
 * Never an interruption by the death of one standby at t: the newest lease was granted by a
 * heartbeat sent after t − H − A; the ring is formed anew and all STATEs are in by t + T + C + R, the
 * next heartbeat is echoed A later. The lease must span t − H − A … t + T + C + R + A.
 *
 * A and R are tied to the token time-out, which the operator has chosen to fit machine and network:
 * A = max(20 ms, 0.08 T), R = 20 ms + 2A; for T/C/H 500/600/50: A 40, R 100, L 1330 ms; for
 * 200/240/20: A 20, R 60, L 560 ms.
 */
#include "agent/lease.h"

#include "base/clock_io.h"

#define MARGIN_FIXED_NS (5 * NSEC_PER_MSEC)
#define DRIFT_INVERSE 1000 /* 1/ρ */

uint64_t lease_margin(uint64_t lease)
{
	return 2 * lease / DRIFT_INVERSE + MARGIN_FIXED_NS;
}

struct lease_times lease_times(const struct lease_timing *timing)
{
	uint64_t token = timing->token * NSEC_PER_MSEC;
	uint64_t consensus = timing->consensus * NSEC_PER_MSEC;
	struct lease_times t = {.heartbeat = timing->heartbeat * NSEC_PER_MSEC};

	t.echo = token * 8 / 100;
	if (t.echo < 20 * NSEC_PER_MSEC)
		t.echo = 20 * NSEC_PER_MSEC;
	t.reform = 20 * NSEC_PER_MSEC + 2 * t.echo;
	t.lease = token + consensus + t.reform + t.heartbeat + 2 * t.echo;
	t.margin = lease_margin(t.lease);
	return t;
}

uint64_t lease_guard(uint64_t received, uint64_t lease)
{
	return received + lease + lease_margin(lease);
}
