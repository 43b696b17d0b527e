/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that are carried to the real server inside another one (RFC 2003, RFC 2473). */
#ifndef TRIREME_ENGINE_BPF_TUNNEL_H
#define TRIREME_ENGINE_BPF_TUNNEL_H

#include "engine/bpf/send.h"

#define OUTER_TTL 64

static __always_inline __u16 header_checksum(const struct iphdr *ip)
{
	const __u16 *word = (const __u16 *)ip;
	__u32 sum = 0;

#pragma unroll
	for (__u32 i = 0; i < sizeof(*ip) / sizeof(*word); i++)
		sum += word[i];
	return (__u16)~fold(sum);
}

static __always_inline void outer4(struct iphdr *ip, const struct iphdr *inner,
				   const struct fwd_real *real)
{
	*(__u8 *)ip = IP4_PLAIN;
	ip->tos = inner->tos;
	ip->tot_len = bpf_htons(bpf_ntohs(inner->tot_len) + sizeof(*ip));
	ip->id = (__u16)bpf_get_prandom_u32();
	ip->frag_off = inner->frag_off & bpf_htons(IP4_DF);
	ip->ttl = OUTER_TTL;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->saddr = real->outer[0];
	ip->daddr = real->address[0];
	ip->check = header_checksum(ip);
}

static __always_inline void outer6(struct ipv6hdr *ip, const struct ipv6hdr *inner,
				   const struct fwd_real *real)
{
	__builtin_memcpy(ip, inner, 4); /* version, class, label */
	ip->payload_len = bpf_htons(bpf_ntohs(inner->payload_len) + sizeof(*ip));
	ip->nexthdr = IPPROTO_IPV6;
	ip->hop_limit = OUTER_TTL;
	__builtin_memcpy(&ip->saddr, real->outer, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, real->address, sizeof(ip->daddr));
}

static __always_inline int tunnel(struct xdp_md *ctx, const int family, const __u32 tag,
				  const struct scratch *scratch)
{
	const __u32 size = family == 4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct fwd_real *real = OF(reals, scratch->place);
	struct packet p = {.l3 = frame_of(ctx) + ETH_HLEN + tag, .end = frame_end(ctx)};
	struct scratch error = *scratch;

	if (!real || !real->hop.valid)
		return drop(FWD_DROP_HOP);
	if (p.l3 + size > p.end)
		return drop(FWD_DROP_MALFORMED);
	p.length = family == 4 ? bpf_ntohs(((struct iphdr *)p.l3)->tot_len)
			       : bpf_ntohs(((struct ipv6hdr *)p.l3)->payload_len) + size;
	if (p.length + size > real->hop.mtu) {
		error.mtu = real->hop.mtu - size;
		return go_on_with(ctx, PROGRAM_ERROR, &error);
	}
	less_ttl(&p, family);
	if (bpf_xdp_adjust_head(ctx, -(int)size) < 0)
		return drop(FWD_DROP_MALFORMED);
	p.l3 = frame_of(ctx) + ETH_HLEN + tag;
	p.end = frame_end(ctx);
	if (p.l3 + 2 * size > p.end)
		return drop(FWD_DROP_MALFORMED);
	if (family == 4)
		outer4(p.l3, p.l3 + size, real);
	else
		outer6(p.l3, p.l3 + size, real);
	if (tag) {
		/* Where the old frame's tag was, its own has to be for send_tagged(). */
		struct tagged *frame = frame_of(ctx);

		if ((void *)(frame + 1) > frame_end(ctx))
			return drop(FWD_DROP_MALFORMED);
		frame->tci = 0;
	} else {
		struct ethhdr *eth = frame_of(ctx);

		if ((void *)(eth + 1) > frame_end(ctx))
			return drop(FWD_DROP_MALFORMED);
		eth->h_proto = bpf_htons(family == 4 ? ETH_P_IP : ETH_P_IPV6);
	}
	return send(ctx, &p, family, tag, &real->hop);
}

SEC("xdp.frags")
int fwd_tunnel(struct xdp_md *ctx)
{
	const struct tagged *frame = frame_of(ctx);
	struct scratch *s = AT(fwd_scratch, 0), scratch;

	if (!s || (void *)(frame + 1) > frame_end(ctx))
		return XDP_PASS;
	scratch = *s;
	return BY_HEADERS(frame, tunnel, &scratch);
}

#endif
