/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of answers: the kernel's routing, asked once for a flow and kept by number with it. */
#ifndef TRIREME_ENGINE_BPF_WAY_H
#define TRIREME_ENGINE_BPF_WAY_H

#include "engine/bpf/follow.h"

#define AF_INET 2   /* linux/socket.h of the kernel */
#define AF_INET6 10 /* the same */

/*
 * The number that stands for this hop, or 0: its place is another one's. Of an old generation the
 * place is free. `through` is written last, and is what readers go by.
 */
__noinline int fwd_learn(__u64 to, __u64 from, __u64 through)
{
	__u32 number = (__u32)fwd_mix(to ^ through << 16, 0) % (FWD_HOPS_MAX - 1) + 1;
	struct fwd_hop *hop = OF(hops, number);
	__u64 was;

	if (!hop)
		return 0;
	was = *(volatile __u64 *)&hop->through;
	if (was == through && hop->to == to)
		return (int)number;
	if (was >> 48 == through >> 48)
		return 0;
	if (__sync_val_compare_and_swap(&hop->through, was, 0) != was)
		return 0;
	*(volatile __u64 *)&hop->to = to;
	*(volatile __u64 *)&hop->from = from;
	*(volatile __u64 *)&hop->through = through;
	return (int)number;
}

/* Whether anything leads to; for a packet that is too long, no more than the MTU is known. */
static __always_inline _Bool ask_kernel(struct xdp_md *ctx, const struct packet *p,
					const int family, const __be32 *to, __u32 generation,
					struct fwd_hop *hop)
{
	struct bpf_fib_lookup route = {.family = family == 4 ? AF_INET : AF_INET6};
	struct fwd_link *link;
	long r;

	route.l4_protocol = p->protocol;
	route.tot_len = (__u16)p->length;
	route.ifindex = ctx->ingress_ifindex;
	if (family == 4) {
		route.ipv4_src = *packet_source(p, family);
		route.ipv4_dst = *to;
	} else {
		__builtin_memcpy(route.ipv6_src, packet_source(p, family), 16);
		__builtin_memcpy(route.ipv6_dst, to, 16);
	}
	r = bpf_fib_lookup(ctx, &route, sizeof(route), 0);
	*hop = (struct fwd_hop){.mtu = route.mtu_result};
	if (r == BPF_FIB_LKUP_RET_FRAG_NEEDED)
		return 1;
	if (r != BPF_FIB_LKUP_RET_SUCCESS)
		return 0;
	link = OF(links, route.ifindex % FWD_LINKS_MAX);
	if (!link || link->interface != route.ifindex || !link->usable)
		return 0;
	__builtin_memcpy(hop->mac, route.dmac, sizeof(hop->mac));
	__builtin_memcpy(hop->source, route.smac, sizeof(hop->source));
	hop->vlan = link->vlan;
	hop->interface = link->lower;
	hop->port = link->port;
	hop->valid = (__u16)(generation + 1);
	return 1;
}

/* The hop, or NULL: nothing leads to. what: of the flow, or NULL. asked: memory for it. */
static __always_inline const struct fwd_hop *
find_way(struct xdp_md *ctx, const struct fwd_settings *settings, const struct packet *p,
	 const int family, const __be32 *to, volatile __u32 *what, struct fwd_hop *asked)
{
	__u32 when = what ? WHEN(what) : 0, generation = settings->hop_generation & 0x3f;
	const struct fwd_hop *known = OF(hops, FWD_HOP(when));
	int number;

	/* Number 0 is never valid. */
	if (known && FWD_HOP_GENERATION(when) == generation &&
	    *(const volatile __u16 *)&known->valid == generation + 1)
		return known;
	if (!ask_kernel(ctx, p, family, to, generation, asked))
		return NULL;
	if (what && asked->valid) {
		number = fwd_learn(asked->to, asked->from, asked->through);
		if (number > 0)
			WHEN(what) = FWD_WHEN(FWD_UNITS(WHEN(what)), number, generation);
	}
	return asked;
}

#endif
