/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fragments: the first one has the ports and goes like any packet, what was decided is noted; those
 * behind it follow. One whose first was not seen here may be of what IPVS serves: the kernel gets
 * it.
 */
#ifndef TRIREME_ENGINE_BPF_FRAGMENT_H
#define TRIREME_ENGINE_BPF_FRAGMENT_H

#include "engine/bpf/send.h"
#include "engine/bpf/way.h"

#define FRAGMENTS_MAX 4096 /* packets that are on their way in pieces; the oldest is forgotten */

/* What the fragments of a packet have in common (RFC 791, 3.2; RFC 8200, 4.5). */
struct fragment_key {
	__be32 source[4], destination[4];
	__u32 id;
	__u32 protocol; /* IPv4 */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, FRAGMENTS_MAX);
	__type(key, struct fragment_key);
	__type(value, struct scratch);
} fwd_fragments SEC(".maps");

static __always_inline void fragment_key_of(const struct packet *p, const int family,
					    struct fragment_key *key)
{
	__builtin_memset(key, 0, sizeof(*key));
	if (family == 4) {
		const struct iphdr *ip = p->l3;

		key->source[0] = ip->saddr;
		key->destination[0] = ip->daddr;
		key->id = ip->id;
		key->protocol = ip->protocol;
	} else {
		const struct ipv6hdr *ip = p->l3;
		const struct fragment6 *fragment = (const void *)(ip + 1);

		__builtin_memcpy(key->source, &ip->saddr, sizeof(key->source));
		__builtin_memcpy(key->destination, &ip->daddr, sizeof(key->destination));
		key->id = fragment->id;
	}
}

/* Before the packet is rewritten: those behind it have the same addresses. */
static __always_inline void fragment_note(const struct packet *p, const int family,
					  const struct scratch *what)
{
	struct fragment_key key;

	fragment_key_of(p, family, &key);
	bpf_map_update_elem(&fwd_fragments, &key, what, BPF_ANY);
}

static __always_inline int fragment_to_real(struct xdp_md *ctx, const struct packet *p,
					    const int family, const __u32 tag,
					    const struct scratch *noted)
{
	struct fwd_real *real = OF(reals, noted->place);

	if (!real || !real->hop.valid)
		return drop(FWD_DROP_HOP);
	count_packet(bpf_get_smp_processor_id(), noted->place, p->length, 0);
	if (p->ttl <= 1 || p->length > real->hop.mtu)
		return drop(FWD_DROP_FRAGMENT);
	if (real->method == FWD_NAT)
		translate_address(p->l3, family, 1, real->address, 1);
	else if (real->method == FWD_TUNNEL)
		return go_on_with(ctx, PROGRAM_TUNNEL, noted);
	else
		less_ttl(p, family);
	if (noted->back)
		translate_address(p->l3, family, 0, real->outer, 0);
	return send(ctx, p, family, tag, &real->hop);
}

static __always_inline int fragment_to_client(struct xdp_md *ctx,
					      const struct fwd_settings *settings,
					      const struct packet *p, const int family,
					      const __u32 tag, const struct scratch *noted,
					      const struct fwd_instance *instance)
{
	struct fwd_back *back = OF(backs, bpf_ntohs(noted->back));
	const __be32 *to = noted->back ? back->client : packet_destination(p, family);
	struct fwd_hop asked;
	const struct fwd_hop *hop = find_way(ctx, settings, p, family, to, NULL, &asked);

	if (!hop || p->ttl <= 1 || p->length > hop->mtu)
		return drop(FWD_DROP_FRAGMENT);
	count_packet(bpf_get_smp_processor_id(), noted->place, p->length, 1);
	translate_address(p->l3, family, 0, instance->address, 1);
	if (noted->back)
		translate_address(p->l3, family, 1, back->client, 0);
	return send(ctx, p, family, tag, hop);
}

static __always_inline int fragment(struct xdp_md *ctx, const int family, const __u32 tag)
{
	struct fwd_settings *settings = fwd_fixed.settings;
	struct fwd_instance *instance;
	struct scratch *noted;
	struct fragment_key key;
	struct packet p = {};
	void *data = frame_of(ctx);

	p.l3 = data + ETH_HLEN + tag;
	p.end = frame_end(ctx);
	if (family == 4) {
		struct iphdr *ip = p.l3;

		if ((void *)(ip + 1) > p.end)
			return drop(FWD_DROP_MALFORMED);
		p.length = bpf_ntohs(ip->tot_len);
		p.ttl = ip->ttl;
		p.protocol = ip->protocol;
	} else {
		struct ipv6hdr *ip = p.l3;
		struct fragment6 *header = (void *)(ip + 1);

		if ((void *)(header + 1) > p.end)
			return drop(FWD_DROP_MALFORMED);
		if (!(header->offset & bpf_htons(IP6_OFFSET)))
			return go_on(ctx, tag ? PROGRAM_TAGGED_FIRST6 : PROGRAM_FIRST6);
		p.length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
		p.ttl = ip->hop_limit;
		p.protocol = header->next;
	}
	if (is_cut(ctx, &p, tag,
		   family == 4 ? sizeof(struct iphdr)
			       : sizeof(struct ipv6hdr) + sizeof(struct fragment6)))
		return XDP_PASS;
	fragment_key_of(&p, family, &key);
	noted = bpf_map_lookup_elem(&fwd_fragments, &key);
	if (!noted)
		return XDP_PASS;
	instance = OF(instances, noted->instance);
	if (!settings || !instance ||
	    !is_served(settings, instance->group, clock_now(bpf_get_smp_processor_id())))
		return pass(FWD_PASSED_LEASE);
	return noted->reply ? fragment_to_client(ctx, settings, &p, family, tag, noted, instance)
			    : fragment_to_real(ctx, &p, family, tag, noted);
}

SEC("xdp.frags")
int fwd_fragment(struct xdp_md *ctx)
{
	const struct tagged *frame = frame_of(ctx);

	if ((void *)(frame + 1) > frame_end(ctx))
		return XDP_PASS;
	return BY_HEADERS(frame, fragment);
}

#endif
