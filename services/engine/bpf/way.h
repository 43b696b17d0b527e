/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of answers: the kernel's routing, asked once for a flow and kept by number with it. */
#ifndef TRIREME_ENGINE_BPF_WAY_H
#define TRIREME_ENGINE_BPF_WAY_H

#include "engine/bpf/follow.h"

#define AF_INET 2   /* linux/socket.h of the kernel */
#define AF_INET6 10 /* the same */

/* What leads on, or why nothing does. */
enum way {
	WAY_KNOWN,
	WAY_NONE,
	WAY_TOO_LONG, /* the packet, for what hop.mtu says */
};

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

static __always_inline enum way ask_kernel(struct xdp_md *ctx, const struct packet *p,
					   const int family, __u32 generation, struct fwd_hop *hop)
{
	struct bpf_fib_lookup route = {.family = family == 4 ? AF_INET : AF_INET6};
	struct fwd_link *link;
	long r;

	route.l4_protocol = p->protocol;
	route.tot_len = (__u16)p->length;
	route.ifindex = ctx->ingress_ifindex;
	if (family == 4) {
		route.ipv4_src = *packet_source(p, family);
		route.ipv4_dst = *packet_destination(p, family);
	} else {
		__builtin_memcpy(route.ipv6_src, packet_source(p, family), 16);
		__builtin_memcpy(route.ipv6_dst, packet_destination(p, family), 16);
	}
	r = bpf_fib_lookup(ctx, &route, sizeof(route), 0);
	if (r == BPF_FIB_LKUP_RET_FRAG_NEEDED) {
		hop->mtu = route.mtu_result;
		return WAY_TOO_LONG;
	}
	if (r != BPF_FIB_LKUP_RET_SUCCESS)
		return WAY_NONE;
	link = OF(links, route.ifindex % FWD_LINKS_MAX);
	if (!link || link->interface != route.ifindex || !link->usable)
		return WAY_NONE;
	__builtin_memcpy(hop->mac, route.dmac, sizeof(hop->mac));
	__builtin_memcpy(hop->source, route.smac, sizeof(hop->source));
	hop->vlan = link->vlan;
	hop->mtu = route.mtu_result;
	hop->interface = link->lower;
	hop->port = link->port;
	hop->valid = (__u16)(generation + 1);
	return WAY_KNOWN;
}

/* f: NULL: of no flow. */
static __always_inline enum way find_way(struct xdp_md *ctx, const struct fwd_settings *settings,
					 const struct packet *p, const int family,
					 const struct flow *f, struct fwd_hop *hop)
{
	__u32 when = f ? *f->when : 0, generation = settings->hop_generation & 0x3f;
	struct fwd_hop *known = FWD_HOP(when) ? OF(hops, FWD_HOP(when)) : NULL;
	enum way way;
	int number;

	if (known && FWD_HOP_GENERATION(when) == generation) {
		hop->through = *(volatile __u64 *)&known->through;
		hop->to = known->to;
		hop->from = known->from;
		if (hop->valid == generation + 1)
			return p->length <= hop->mtu ? WAY_KNOWN : WAY_TOO_LONG;
	}
	way = ask_kernel(ctx, p, family, generation, hop);
	if (way == WAY_KNOWN && f) {
		number = fwd_learn(hop->to, hop->from, hop->through);
		if (number > 0)
			*f->when = FWD_WHEN(FWD_UNITS(*f->when), number, generation);
	}
	return way;
}

#endif
