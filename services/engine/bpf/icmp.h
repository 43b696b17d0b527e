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

static __always_inline const __be32 *quote_source(const struct quote *q, const int family)
{
	return family == 4 ? &((struct iphdr *)q->l3)->saddr
			   : (__be32 *)&((struct ipv6hdr *)q->l3)->saddr;
}

static __always_inline const __be32 *quote_destination(const struct quote *q, const int family)
{
	return family == 4 ? &((struct iphdr *)q->l3)->daddr
			   : (__be32 *)&((struct ipv6hdr *)q->l3)->daddr;
}

static __always_inline void put(__be32 *to, const __be32 *from, const int family)
{
	to[0] = from[0];
	if (family == 6) {
		to[1] = from[1];
		to[2] = from[2];
		to[3] = from[3];
	}
}

/* Both ends of the quoted packet as they are to be. */
struct ends {
	__be32 from[4], to[4];
	__be16 from_port, to_port;
};

/* As they are. */
static __always_inline void ends_of(const struct quote *q, const int family, struct ends *ends)
{
	put(ends->from, quote_source(q, family), family);
	put(ends->to, quote_destination(q, family), family);
	ends->from_port = q->from_port;
	ends->to_port = q->to_port;
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
 * The quoted packet gets other ends, and so do the checksums inside, whose change is part of the
 * sum over all. UDP's is among the eight bytes; TCP's need not be there, and is left as it is:
 * nobody can check it over a packet that is not whole.
 */
static __always_inline void translate_quote(struct quote *q, const int family,
					    const struct ends *ends)
{
	__be32 *from = (__be32 *)quote_source(q, family),
	       *to = (__be32 *)quote_destination(q, family);
	struct udphdr *udp = q->l4;
	struct icmp *icmp = q->icmp;
	__u64 ports =
		(__u64)(__u16)~udp->source + ends->from_port + (__u16)~udp->dest + ends->to_port;
	__u64 sum = difference(from, ends->from, family) + difference(to, ends->to, family);
	__u64 all = sum + ports;

	if (family == 4) {
		struct iphdr *ip = q->l3;
		__u16 check = checksum_plus(ip->check, sum);

		all += (__u64)(__u16)~ip->check + check;
		ip->check = check;
	}
	if (q->protocol == IPPROTO_UDP && udp->check) {
		__u16 check = checksum_plus(udp->check, sum + ports);

		check = check ? check : 0xffff;
		all += (__u64)(__u16)~udp->check + check;
		udp->check = check;
	}
	put(from, ends->from, family);
	put(to, ends->to, family);
	udp->source = ends->from_port;
	udp->dest = ends->to_port;
	icmp->checksum = checksum_plus(icmp->checksum, all);
}

/* The packet's own address and hops; ICMPv6's checksum covers the addresses, ICMP's does not. */
static __always_inline void translate_outer(const struct packet *p, struct quote *q,
					    const int family, const _Bool destination,
					    const __be32 *address, const __u32 hops)
{
	struct icmp *icmp = q->icmp;
	__u64 sum = translate_address(p->l3, family, destination, address, hops);

	if (family == 6)
		icmp->checksum = checksum_plus(icmp->checksum, sum);
}

/* About what a real server has sent: the client, or somebody on the way to it, says so. */
static __always_inline int error_to_real(struct xdp_md *ctx, const struct packet *p,
					 struct quote *q, const int family, const __u32 tag,
					 const struct fwd_instance *instance,
					 const struct scratch *scratch)
{
	struct fwd_real *real = OF(reals, scratch->place);
	struct ends ends;

	if (!real || !real->hop.valid || p->ttl <= 1 || p->length > real->hop.mtu)
		return drop(FWD_DROP_HOP);
	if (real->method == FWD_TUNNEL)
		return go_on_with(ctx, PROGRAM_TUNNEL, scratch);
	if (real->method == FWD_NAT) {
		ends_of(q, family, &ends);
		put(ends.from, real->address, family);
		ends.from_port = real->port ? real->port : instance->port;
		if (scratch->back) {
			put(ends.to, real->outer, family);
			ends.to_port = scratch->back;
		}
		translate_quote(q, family, &ends);
		translate_outer(p, q, family, 1, real->address, 1);
	} else {
		less_ttl(p, family);
	}
	return send(ctx, p, family, tag, &real->hop);
}

/* About what a client has sent. */
static __always_inline int error_to_client(struct xdp_md *ctx, const struct fwd_settings *settings,
					   const struct packet *p, struct quote *q,
					   const int family, const __u32 tag,
					   const struct fwd_instance *instance, __be16 port)
{
	struct ends ends;
	const struct fwd_back *back = OF(backs, bpf_ntohs(port));
	const __be32 *to = port ? back->client : packet_destination(p, family);
	struct fwd_hop asked;
	const struct fwd_hop *hop = find_way(ctx, settings, p, family, to, NULL, &asked);

	if (!hop || p->ttl <= 1 || p->length > hop->mtu)
		return drop(FWD_DROP_HOP);
	ends_of(q, family, &ends);
	put(ends.to, instance->address, family);
	ends.to_port = instance->port;
	if (port) {
		put(ends.from, back->client, family);
		ends.from_port = (__be16)back->key;
		translate_outer(p, q, family, 1, back->client, 0);
	}
	translate_quote(q, family, &ends);
	translate_outer(p, q, family, 0, instance->address, 1);
	return send(ctx, p, family, tag, hop);
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

/* The same under full NAT, of what was sent to a client: its port or 0, and the real server. */
static __always_inline __be16 quoted_back(struct xdp_md *ctx, const struct packet *p,
					  const struct quote *q, const int family, __u32 instance,
					  __u32 *place)
{
	struct request r;
	__be16 port;

	request_make(&r, ctx, p, family, FWD_KEY(q->to_port, instance), 0);
	__builtin_memcpy(r.client, quote_destination(q, family), family == 4 ? 4 : 16);
	port = (__be16)fwd_back_of(&r);
	if (!port)
		return 0;
	*place = OF(backs, bpf_ntohs(port))->place;
	return port;
}

/* And of what was sent to a real server. */
static __always_inline _Bool is_of_back(const struct quote *q, const int family,
					const struct fwd_back *back)
{
	return is_own_end(back, family, quote_source(q, family), q->from_port) &&
	       is_far_end(back, family, quote_destination(q, family), q->to_port, q->protocol) &&
	       fwd_back_flow(bpf_ntohs(q->from_port)) >= 0;
}

static __always_inline int icmp(struct xdp_md *ctx, const int family, const __u32 tag)
{
	struct fwd_settings *settings = fwd_fixed.settings;
	struct scratch scratch = {};
	struct fwd_instance *instance;
	const struct fwd_back *back;
	const __be32 *from, *to;
	struct packet p;
	struct quote q;
	struct end end;

	if (!settings || packet_read(ctx, &p, family, tag, 0) != READ_ICMP ||
	    !read_quote(&p, family, &q))
		return XDP_PASS;
	from = quote_source(&q, family);
	to = quote_destination(&q, family);
	if (end_of(settings, family, from, q.from_port, q.protocol, FWD_END_VIRTUAL, &end)) {
		scratch.instance = END_INSTANCE(&end, 0);
		if (!quoted_flow(family, to, q.to_port, scratch.instance, &scratch.place))
			scratch.back =
				quoted_back(ctx, &p, &q, family, scratch.instance, &scratch.place);
		if (!scratch.place)
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
		back = OF(backs, bpf_ntohs(q.from_port));
		if (!scratch.place && is_of_back(&q, family, back)) {
			scratch.instance = back->key >> 16;
			scratch.place = back->place;
			scratch.back = q.from_port;
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
	return scratch.reply
		       ? error_to_client(ctx, settings, &p, &q, family, tag, instance, scratch.back)
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
