/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways out of the data path: frames to the next hop, and the programs that go on with a packet. */
#ifndef TRIREME_ENGINE_BPF_SEND_H
#define TRIREME_ENGINE_BPF_SEND_H

#include "engine/bpf/maps.h"
#include "engine/bpf/packet.h"

/* Places in fwd_programs. */
enum program {
	PROGRAM_6,	 /* IPv6, no tag */
	PROGRAM_TAGGED4, /* IPv4 behind a tag */
	PROGRAM_TAGGED6,
	PROGRAM_ICMP,
	PROGRAM_FRAGMENT,
	PROGRAM_FIRST6, /* a first fragment of IPv6, no tag */
	PROGRAM_TAGGED_FIRST6,
	PROGRAM_TUNNEL,
	PROGRAM_ERROR,
	PROGRAM_INSIDE,
	PROGRAM_INSIDE_REPLY,
	PROGRAMS,
};

/* What one program leaves for the next one of the same packet. */
struct scratch {
	__u32 place, instance;
	__u32 mtu;   /* PROGRAM_ERROR: 0 for Time Exceeded */
	__u16 reply; /* from a real server */
	__be16 back; /* under full NAT: the port that stands for the client; else 0 */
};

/* Made only where it is needed. */
#define SCRATCH(place, instance, mtu, reply, back) \
	((const struct scratch){place, instance, mtu, reply, back})

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} fwd_scratch SEC(".maps");

int fwd_main(struct xdp_md *ctx);
int fwd_v6(struct xdp_md *ctx);
int fwd_tagged4(struct xdp_md *ctx);
int fwd_tagged6(struct xdp_md *ctx);
int fwd_icmp(struct xdp_md *ctx);
int fwd_fragment(struct xdp_md *ctx);
int fwd_first6(struct xdp_md *ctx);
int fwd_tagged_first6(struct xdp_md *ctx);
int fwd_tunnel(struct xdp_md *ctx);
int fwd_error(struct xdp_md *ctx);
int fwd_inside(struct xdp_md *ctx);
int fwd_inside_reply(struct xdp_md *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, PROGRAMS);
	__type(key, __u32);
	__array(values, int(void *));
} fwd_programs SEC(".maps") = {
	.values =
		{
			[PROGRAM_6] = (void *)&fwd_v6,
			[PROGRAM_TAGGED4] = (void *)&fwd_tagged4,
			[PROGRAM_TAGGED6] = (void *)&fwd_tagged6,
			[PROGRAM_ICMP] = (void *)&fwd_icmp,
			[PROGRAM_FRAGMENT] = (void *)&fwd_fragment,
			[PROGRAM_FIRST6] = (void *)&fwd_first6,
			[PROGRAM_TAGGED_FIRST6] = (void *)&fwd_tagged_first6,
			[PROGRAM_TUNNEL] = (void *)&fwd_tunnel,
			[PROGRAM_ERROR] = (void *)&fwd_error,
			[PROGRAM_INSIDE] = (void *)&fwd_inside,
			[PROGRAM_INSIDE_REPLY] = (void *)&fwd_inside_reply,
		},
};

/* Only where that program is missing it comes back, and the kernel takes the packet. */
static __always_inline int go_on(struct xdp_md *ctx, enum program program)
{
	bpf_tail_call(ctx, &fwd_programs, program);
	return XDP_PASS;
}

static __always_inline int go_on_with(struct xdp_md *ctx, enum program program,
				      const struct scratch *scratch)
{
	struct scratch *s = AT(fwd_scratch, 0);

	if (!s)
		return XDP_PASS;
	*s = *scratch;
	return go_on(ctx, program);
}

/* Both at once: 12 bytes, which lie in the order in which they are in memory (x86-64, bpfel). */
static __always_inline void write_macs(void *data, const struct fwd_hop *hop)
{
	__u64 to = hop->to, from = hop->from;

	*(__u64 *)data = (to & 0xffffffffffff) | from << 48;
	*(__u32 *)(data + sizeof(to)) = (__u32)(from >> 16);
}

static __always_inline int send_frame(struct xdp_md *ctx, const struct fwd_hop *hop)
{
	if (hop->interface == ctx->ingress_ifindex)
		return XDP_TX;
	return (int)bpf_redirect_map(&fwd_ports, hop->port, XDP_DROP);
}

struct tagged {
	__u8 macs[2 * ETH_ALEN];
	__be16 tag_protocol, tci, protocol;
} __attribute__((packed));

/* What f gives for the family and the tag of the frame, each a constant in it. */
#define BY_HEADERS(frame, f, ...)                                                              \
	((frame)->tag_protocol == bpf_htons(ETH_P_IP)	  ? f(ctx, 4, 0, ##__VA_ARGS__)        \
	 : (frame)->tag_protocol == bpf_htons(ETH_P_IPV6) ? f(ctx, 6, 0, ##__VA_ARGS__)        \
	 : (frame)->protocol == bpf_htons(ETH_P_IP)	  ? f(ctx, 4, TAG_SIZE, ##__VA_ARGS__) \
							  : f(ctx, 6, TAG_SIZE, ##__VA_ARGS__))

/* The frame has a tag, or gets one, or loses it. */
static __always_inline int send_tagged(struct xdp_md *ctx, const __u32 tag,
				       const struct fwd_hop *hop, __be16 protocol)
{
	struct tagged *frame = frame_of(ctx);
	__be16 priority = 0;

	if (tag && (void *)(frame + 1) <= frame_end(ctx))
		priority = frame->tci & bpf_htons(0xf000);
	if (!tag && bpf_xdp_adjust_head(ctx, -TAG_SIZE) < 0)
		return drop(FWD_DROP_MALFORMED);
	if (tag && !hop->vlan && bpf_xdp_adjust_head(ctx, TAG_SIZE) < 0)
		return drop(FWD_DROP_MALFORMED);
	frame = frame_of(ctx);
	if ((void *)(frame + 1) > frame_end(ctx))
		return drop(FWD_DROP_MALFORMED);
	write_macs(frame, hop);
	if (hop->vlan) {
		frame->tag_protocol = bpf_htons(ETH_P_8021Q);
		frame->tci = bpf_htons(hop->vlan) | priority;
		frame->protocol = protocol;
	} else {
		frame->tag_protocol = protocol;
	}
	return send_frame(ctx, hop);
}

/* The packet is rewritten, the headers of the frame follow. */
static __always_inline int send(struct xdp_md *ctx, const struct packet *p, const int family,
				const __u32 tag, const struct fwd_hop *hop)
{
	if (tag || hop->vlan)
		return send_tagged(ctx, tag, hop, bpf_htons(family == 4 ? ETH_P_IP : ETH_P_IPV6));
	write_macs(p->l3 - ETH_HLEN, hop);
	return send_frame(ctx, hop);
}

#endif
