/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP errors about packets of a flow follow that flow, with the packet they quote as its sender
 * knows it. All other ICMP is the kernel's; it answers echo to virtual addresses.
 */
#ifndef TRIREME_ENGINE_BPF_ICMP_H
#define TRIREME_ENGINE_BPF_ICMP_H

#include "engine/bpf/send.h"
#include "engine/bpf/way.h"

/* An error, and what it quotes: the packet's first eight bytes of transport are there at least. */
struct quote {
	void *icmp, *l3, *l4;
	__u8 protocol;
	__be16 from_port, to_port;
};

static __always_inline _Bool is_error(const struct packet *p, const int family)
{
	__u8 type = *(const __u8 *)p->l4;

	if (family == 6)
		return type >= ICMP6_UNREACHABLE && type <= ICMP6_PARAMETER;
	return type == ICMP_UNREACHABLE || type == ICMP_EXCEEDED || type == ICMP_PARAMETER;
}

static __always_inline _Bool read_quote(const struct packet *p, const int family, struct quote *q)
{
	const struct udphdr *ports;

	if (p->l4 + sizeof(struct icmp) > p->end || !is_error(p, family))
		return 0;
	q->icmp = p->l4;
	q->l3 = p->l4 + sizeof(struct icmp);
	q->l4 = q->l3 + (family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr));
	ports = q->l4;
	if ((void *)(ports + 1) > p->end)
		return 0;
	if (family == 4) {
		const struct iphdr *ip = q->l3;

		if (*(const __u8 *)q->l3 != IP4_PLAIN || (ip->frag_off & bpf_htons(IP4_OFFSET)))
			return 0;
		q->protocol = ip->protocol;
	} else {
		q->protocol = ((const struct ipv6hdr *)q->l3)->nexthdr;
	}
	q->from_port = ports->source;
	q->to_port = ports->dest;
	return q->protocol == IPPROTO_TCP || q->protocol == IPPROTO_UDP;
}

static __always_inline void put(__be32 *old, const __be32 *new, const int family)
{
	old[0] = new[0];
	if (family == 6) {
		old[1] = new[1];
		old[2] = new[2];
		old[3] = new[3];
	}
}

static __always_inline __u64 difference(const __be32 *old, const __be32 *new, const int family)
{
	__u64 sum = difference32(old[0], new[0]);

	if (family == 6)
		sum += difference32(old[1], new[1]) + difference32(old[2], new[2]) +
		       difference32(old[3], new[3]);
	return sum;
}

/*
 * The quoted packet's source (or destination) becomes another, and so do the checksums inside,
 * whose change is part of the sum over all. UDP's is among the eight bytes; TCP's need not be
 * there, and is left as it is: nobody can check it over a packet that is not whole.
 */
static __always_inline void translate_quote(struct quote *q, const int family, const _Bool source,
					    const __be32 *address, __be16 port)
{
	__be32 *old = q->l3 + (family == 4 ? (source ? offsetof(struct iphdr, saddr)
						     : offsetof(struct iphdr, daddr))
					   : (source ? offsetof(struct ipv6hdr, saddr)
						     : offsetof(struct ipv6hdr, daddr)));
	struct udphdr *udp = q->l4;
	__be16 *old_port = source ? &udp->source : &udp->dest;
	struct icmp *icmp = q->icmp;
	__u64 sum = difference(old, address, family), all = sum;

	if (family == 4) {
		struct iphdr *ip = q->l3;
		__u16 check = checksum_plus(ip->check, fold(sum));

		all += (__u64)(__u16)~ip->check + check;
		ip->check = check;
	}
	if (q->protocol == IPPROTO_UDP && udp->check) {
		__u16 check = checksum_plus(udp->check, fold(sum + (__u16) ~*old_port + port));

		check = check ? check : 0xffff;
		all += (__u64)(__u16)~udp->check + check;
		udp->check = check;
	}
	all += (__u64)(__u16) ~*old_port + port;
	put(old, address, family);
	*old_port = port;
	icmp->checksum = checksum_plus(icmp->checksum, fold(all));
}

/* The packet's own address and hop; ICMPv6's checksum covers the addresses, ICMP's does not. */
static __always_inline void translate_outer(const struct packet *p, struct quote *q,
					    const int family, const _Bool destination,
					    const __be32 *address)
{
	struct icmp *icmp = q->icmp;
	__u64 sum = translate_address(p->l3, family, destination, address);

	if (family == 6)
		icmp->checksum = checksum_plus(icmp->checksum, fold(sum));
}

