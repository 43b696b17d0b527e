// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The data path: XDP programs on every port of a router, which forward the virtual services that
 * the engine has put into the maps (forward.h). What they do not know they pass up to the kernel
 * untouched. README.md has the rules.
 *
 * Each family and each depth of tags has a program of its own, so that in each all offsets are
 * constants; what is rare has programs of its own, too.
 */
#include "engine/bpf/hand.h"
#include "engine/bpf/icmp.h"
#include "engine/bpf/inside.h"
#include "engine/bpf/tunnel.h"

#include "engine/bpf/error.h"

/*
 * From a client: the flow's real server, or the one that it gets now. Its place, or why there is
 * none (*real is NULL then).
 */
static __always_inline int real_for(struct xdp_md *ctx, const struct packet *p, const int family,
				    __u32 instance, __u32 cpu, __u64 now, struct fwd_real **real)
{
	const __be32 *client = packet_source(p, family);
	__u32 key = FWD_KEY(p->from_port, instance);
	struct request r;
	struct flow f;
	int place;

	if (flow_find(family, client, key, &f)) {
		__u32 what = *f.what;

		*real = OF(reals, FWD_PLACE(what));
		if (*real && ((*real)->flags & FWD_REAL_IN_USE) &&
		    !(is_opening(p->flags) && is_closing(FWD_STATE(what)))) {
			follow(&f, what, p->protocol, p->flags, now, 0);
			count_packet(cpu, FWD_PLACE(what), p->length, 0);
			return (int)FWD_PLACE(what);
		}
		finish(&f, what);
		fwd_count(FWD_RESCHEDULED);
	}
	request_make(&r, ctx, p, family, key, now);
	r.hash = f.hash;
	place = fwd_begin(&r);
	*real = place < 0 ? NULL : OF(reals, (__u32)place);
	return place;
}

static __always_inline int to_real(struct xdp_md *ctx, const struct fwd_settings *settings,
				   struct packet *p, const int family, const __u32 tag,
				   const struct end *end)
{
	const __u32 number = END_INSTANCE(end, 0);
	struct fwd_instance *instance = OF(instances, number);
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 now = clock_now(cpu);
	struct fwd_real *real;
	int place;

	if (!instance)
		return XDP_PASS;
	if (!is_served(settings, instance->group, now))
		return pass(FWD_PASSED_LEASE);
	place = real_for(ctx, p, family, number, cpu, now, &real);
	if (place == GO_INSIDE)
		return go_on(ctx, PROGRAM_INSIDE);
	if (place < 0)
		return pass(REFUSAL(place));
	if (!real || !real->hop.valid)
		return drop(FWD_DROP_HOP);
	return hand_to_real(ctx, p, family, tag, (__u32)place, number, 0, real);
}

/* The flow's real server, if the packet comes from its address; else NULL. */
static __always_inline struct fwd_real *real_of(const struct packet *p, const int family,
						const struct flow *f)
{
	struct fwd_real *real = OF(reals, FWD_PLACE(*f->what));

	return same_address(family, real->address, packet_source(p, family)) ? real : NULL;
}

/* Of the instances that share this real server's port: the one that has the flow, or none. */
static __always_inline struct fwd_real *flow_of(const struct packet *p, const int family,
						const struct end *end, __u32 *instance,
						struct flow *f)
{
	const __be32 *client = packet_destination(p, family);

	/* Most have one. */
	*instance = END_INSTANCE(end, 0);
	if (flow_find(family, client, FWD_KEY(p->to_port, *instance), f)) {
		struct fwd_real *real = real_of(p, family, f);

		if (real)
			return real;
	}
#pragma nounroll
	for (__u32 i = 1; i < FWD_SHARED_MAX; i++) {
		struct fwd_real *real;

		*instance = END_INSTANCE(end, i);
		if (!*instance)
			break;
		if (!flow_search(family, client, FWD_KEY(p->to_port, *instance), f))
			continue;
		real = real_of(p, family, f);
		if (real)
			return real;
	}
	return NULL;
}

/* A flow that has no entry is known by its answers all the same, where they can be of one only. */
static __always_inline _Bool is_without_entry(const struct fwd_settings *settings,
					      const struct end *end, __u64 now, __u32 *instance)
{
	*instance = END_INSTANCE(end, 0);
	return now < settings->pressure_until && !END_INSTANCE(end, 1);
}

