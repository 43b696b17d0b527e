/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet whose flow is known, on its last steps: what cannot go on is answered, all else is
 * rewritten and sent.
 */
#ifndef TRIREME_ENGINE_BPF_HAND_H
#define TRIREME_ENGINE_BPF_HAND_H

#include "engine/bpf/fragment.h"

/* back: under full NAT the port that stands for the client; else 0. */
static __always_inline int hand_to_real(struct xdp_md *ctx, struct packet *p, const int family,
					const __u32 tag, __u32 place, __u32 number, __be16 back,
					const struct fwd_real *real)
{
	if (p->ttl <= 1)
		return go_on_with(ctx, PROGRAM_ERROR, &SCRATCH(place, number, 0, 0, back));
	if (p->first)
		fragment_note(p, family, &SCRATCH(place, number, 0, 0, back));
	if (real->method == FWD_TUNNEL)
		return go_on_with(ctx, PROGRAM_TUNNEL, &SCRATCH(place, number, 0, 0, back));
	if (p->length > real->hop.mtu)
		return go_on_with(ctx, PROGRAM_ERROR,
				  &SCRATCH(place, number, real->hop.mtu, 0, back));
	if (real->method == FWD_NAT) {
		translate(p, family, 1, real->address, real->port ? real->port : p->to_port, 1);
		if (back)
			translate(p, family, 0, real->outer, back, 0);
	} else {
		less_ttl(p, family);
	}
	return send(ctx, p, family, tag, &real->hop);
}

/*
 * instance: of that number. what: of its flow, or NULL: it has none. back: under full NAT whom the
 * packet is for; else NULL.
 */
static __always_inline int hand_to_client(struct xdp_md *ctx, const struct fwd_settings *settings,
					  struct packet *p, const int family, const __u32 tag,
					  __u32 place, __u32 number,
					  const struct fwd_instance *instance, volatile __u32 *what,
					  const struct fwd_back *back)
{
	const __be32 *to = back ? back->client : packet_destination(p, family);
	const __be16 port = back ? back->port : 0;
	struct fwd_hop asked;
	const struct fwd_hop *hop;

	if (p->ttl <= 1)
		return go_on_with(ctx, PROGRAM_ERROR, &SCRATCH(place, number, 0, 1, port));
	hop = find_way(ctx, settings, p, family, to, what, &asked);
	if (!hop)
		return drop(FWD_DROP_HOP);
	if (p->length > hop->mtu)
		return go_on_with(ctx, PROGRAM_ERROR, &SCRATCH(place, number, hop->mtu, 1, port));
	if (p->first)
		fragment_note(p, family, &SCRATCH(place, number, 0, 1, port));
	translate(p, family, 0, instance->address, instance->port, 1);
	if (back)
		translate(p, family, 1, back->client, (__be16)back->key, 0);
	return send(ctx, p, family, tag, hop);
}

#endif
