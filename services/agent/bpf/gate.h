/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the gate in the kernel (gate.bpf.c) and the programs that feed it (gate_io.c) share: the
 * contents of its maps. They are pinned, so that they outlive every program. A group's number is
 * its place in `leases`; the other maps name groups by it.
 */
#ifndef TRIREME_AGENT_BPF_GATE_H
#define TRIREME_AGENT_BPF_GATE_H

#include <linux/types.h>

#include "proto/gate_lease.h"

#define GATE_ADDRESSES_MAX 4096 /* of two configurations, while one takes the other's place */
#define GATE_PORTS_MAX 64

/* A floating address in network byte order; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
struct gate_address {
	__u32 words[4];
};

_Static_assert(sizeof(struct gate_address) == 16, "the kernel's map has keys of this size");

/*
 * Behind the ARP of a router's own probe, where the padding is (RFC 894) and nobody else looks:
 * other hosts that probe for a floating address keep no router from taking it.
 */
#define GATE_PROBE_MARK "trireme" /* with its NUL */

#endif
