/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ICMP errors of the router's own: what is too long, what has no hop left. They go back where the
 * packet came from, with the virtual address as their source, which both sides know.
 */
#ifndef TRIREME_ENGINE_BPF_ERROR_H
#define TRIREME_ENGINE_BPF_ERROR_H

#include "engine/bpf/send.h"
#include "engine/bpf/tunnel.h"

#define QUOTE4 28 /* RFC 792: the header and eight bytes */
#define QUOTE6 88 /* RFC 4443, 2.4: as much as may be; a TCP header with options */
#define QUOTE6_MIN 48
#define ERROR_TTL 64

static __always_inline __u16 sum_of(void *from, __u32 size, __u32 start)
{
	return (__u16)~fold((__u64)(__u32)bpf_csum_diff(NULL, 0, from, size, start));
}

static __always_inline void error4(void *l3, const struct fwd_instance *instance, __u32 mtu)
{
	struct iphdr *ip = l3, *quoted = l3 + sizeof(*ip) + sizeof(struct icmp);
	struct icmp *icmp = l3 + sizeof(*ip);

	*(__u8 *)ip = IP4_PLAIN;
	ip->tos = 0;
	ip->tot_len = bpf_htons(sizeof(*ip) + sizeof(*icmp) + QUOTE4);
	ip->id = (__u16)bpf_get_prandom_u32();
	ip->frag_off = 0;
	ip->ttl = ERROR_TTL;
	ip->protocol = IPPROTO_ICMP;
	ip->saddr = instance->address[0];
	ip->daddr = quoted->saddr;
	ip->check = 0;
	ip->check = header_checksum(ip);
	icmp->type = mtu ? ICMP_UNREACHABLE : ICMP_EXCEEDED;
	icmp->code = mtu ? ICMP_FRAGMENTATION_NEEDED : 0;
	icmp->checksum = 0;
	icmp->rest = bpf_htonl(mtu); /* RFC 1191, 4: its lower half */
	icmp->checksum = sum_of(icmp, sizeof(*icmp) + QUOTE4, 0);
}

static __always_inline void error6(void *l3, const struct fwd_instance *instance, __u32 mtu,
				   const __u32 quote)
{
	struct ipv6hdr *ip = l3, *quoted = l3 + sizeof(*ip) + sizeof(struct icmp);
	struct icmp *icmp = l3 + sizeof(*ip);
	const __u32 size = sizeof(*icmp) + quote;

	*(__be32 *)ip = bpf_htonl(6u << 28);
	ip->payload_len = bpf_htons((__u16)size);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = ERROR_TTL;
	__builtin_memcpy(&ip->saddr, instance->address, sizeof(ip->saddr));
	__builtin_memcpy(&ip->daddr, &quoted->saddr, sizeof(ip->daddr));
	icmp->type = mtu ? ICMP6_TOO_BIG : ICMP6_EXCEEDED;
	icmp->code = 0;
	icmp->checksum = 0;
	icmp->rest = bpf_htonl(mtu);
	/* With the pseudo-header, RFC 4443, 2.3: both addresses lie one behind the other. */
	icmp->checksum =
		sum_of(icmp, size,
		       (__u32)bpf_csum_diff(NULL, 0, (void *)&ip->saddr, 2 * sizeof(ip->saddr),
					    bpf_htons((__u16)size) + bpf_htons(IPPROTO_ICMPV6)));
}

static __always_inline int error(struct xdp_md *ctx, const int family, const __u32 tag,
				 const __u32 quote, const struct scratch *scratch)
{
	const __u32 headers = family == 4 ? sizeof(struct iphdr) + sizeof(struct icmp)
					  : sizeof(struct ipv6hdr) + sizeof(struct icmp);
	struct fwd_instance *instance = OF(instances, scratch->instance);
	__u32 have = (__u32)bpf_xdp_get_buff_len(ctx); /* of several buffers */
	struct tagged *frame = frame_of(ctx), saved;
	__u8 mac[ETH_ALEN];

	if (!instance || (void *)(frame + 1) > frame_end(ctx))
		return drop(FWD_DROP_MALFORMED);
	saved = *frame;
	if (have < ETH_HLEN + tag + quote ||
	    bpf_xdp_adjust_tail(ctx, -(int)(have - (ETH_HLEN + tag + quote))) < 0 ||
	    bpf_xdp_adjust_head(ctx, -(int)headers) < 0)
		return drop(FWD_DROP_MALFORMED);
	frame = frame_of(ctx);
	if ((void *)frame + ETH_HLEN + tag + headers + quote > frame_end(ctx))
		return drop(FWD_DROP_MALFORMED);
	__builtin_memcpy(mac, saved.macs, ETH_ALEN);
	__builtin_memcpy(frame, saved.macs + ETH_ALEN, ETH_ALEN);
	__builtin_memcpy((void *)frame + ETH_ALEN, mac, ETH_ALEN);
	frame->tag_protocol = saved.tag_protocol;
	if (tag) {
		frame->tci = saved.tci;
		frame->protocol = saved.protocol;
	}
	if (family == 4)
		error4((void *)frame + ETH_HLEN + tag, instance, scratch->mtu);
	else
		error6((void *)frame + ETH_HLEN + tag, instance, scratch->mtu, quote);
	fwd_count(scratch->mtu ? FWD_ANSWERED_TOO_BIG : FWD_ANSWERED_TTL);
	return XDP_TX;
}

static __always_inline int error_of(struct xdp_md *ctx, const int family, const __u32 tag,
				    const struct scratch *scratch)
{
	if (family == 4)
		return error(ctx, 4, tag, QUOTE4, scratch);
	if (ctx->data_end - ctx->data >= ETH_HLEN + tag + QUOTE6)
		return error(ctx, 6, tag, QUOTE6, scratch);
	return error(ctx, 6, tag, QUOTE6_MIN, scratch);
}

SEC("xdp.frags")
int fwd_error(struct xdp_md *ctx)
{
	const struct tagged *frame = frame_of(ctx);
	struct scratch *s = AT(fwd_scratch, 0), scratch;

	if (!s || (void *)(frame + 1) > frame_end(ctx))
		return XDP_PASS;
	scratch = *s;
	return BY_HEADERS(frame, error_of, &scratch);
}

#endif
