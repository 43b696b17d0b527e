// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Load for benches of the data path, without a socket anywhere: `generate` makes a frame of the
 * next flow out of whatever it is given and sends it back to where that came from, `sink` counts
 * and drops. `pass_on` and `refuse` stand in for a router: the least that one can do.
 *
 * BPF_PROG_TEST_RUN uses its pages again, with what the router wrote into them, so that each frame
 * is written whole.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "engine/bench/load.h"
#include "engine/bpf/frame.h"

struct load_how how;
struct load_times times;
struct load_seen seen[LOAD_CPUS];
__u8 noted[LOAD_NOTED]; /* by a flow's number: its real server */
__u8 hop_to[8], hop_from[8];

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} hop_out SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} tested SEC(".maps");

#define WAITS_MAX 1000	   /* looks at the clock */
#define AWAITS_MAX 1000000 /* looks at what has arrived: some ms */
#define WORDS (LOAD_FRAME / 8)
#define UDP_SIZE (sizeof(struct udphdr) + LOAD_PAYLOAD)
#define HEADERS_SIZE (sizeof(struct ethhdr) + sizeof(struct iphdr))

struct frame {
	struct ethhdr *eth;
	struct iphdr *ip;
	union {
		struct udphdr *udp; /* the ports of TCP are where they are in UDP */
		struct tcphdr *tcp;
	};
};

static __always_inline __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* The sum of a word's halves. */
static __always_inline __u32 halves(__u32 word)
{
	return (word & 0xffff) + (word >> 16);
}

/* size: that it has at least */
static __always_inline int find(struct xdp_md *ctx, __u32 size, struct frame *ret)
{
	__u8 *data = frame_of(ctx);

	if ((void *)(data + size) > frame_end(ctx))
		return 0;
	ret->eth = (void *)data;
	ret->ip = (void *)(data + sizeof(struct ethhdr));
	ret->udp = (void *)(data + HEADERS_SIZE);
	return 1;
}

/* The next flow's frame. */
static __always_inline void fill(struct frame *frame)
{
	__u32 n = how.next, client = bpf_htonl(LOAD_CLIENTS + (n >> LOAD_PORT_BITS));
	__u16 port = bpf_htons(LOAD_PORT + (n & ((1 << LOAD_PORT_BITS) - 1))), l4;
	__u64 *to = (__u64 *)frame->eth, *from = (__u64 *)how.frame;
	__u32 sum = halves(client), real;
	int i;

	how.next = n + 1 < how.flows ? n + 1 : 0;
	for (i = 0; i < WORDS; i++)
		to[i] = from[i];
	*(__u32 *)(to + WORDS) = *(__u32 *)(from + WORDS);
	if (how.reply) {
		real = bpf_htonl(LOAD_REALS + noted[n & (LOAD_NOTED - 1)]);
		sum += halves(real);
		frame->ip->saddr = real;
		frame->ip->daddr = client;
		frame->udp->dest = port;
	} else {
		frame->ip->saddr = client;
		frame->udp->source = port;
	}
	frame->ip->check = ~fold(how.ip_sum + sum);
	l4 = ~fold(how.l4_sum + sum + port);
	if (frame->ip->protocol == IPPROTO_TCP)
		frame->tcp->check = l4;
	else
		frame->udp->check = l4 ? l4 : 0xffff;
}

struct wait {
	__u64 until;
};

static long early(__u32 i, struct wait *wait)
{
	(void)i;
	return bpf_ktime_get_ns() >= wait->until;
}

/* Stops when no more than the last batch is on its way. */
static long arrived(__u32 i, __u64 *enough)
{
	__u64 checked = 0;

	(void)i;
	for (__u32 cpu = 0; cpu < LOAD_CPUS; cpu++)
		checked += *(volatile __u64 *)&seen[cpu].checked;
	return checked >= *enough;
}

