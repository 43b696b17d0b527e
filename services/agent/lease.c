// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * L = T + C + S + R + H + 2A; δ = 2ρL + 5 ms, ρ = 10⁻³; guard = maximum over members of r + L + δ.
 * S is 0 without a quorum device.
 *
 * Never two leases. A lease of epoch e ends at s + L on the owner's clock, where s is the time at
 * which the owner sent a heartbeat that voters, a quorum together with the owner, echoed in one
 * view. Each of them received it at r ≥ s: a message is received after it is sent. The view in
 * which epoch e + 1 gets its first lease is quorate too, so those voters and the owner have a node
 * in common with it:
 *  - A voter: it had left the old view before it sent its STATE, so the r that it reports is its
 *    last. The claimant waits until r + L + δ by its own clock, having taken r to be no earlier
 *    than it was (STATE carries the time that is left; its way only lengthens it). Two clocks
 *    that each drift by at most ρ differ by at most 2ρL over L, so the owner's clock has passed
 *    s + L. A voter whose agent restarted cannot have voted later than its start: start + L + δ.
 *    One whose configuration has the group no longer says nothing of it: installation + L + δ.
 *  - Only the owner: then it says in that view what it holds. If it is silent there, its
 *    heartbeats of that view were delivered to the claimant, too, before the claim, or else the
 *    claim is void: it names the last heartbeat that the claimant knew of.
 * Alone by two_node the two quora need not meet: the other node may have granted itself a lease in
 * a view of one before this node joined it. After a view in which this node heard that owner all
 * later leases needed its echo, so its r bounds them; otherwise installation + L + δ does.
 * With a quorum device, too, two quora need not meet in a node: each may be half of the nodes and
 * the device. Then a claimant waits until q + 2S + L + δ as well, where q is when the verdict for
 * its ring became quorate; a break begins it anew. The server (corosync-qnetd, ffsplit) gives its
 * vote to one half after the other half has said that it does without, or when it has lost it.
 * Who is lost in that way believes in the vote no longer than 2S: corosync-qdevice asks every
 * 0.8 times its time-out, in a change of members 0.8 S, and gives up when an answer is missing at
 * the next question; one that is killed or stopped has its vote taken away by votequorum after the
 * time-out, which is at most S/1.5. Stopped with its corosync it casts the vote again when both go
 * on, until the answer to its next question is missing, 0.8 times the time-out later; killed then,
 * it has cast it for the time-out more. So an own heartbeat that was under way for more than a
 * second, which is less than the server takes to miss a node, ends what is owned and begins q anew,
 * and a first lease is granted 1.2 S after the claim has come back, since 1.8 times the time-out
 * have passed by then. So the others grant their last
 * lease before q + 2S. They do not get the vote back unnoticed: by the server's word to them this
 * node has lost it first, and q with it; and should the server lose this node, which then believes
 * for 2S more, they must have asked anew within the time-out, in which votequorum had not noticed a
 * restarted corosync-qdevice: this node's belief ends before q + S + 2S, so before q + 2S + L.
 * Forced by an operator (force.c) a node that has no quorum counts its view as quorate. Nothing
 * makes that view meet the one in which another lease was granted, or will be: that all other nodes
 * are off is the operator's word. What is left of the promise: the ports are asked first and before
 * every claim, and installation + L + δ is waited for as alone by two_node, so a lease that ended
 * with its node's power is over. A quorum of others that lives unheard makes two owners.
 * What a member has voted for is void when it was one owner's lease and that owner is in the view
 * and says that it has released it: nobody else can hold that epoch.
 * A claim can be delivered to the claimant alone, in a view that the others have left: nobody
 * echoes there, so it gains no lease, and it ends with its view.
 * Nothing here uses Totem's time-outs; 5 ms cover the granularity of timers. Own messages that CPG
 * returns count for nothing: Totem delivers to the sender before any peer has the message.
 *
 * Never an interruption by the death of one standby at t. The newest lease was granted by a
 * heartbeat sent after t - H - A; the ring is formed anew and all STATEs are in by t + T + C + R,
 * the next heartbeat is echoed A later. The lease must span t - H - A to t + T + C + R + A. With a
 * quorum device the ring is formed S later at most: it waits for the device's vote.
 *
 * A and R are tied to the token time-out, which the operator chose to fit machine and network:
 * A = max(20 ms, 0.08 T), R = 20 ms + 2A. T/C/H 500/600/50: A 40, R 100, L 1330 ms; 200/240/20:
 * A 20, R 60, L 560 ms.
 */
#include "agent/lease.h"

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
	t.device = timing->device * NSEC_PER_MSEC;
	t.lease = token + consensus + t.device + t.reform + t.heartbeat + 2 * t.echo;
	return t;
}

uint64_t lease_guard(uint64_t received, uint64_t lease)
{
	return received + lease + lease_margin(lease);
}

uint64_t lease_device_guard(uint64_t quorate, const struct lease_times *times)
{
	return lease_guard(quorate + 2 * times->device, times->lease);
}

uint64_t lease_device_fresh(uint64_t claimed, const struct lease_times *times)
{
	return claimed + times->device * 12 / 10;
}