static __always_inline int to_client(struct xdp_md *ctx, const struct fwd_settings *settings,
				     struct packet *p, const int family, const __u32 tag,
				     const struct end *end)
{
	__u32 number, place = 0;
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 now = clock_now(cpu);
	struct fwd_instance *instance;
	struct flow f = {};
	struct fwd_real *real = flow_of(p, family, end, &number, &f);

	if (!real && stands_for_client(p, family))
		return go_on(ctx, PROGRAM_INSIDE_REPLY);
	if (!real && !is_without_entry(settings, end, now, &number))
		return pass(FWD_PASSED_REPLY);
	instance = OF(instances, number);
	if (!instance)
		return XDP_PASS;
	if (!is_served(settings, instance->group, now))
		return pass(FWD_PASSED_LEASE);
	if (real) {
		__u32 what = *f.what;

		if (real->hop.interface != ctx->ingress_ifindex || real->hop.vlan != p->vlan)
			return pass(FWD_PASSED_SOURCE);
		place = FWD_PLACE(what);
		follow(&f, what, p->protocol, p->flags, now, 1);
		count_packet(cpu, place, p->length, 1);
	}
	return hand_to_client(ctx, settings, p, family, tag, place, number, instance,
			      real ? f.what : NULL, NULL);
}

static __always_inline int forward(struct xdp_md *ctx, const int family, const __u32 tag,
				   const __u32 extra)
{
	struct fwd_settings *settings = fwd_fixed.settings;
	struct end end;
	struct packet p;

	if (!settings)
		return XDP_PASS;
	switch (packet_read(ctx, &p, family, tag, extra)) {
	case READ_OK:
		break;
	case READ_OPTIONS:
		return pass(FWD_PASSED_OPTIONS);
	case READ_FRAGMENT:
		return go_on(ctx, PROGRAM_FRAGMENT);
	case READ_ICMP:
		return go_on(ctx, PROGRAM_ICMP);
	default:
		return XDP_PASS;
	}
	if (end_of(settings, family, packet_destination(&p, family), p.to_port, p.protocol,
		   FWD_END_VIRTUAL, &end))
		return to_real(ctx, settings, &p, family, tag, &end);
	if (end_of(settings, family, packet_source(&p, family), p.from_port, p.protocol,
		   FWD_END_REAL, &end))
		return to_client(ctx, settings, &p, family, tag, &end);
	return XDP_PASS;
}

SEC("xdp.frags")
int fwd_v6(struct xdp_md *ctx)
{
	return forward(ctx, 6, 0, 0);
}

SEC("xdp.frags")
int fwd_tagged4(struct xdp_md *ctx)
{
	return forward(ctx, 4, TAG_SIZE, 0);
}

SEC("xdp.frags")
int fwd_tagged6(struct xdp_md *ctx)
{
	return forward(ctx, 6, TAG_SIZE, 0);
}

SEC("xdp.frags")
int fwd_first6(struct xdp_md *ctx)
{
	return forward(ctx, 6, 0, sizeof(struct fragment6));
}

SEC("xdp.frags")
int fwd_tagged_first6(struct xdp_md *ctx)
{
	return forward(ctx, 6, TAG_SIZE, sizeof(struct fragment6));
}

/* Behind one tag; what has two is passed up. */
static __always_inline int tagged(struct xdp_md *ctx)
{
	const struct tagged *frame = frame_of(ctx);

	if ((void *)(frame + 1) > frame_end(ctx))
		return XDP_PASS;
	if (frame->protocol == bpf_htons(ETH_P_IP))
		return go_on(ctx, PROGRAM_TAGGED4);
	if (frame->protocol == bpf_htons(ETH_P_IPV6))
		return go_on(ctx, PROGRAM_TAGGED6);
	return XDP_PASS;
}

SEC("xdp.frags")
int fwd_main(struct xdp_md *ctx)
{
	const __be16 *protocol = frame_of(ctx) + 2 * ETH_ALEN;

	if ((void *)(protocol + 1) > frame_end(ctx))
		return XDP_PASS;
	if (*protocol == bpf_htons(ETH_P_IP))
		return forward(ctx, 4, 0, 0);
	if (*protocol == bpf_htons(ETH_P_IPV6))
		return go_on(ctx, PROGRAM_6);
	if (*protocol == bpf_htons(ETH_P_8021Q))
		return tagged(ctx);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
