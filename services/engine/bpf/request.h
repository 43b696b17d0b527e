/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked for a packet without a flow, as functions that the verifier judges once take it. */
#ifndef TRIREME_ENGINE_BPF_REQUEST_H
#define TRIREME_ENGINE_BPF_REQUEST_H

#include "engine/bpf/flow.h"
#include "engine/bpf/packet.h"

struct request {
	__be32 client[4];
	__u32 key; /* FWD_KEY() */
	__u32 interface, vlan;
	__u32 length; /* of the packet, bytes of IP */
	__u8 family, protocol, flags;
	__u8 full;    /* the caller can do full NAT */
	__u32 inside; /* 1 and the number of the inside network that the client is in; 0: none */
	__u64 now;    /* ns, CLOCK_MONOTONIC, coarse */
	__u64 hash;   /* IPv4: fwd_hash4() of the flow */
};

/* The answer is a place, or this and an enum fwd_reason why the kernel gets the packet. */
#define REFUSED(reason) (-1 - (int)(reason))
#define REFUSAL(answer) ((enum fwd_reason)(-1 - (answer)))
#define GO_INSIDE REFUSED(FWD_REASONS) /* or this: it may be full NAT */

/* All but full, inside, hash. */
static __always_inline void request_make(struct request *r, struct xdp_md *ctx,
					 const struct packet *p, const int family, __u32 key,
					 __u64 now)
{
	const __be32 *client = packet_source(p, family);

	*r = (struct request){
		.client = {client[0]},
		.key = key,
		.interface = ctx->ingress_ifindex,
		.vlan = p->vlan,
		.length = p->length,
		.family = family,
		.protocol = p->protocol,
		.flags = p->flags,
		.now = now,
	};
	if (family == 6) {
		r->client[1] = client[1];
		r->client[2] = client[2];
		r->client[3] = client[3];
	}
}

#endif
