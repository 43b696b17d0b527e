/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet: what is read of it, and how it is rewritten. `family` (4, 6) and `tag` (bytes of the
 * VLAN's tag: 0, 4) are constants wherever these are used, so that all offsets are.
 */
#ifndef TRIREME_ENGINE_BPF_PACKET_H
#define TRIREME_ENGINE_BPF_PACKET_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stddef.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "engine/bpf/checksum.h"
#include "engine/bpf/frame.h"

#define TAG_SIZE 4
#define VLAN_NUMBER 0x0fff
#define IP4_PLAIN 0x45	  /* version 4, no options */
#define IP4_OFFSET 0x1fff /* RFC 791, 3.1 */
#define IP4_MORE 0x2000
#define IP4_DF 0x4000

#define SYN 0x02
#define FIN 0x01
#define RST 0x04
#define ACK 0x10
#define TCP_FLAGS 13 /* their offset */

/* RFC 792 and RFC 4443, 2.1: what all errors have in common. rest: the MTU, a pointer, or nothing.
 */
struct icmp {
	__u8 type, code;
	__u16 checksum;
	__be32 rest;
};

#define ICMP_UNREACHABLE 3	    /* RFC 792 */
#define ICMP_FRAGMENTATION_NEEDED 4 /* its code */
#define ICMP_EXCEEDED 11
#define ICMP_PARAMETER 12
#define ICMP6_UNREACHABLE 1 /* RFC 4443, 3.1 to 3.4 */
#define ICMP6_TOO_BIG 2
#define ICMP6_EXCEEDED 3
#define ICMP6_PARAMETER 4

/* RFC 8200, 4.5. */
struct fragment6 {
	__u8 next, reserved;
	__be16 offset; /* in its upper 13 bits */
	__be32 id;
};

#define IP6_OFFSET 0xfff8

struct packet {
	void *l3, *l4, *end;
	__u32 length; /* of IP, bytes */
	__be16 from_port, to_port;
	__u8 protocol, flags; /* of TCP; else 0 */
	__u8 ttl;
	__u8 first; /* fragment of several */
	__u16 vlan;
};

/* What is to be done with it beside "go on". */
enum reading {
	READ_OK,
	READ_FOREIGN, /* nothing of ours */
	READ_OPTIONS,
	READ_FRAGMENT, /* not the first one */
	READ_ICMP,
};

/*
 * A frame that ends before its packet, or a packet before the headers of that size. Of a frame in
 * several buffers only the first one lies between data and data_end.
 */
static __always_inline _Bool is_cut(struct xdp_md *ctx, const struct packet *p, const __u32 tag,
				    const __u32 headers)
{
	__u64 have = p->end - p->l3;

	if (p->length < headers)
		return 1;
	return p->length > have && p->length + ETH_HLEN + tag > bpf_xdp_get_buff_len(ctx);
}

/* header: bytes of IP before it. */
static __always_inline enum reading read_transport(struct xdp_md *ctx, struct packet *p,
						   const __u32 tag, const __u32 header)
{
	const struct udphdr *udp = p->l4;
	const __u8 *tcp = p->l4;

	if (p->protocol == IPPROTO_TCP) {
		if (p->l4 + sizeof(struct tcphdr) > p->end ||
		    is_cut(ctx, p, tag, header + sizeof(struct tcphdr)))
			return READ_FOREIGN;
		p->flags = tcp[TCP_FLAGS];
	} else if (p->protocol == IPPROTO_UDP) {
		if (p->l4 + sizeof(*udp) > p->end || is_cut(ctx, p, tag, header + sizeof(*udp)))
			return READ_FOREIGN;
		p->flags = 0;
	} else {
		return READ_FOREIGN;
	}
	p->from_port = udp->source;
	p->to_port = udp->dest;
	return READ_OK;
}

static __always_inline enum reading read4(struct xdp_md *ctx, struct packet *p, const __u32 tag)
{
	const struct iphdr *ip = p->l3;

	p->l4 = p->l3 + sizeof(*ip);
	if (p->l4 > p->end)
		return READ_FOREIGN;
	if (*(const __u8 *)p->l3 != IP4_PLAIN)
		return READ_OPTIONS;
	p->length = bpf_ntohs(ip->tot_len);
	p->ttl = ip->ttl;
	p->protocol = ip->protocol;
	p->first = 0;
	if (ip->frag_off & bpf_htons(IP4_OFFSET | IP4_MORE)) {
		if (ip->frag_off & bpf_htons(IP4_OFFSET))
			return READ_FRAGMENT;
		p->first = 1;
	}
	if (p->protocol == IPPROTO_ICMP)
		return is_cut(ctx, p, tag, sizeof(*ip) + sizeof(struct icmp)) ? READ_FOREIGN
									      : READ_ICMP;
	return read_transport(ctx, p, tag, sizeof(*ip));
}

/*
 * Of extension headers only the fragment's is known. extra: its size in the programs that are for
 * first fragments, 0 in all others.
 */
static __always_inline enum reading read6(struct xdp_md *ctx, struct packet *p, const __u32 tag,
					  const __u32 extra)
{
	const struct ipv6hdr *ip = p->l3;
	const struct fragment6 *fragment = (const void *)(ip + 1);

	p->l4 = p->l3 + sizeof(*ip) + extra;
	if (p->l4 > p->end)
		return READ_FOREIGN;
	p->length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	p->ttl = ip->hop_limit;
	p->protocol = extra ? fragment->next : ip->nexthdr;
	p->first = extra != 0;
	/* One in another would go round between two programs. */
	if (p->protocol == IPPROTO_FRAGMENT)
		return extra ? READ_OPTIONS : READ_FRAGMENT;
	if (p->protocol == IPPROTO_ICMPV6)
		return is_cut(ctx, p, tag, sizeof(*ip) + extra + sizeof(struct icmp)) ? READ_FOREIGN
										      : READ_ICMP;
	return read_transport(ctx, p, tag, sizeof(*ip) + extra);
}

static __always_inline enum reading packet_read(struct xdp_md *ctx, struct packet *p,
						const int family, const __u32 tag,
						const __u32 extra)
{
	void *data = frame_of(ctx);

	p->end = frame_end(ctx);
	p->l3 = data + ETH_HLEN + tag;
	if (p->l3 > p->end)
		return READ_FOREIGN;
	p->vlan = tag ? bpf_ntohs(*(__be16 *)(data + ETH_HLEN)) & VLAN_NUMBER : 0;
	return family == 4 ? read4(ctx, p, tag) : read6(ctx, p, tag, extra);
}

static __always_inline const __be32 *packet_source(const struct packet *p, const int family)
{
	return family == 4 ? &((struct iphdr *)p->l3)->saddr
			   : (__be32 *)&((struct ipv6hdr *)p->l3)->saddr;
}

static __always_inline const __be32 *packet_destination(const struct packet *p, const int family)
{
	return family == 4 ? &((struct iphdr *)p->l3)->daddr
			   : (__be32 *)&((struct ipv6hdr *)p->l3)->daddr;
}

static __always_inline _Bool same_address(const int family, const __be32 *a, const __be32 *b)
{
	return a[0] == b[0] && (family == 4 || (a[1] == b[1] && a[2] == b[2] && a[3] == b[3]));
}

/* A hop less, RFC 791: the TTL is the lower byte of its word in memory. */
#define TTL_LESS 0xfffe

static __always_inline void less_ttl(const struct packet *p, const int family)
{
	if (family == 4) {
		struct iphdr *ip = p->l3;

		ip->ttl--;
		ip->check = checksum_plus(ip->check, TTL_LESS);
	} else {
		((struct ipv6hdr *)p->l3)->hop_limit--;
	}
}

static __always_inline void change_checksum(struct packet *p, __u64 difference)
{
	if (p->protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = p->l4;

		/* Linux 6.1 forgets what it has seen of a protocol that is kept on the stack. */
		if ((void *)(tcp + 1) > p->end)
			return;
		tcp->check = checksum_plus(tcp->check, difference);
	} else {
		struct udphdr *udp = p->l4;
		__u16 check = udp->check;

		/* RFC 768: 0 is none, and a sum of 0 is sent as its complement. */
		if (!check)
			return;
		check = checksum_plus(check, difference);
		udp->check = check ? check : 0xffff;
	}
}

/* Another address in the place of the destination's (or the source's), and so many hops less. */
static __always_inline __u64 translate_address(void *l3, const int family, const _Bool destination,
					       const __be32 *address, const __u32 hops)
{
	__u64 sum;

	if (family == 4) {
		struct iphdr *ip = l3;
		__be32 *old = destination ? &ip->daddr : &ip->saddr;

		sum = difference32(*old, *address);
		ip->ttl -= hops;
		ip->check = checksum_plus(ip->check, sum + hops * TTL_LESS);
		*old = *address;
	} else {
		struct ipv6hdr *ip = l3;
		__be32 *old = destination ? (__be32 *)&ip->daddr : (__be32 *)&ip->saddr;

		sum = difference32(old[0], address[0]) + difference32(old[1], address[1]) +
		      difference32(old[2], address[2]) + difference32(old[3], address[3]);
		ip->hop_limit -= hops;
		__builtin_memcpy(old, address, sizeof(ip->daddr));
	}
	return sum;
}

/* And another port; all checksums follow. */
static __always_inline void translate(struct packet *p, const int family, const _Bool destination,
				      const __be32 *address, __be16 port, const __u32 hops)
{
	__be16 *old_port = p->l4 + (destination ? offsetof(struct udphdr, dest)
						: offsetof(struct udphdr, source));
	__u64 sum = translate_address(p->l3, family, destination, address, hops);

	change_checksum(p, sum + (__u16) ~*old_port + port);
	*old_port = port;
}

#endif
