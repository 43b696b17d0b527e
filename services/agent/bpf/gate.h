/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the gate in the kernel (gate.bpf.c) and the programs that feed it (gate_io.c) share: the
 * contents of its maps. They are pinned, so that they outlive every program. A group's number is
 * its place in `leases`; the other maps name groups by it.
 */
#ifndef TRIREME_AGENT_BPF_GATE_H
#define TRIREME_AGENT_BPF_GATE_H

#include <linux/types.h>

#define GATE_GROUPS_MAX 16
#define GATE_ADDRESSES_MAX 4096 /* of two configurations, while one takes the other's place */
#define GATE_PORTS_MAX 64

/*
 * The right to serve a group: the one that the kernel enforces, and that a restarted agent adopts.
 * Written by stores to mapped memory, read by the gate without a lock: each field by itself.
 */
struct gate_lease {
	__u64 key;	/* of the group, agent_wire_key(); 0: the place is free */
	__u64 epoch;	/* of the ownership that the lease is for */
	__u64 deadline; /* ns, CLOCK_BOOTTIME; 0: none */
};

/* A floating address in network byte order; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
struct gate_address {
	__u32 words[4];
};

_Static_assert(sizeof(struct gate_lease) == 24, "the kernel's map has elements of this size");
_Static_assert(sizeof(struct gate_address) == 16, "the kernel's map has keys of this size");

/*
 * Behind the ARP of a router's own probe, where the padding is (RFC 894) and nobody else looks:
 * other hosts that probe for a floating address keep no router from taking it.
 */
#define GATE_PROBE_MARK "trireme" /* with its NUL */

/* Whether the group may be served at this instant of CLOCK_BOOTTIME. */
static inline _Bool gate_lease_runs(const struct gate_lease *lease, __u64 now)
{
	return *(const volatile __u64 *)&lease->deadline > now;
}

#endif