/* Before the first frame of a batch. */
static __always_inline void pause(void)
{
	if (how.gap_ns) {
		struct wait wait = {times.began + (__u64)how.made / LOAD_BATCH * how.gap_ns};

		bpf_loop(WAITS_MAX, early, &wait, 0);
	}
	if (how.await && how.made > LOAD_BATCH) {
		__u64 enough = how.checked + how.made - LOAD_BATCH;

		bpf_loop(AWAITS_MAX, arrived, &enough, 0);
	}
}

SEC("xdp")
int generate(struct xdp_md *ctx)
{
	struct frame frame;

	if (!find(ctx, LOAD_FRAME, &frame))
		return XDP_ABORTED;
	if (how.made == 0)
		times.began = bpf_ktime_get_ns();
	if (how.made % LOAD_BATCH == 0)
		pause();
	if (how.made++ == how.last)
		times.ended = bpf_ktime_get_ns();
	fill(&frame);
	return XDP_TX;
}

/* It is a frame that was sent (a kernel cuts off what fills it up), and both checksums are right.
 */
static __always_inline int right(const struct frame *frame, const void *end)
{
	const struct iphdr *ip = frame->ip;
	__u32 size = ip->protocol == IPPROTO_TCP ? sizeof(struct tcphdr) : UDP_SIZE;
	__u32 sum =
		halves(ip->saddr) + halves(ip->daddr) + bpf_htons(ip->protocol) + bpf_htons(size);

	if (frame->eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->tot_len != bpf_htons(sizeof(*ip) + size))
		return 0;
	if (fold(bpf_csum_diff(NULL, 0, (__be32 *)ip, sizeof(*ip), 0)) != 0xffff)
		return 0;
	if (ip->protocol == IPPROTO_TCP)
		sum = bpf_csum_diff(NULL, 0, (__be32 *)frame->tcp, sizeof(struct tcphdr), sum);
	else if ((void *)((__u8 *)frame->udp + UDP_SIZE) > end)
		return 0;
	else
		sum = bpf_csum_diff(NULL, 0, (__be32 *)frame->udp, UDP_SIZE, sum);
	return fold(sum) == 0xffff;
}

SEC("xdp")
int sink(struct xdp_md *ctx)
{
	struct load_seen *mine = &seen[bpf_get_smp_processor_id() & (LOAD_CPUS - 1)];
	struct frame frame;
	__u32 real, n;

	if (!find(ctx, HEADERS_SIZE + sizeof(struct tcphdr), &frame))
		return XDP_DROP;
	real = frame.eth->h_dest[ETH_ALEN - 1] & (LOAD_REALS_MAX - 1);
	mine->frames[real]++;
	if (!how.check)
		return XDP_DROP;
	mine->checked++;
	if (!right(&frame, frame_end(ctx))) {
		mine->wrong++;
		return XDP_DROP;
	}
	n = (bpf_ntohl(frame.ip->saddr) - LOAD_CLIENTS) << LOAD_PORT_BITS |
	    (bpf_ntohs(frame.udp->source) - LOAD_PORT);
	asm volatile("" : "+r"(n)); /* the verifier sees a bound only where it is last */
	if (!how.reply)
		noted[n & (LOAD_NOTED - 1)] = real;
	return XDP_DROP;
}

SEC("xdp")
int refuse(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

SEC("xdp")
int pass_on(struct xdp_md *ctx)
{
	struct frame frame;

	if (!find(ctx, LOAD_FRAME, &frame) || frame.eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__builtin_memcpy(frame.eth->h_dest, hop_to, ETH_ALEN);
	__builtin_memcpy(frame.eth->h_source, hop_from, ETH_ALEN);
	return (int)bpf_redirect_map(&hop_out, 0, XDP_DROP);
}

/* For BPF_PROG_TEST_RUN: the next flow's frame, and what is tested, or nothing. */
SEC("xdp.frags")
int test(struct xdp_md *ctx)
{
	struct frame frame;

	if (!find(ctx, LOAD_FRAME, &frame))
		return XDP_ABORTED;
	fill(&frame);
	bpf_tail_call(ctx, &tested, 0);
	return XDP_ABORTED;
}

SEC("xdp.frags")
int test_nothing(struct xdp_md *ctx)
{
	(void)ctx;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
