/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients in inside networks that ask a service under NAT: those in the real server's own network
 * by full NAT (back.h); the flows of all others are as those from outside once they are made.
 */
#ifndef TRIREME_ENGINE_BPF_INSIDE_H
#define TRIREME_ENGINE_BPF_INSIDE_H

#include "engine/bpf/hand.h"

/*
 * A packet of the flow of the port that stands for its client: its place; 0: there is no such flow,
 * or it ends here. port: host byte order.
 */
__noinline int fwd_back_packet(struct request *r, __u32 port, __u32 reply)
{
	const struct fwd_back *back = OF(backs, port);
	const struct fwd_real *real = OF(reals, back->place);
	int number = fwd_back_flow(port);
	struct flow f;
	__u32 what;

	if (!r || number < 0 || !flow_at(r->family, (__u32)number, &f))
		return 0;
	what = *f.what;
	if (FWD_PLACE(what) != back->place || !(real->flags & FWD_REAL_IN_USE) ||
	    (!reply && is_opening(r->flags) && is_closing(FWD_STATE(what)))) {
		finish(&f, what);
		fwd_count(FWD_RESCHEDULED);
		return 0;
	}
	follow(&f, what, r->protocol, r->flags, r->now, reply);
	count_packet(bpf_get_smp_processor_id(), back->place, r->length, reply);
	return back->place;
}

static __always_inline int inside_to_real(struct xdp_md *ctx, const struct fwd_settings *settings,
					  struct packet *p, const int family, const __u32 tag,
					  __u32 number)
{
	const struct fwd_instance *instance = OF(instances, number);
	__u64 now = clock_now(bpf_get_smp_processor_id());
	const struct fwd_real *real;
	struct request r;
	__be16 port;
	int place;

	if (!is_served(settings, instance->group, now))
		return pass(FWD_PASSED_LEASE);
	request_make(&r, ctx, p, family, FWD_KEY(p->from_port, number), now);
	r.full = 1;
	r.hash = fwd_hash4(r.client[0], r.key, fwd_seed);
	port = (__be16)fwd_back_of(&r);
	place = port ? fwd_back_packet(&r, bpf_ntohs(port), 0) : 0;
	if (!place) {
		place = fwd_begin(&r);
		port = FWD_IS_FULLNAT(r.key) ? (__be16)r.key : 0;
	}
	if (place < 0)
		return pass(REFUSAL(place));
	real = OF(reals, (__u32)place);
	if (!real->hop.valid)
		return drop(FWD_DROP_HOP);
	return hand_to_real(ctx, p, family, tag, (__u32)place, number, port, real);
}

static __always_inline int inside_to_client(struct xdp_md *ctx, const struct fwd_settings *settings,
					    struct packet *p, const int family, const __u32 tag)
{
	const struct fwd_back *back = OF(backs, bpf_ntohs(p->to_port));
	__u32 number = back->key >> 16;
	const struct fwd_instance *instance = OF(instances, number);
	const struct fwd_real *real = OF(reals, back->place);
	__u64 now = clock_now(bpf_get_smp_processor_id());
	struct request r;
	int place;

	if (!stands_for_client(p, family) ||
	    !is_far_end(back, family, packet_source(p, family), p->from_port, p->protocol))
		return pass(FWD_PASSED_REPLY);
	if (!is_served(settings, instance->group, now))
		return pass(FWD_PASSED_LEASE);
	if (real->hop.interface != ctx->ingress_ifindex || real->hop.vlan != p->vlan)
		return pass(FWD_PASSED_SOURCE);
	request_make(&r, ctx, p, family, back->key, now);
	place = fwd_back_packet(&r, bpf_ntohs(p->to_port), 1);
	if (!place)
		return pass(FWD_PASSED_REPLY);
	return hand_to_client(ctx, settings, p, family, tag, (__u32)place, number, instance, NULL,
			      back);
}

/* reply: from a real server. */
static __always_inline int inside(struct xdp_md *ctx, const int family, const __u32 tag,
				  const __u32 extra, const _Bool reply)
{
	struct fwd_settings *settings = fwd_fixed.settings;
	struct packet p;
	struct end end;

	if (packet_read(ctx, &p, family, tag, extra) != READ_OK)
		return XDP_PASS;
	if (reply)
		return inside_to_client(ctx, settings, &p, family, tag);
	if (!end_of(settings, family, packet_destination(&p, family), p.to_port, p.protocol,
		    FWD_END_VIRTUAL, &end))
		return XDP_PASS;
	return inside_to_real(ctx, settings, &p, family, tag, END_INSTANCE(&end, 0));
}

/* The first fragment of IPv6 has a header more. */
static __always_inline int inside_of(struct xdp_md *ctx, const int family, const __u32 tag,
				     const _Bool reply)
{
	const struct ipv6hdr *ip = frame_of(ctx) + ETH_HLEN + tag;

	if (family == 6 && (void *)(ip + 1) <= frame_end(ctx) && ip->nexthdr == IPPROTO_FRAGMENT)
		return inside(ctx, 6, tag, sizeof(struct fragment6), reply);
	return inside(ctx, family, tag, 0, reply);
}

SEC("xdp.frags")
int fwd_inside(struct xdp_md *ctx)
{
	const struct tagged *frame = frame_of(ctx);

	if ((void *)(frame + 1) > frame_end(ctx))
		return XDP_PASS;
	return BY_HEADERS(frame, inside_of, 0);
}

SEC("xdp.frags")
int fwd_inside_reply(struct xdp_md *ctx)
{
	const struct tagged *frame = frame_of(ctx);

	if ((void *)(frame + 1) > frame_end(ctx))
		return XDP_PASS;
	return BY_HEADERS(frame, inside_of, 1);
}

#endif
