/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The leases of the groups, in an array of the kernel's that the agent writes (agent/gate_io.h) and
 * that the programs in the kernel obey: its gate, and the engine's data path. The array is pinned
 * as GATE_LEASES in a bpf file system; a group's number is its place in it.
 */
#ifndef TRIREME_PROTO_GATE_LEASE_H
#define TRIREME_PROTO_GATE_LEASE_H

#include <linux/types.h>

#define GATE_LEASES "gate_leases"
#define GATE_GROUPS_MAX 16

/*
 * The right to serve a group: the one that the kernel enforces, and that a restarted agent adopts.
 * Written by stores to mapped memory, read by the gate without a lock: each field by itself.
 */
struct gate_lease {
	__u64 key;	/* of the group, agent_wire_key(); 0: the place is free */
	__u64 epoch;	/* of the ownership that the lease is for */
	__u64 deadline; /* ns, CLOCK_BOOTTIME; 0: none */
};

_Static_assert(sizeof(struct gate_lease) == 24, "the kernel's map has elements of this size");

/* Whether the group may be served at this instant of CLOCK_BOOTTIME. */
static inline _Bool gate_lease_runs(const struct gate_lease *lease, __u64 now)
{
	return *(const volatile __u64 *)&lease->deadline > now;
}

#endif