/* About what a real server has sent: the client, or somebody on the way to it, says so. */
static __always_inline int error_to_real(struct xdp_md *ctx, const struct packet *p,
					 struct quote *q, const int family, const __u32 tag,
					 const struct fwd_instance *instance,
					 const struct scratch *scratch)
{
	struct fwd_real *real = OF(reals, scratch->place);

	if (!real || !real->hop.valid || p->ttl <= 1 || p->length > real->hop.mtu)
		return drop(FWD_DROP_HOP);
	if (real->method == FWD_TUNNEL)
		return go_on_with(ctx, PROGRAM_TUNNEL, scratch);
	if (real->method == FWD_NAT) {
		translate_quote(q, family, 1, real->address,
				real->port ? real->port : instance->port);
		translate_outer(p, q, family, 1, real->address);
	} else {
		less_ttl(p, family);
	}
	return send(ctx, family, tag, &real->hop);
}

/* About what a client has sent. */
static __always_inline int error_to_client(struct xdp_md *ctx, const struct fwd_settings *settings,
					   const struct packet *p, struct quote *q,
					   const int family, const __u32 tag,
					   const struct fwd_instance *instance)
{
	struct fwd_hop asked;
	const struct fwd_hop *hop = find_way(ctx, settings, p, family, NULL, &asked);

	if (!hop || p->ttl <= 1 || p->length > hop->mtu)
		return drop(FWD_DROP_HOP);
	translate_quote(q, family, 0, instance->address, instance->port);
	translate_outer(p, q, family, 0, instance->address);
	return send(ctx, family, tag, hop);
}

/* The flow that a quoted packet is of; client: its address there. */
static __always_inline _Bool quoted_flow(const int family, const __be32 *client, __be16 port,
					 __u32 instance, __u32 *place)
{
	struct flow f;

	if (!flow_find(family, client, FWD_KEY(port, instance), &f))
		return 0;
	*place = FWD_PLACE(*f.what);
	return 1;
}

static __always_inline int icmp(struct xdp_md *ctx, const int family, const __u32 tag)
{
	struct fwd_settings *settings = fwd_fixed.settings;
	struct scratch scratch = {};
	struct fwd_instance *instance;
	const __be32 *from, *to;
	struct packet p;
	struct quote q;
	struct end end;

	if (!settings || packet_read(ctx, &p, family, tag, 0) != READ_ICMP ||
	    !read_quote(&p, family, &q))
		return XDP_PASS;
	from = family == 4 ? &((struct iphdr *)q.l3)->saddr
			   : (__be32 *)&((struct ipv6hdr *)q.l3)->saddr;
	to = family == 4 ? &((struct iphdr *)q.l3)->daddr
			 : (__be32 *)&((struct ipv6hdr *)q.l3)->daddr;
	if (end_of(settings, family, from, q.from_port, q.protocol, FWD_END_VIRTUAL, &end)) {
		scratch.instance = END_INSTANCE(&end, 0);
		if (!quoted_flow(family, to, q.to_port, scratch.instance, &scratch.place))
			return XDP_PASS;
	} else if (end_of(settings, family, to, q.to_port, q.protocol, FWD_END_REAL, &end)) {
		scratch.reply = 1;
#pragma unroll
		for (__u32 i = 0; i < FWD_SHARED_MAX; i++) {
			scratch.instance = END_INSTANCE(&end, i);
			if (!scratch.instance || quoted_flow(family, from, q.from_port,
							     scratch.instance, &scratch.place))
				break;
		}
		if (!scratch.place)
			return XDP_PASS;
	} else {
		return XDP_PASS;
	}
	instance = OF(instances, scratch.instance);
	if (!instance ||
	    !is_served(settings, instance->group, clock_now(bpf_get_smp_processor_id())))
		return pass(FWD_PASSED_LEASE);
	return scratch.reply ? error_to_client(ctx, settings, &p, &q, family, tag, instance)
			     : error_to_real(ctx, &p, &q, family, tag, instance, &scratch);
}

SEC("xdp.frags")
int fwd_icmp(struct xdp_md *ctx)
{
	const struct tagged *frame = frame_of(ctx);

	if ((void *)(frame + 1) > frame_end(ctx))
		return XDP_PASS;
	return BY_HEADERS(frame, icmp);
}

#endif
