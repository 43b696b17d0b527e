/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Full NAT: a client in the real server's own network would be answered past the router. So the
 * real server sees the router's address as the source, with a port that stands for the client.
 */
#ifndef TRIREME_ENGINE_BPF_BACK_H
#define TRIREME_ENGINE_BPF_BACK_H

#include "engine/bpf/request.h"

/* Without a branch, which the verifier would follow; of IPv4 what is behind the first word is 0. */
static __always_inline _Bool has_address(const struct fwd_inside *in, const __be32 *address,
					 __u32 family)
{
	return !(((address[0] ^ in->address[0]) & in->mask[0]) |
		 ((address[1] ^ in->address[1]) & in->mask[1]) |
		 ((address[2] ^ in->address[2]) & in->mask[2]) |
		 ((address[3] ^ in->address[3]) & in->mask[3]) | (in->family ^ family));
}

/*
 * An address of an inside network belongs on that network's port, and is where full NAT may have to
 * be done; nat: the service's method. 0: nothing speaks against it.
 */
__noinline int fwd_judge(struct request *r, __u32 nat)
{
	if (!r)
		return REFUSED(FWD_PASSED_SOURCE);
	for (__u32 i = 0; i < FWD_INSIDE_MAX; i++) {
		struct fwd_inside *in = OF(insides, i);

		if (!in || !in->interface)
			break;
		if (!has_address(in, r->client, r->family))
			continue;
		if (in->interface != r->interface || in->vlan != r->vlan)
			return REFUSED(FWD_PASSED_SOURCE);
		r->inside = i + 1;
		return nat && !r->full ? GO_INSIDE : 0;
	}
	return 0;
}

/* Whether that is the router's end of an entry's flow. port: network byte order. */
static __always_inline _Bool is_own_end(const struct fwd_back *back, const int family,
					const __be32 *address, __be16 port)
{
	return back->key && back->port == port &&
	       same_address(family, OF(reals, back->place)->outer, address);
}

/* Whether a packet may be an answer under full NAT. */
static __always_inline _Bool stands_for_client(const struct packet *p, const int family)
{
	return is_own_end(OF(backs, bpf_ntohs(p->to_port)), family, packet_destination(p, family),
			  p->to_port);
}

/* The number of the flow that an entry counts by, or NOT_FOUND. port: host byte order. */
__noinline int fwd_back_flow(__u32 port)
{
	const struct fwd_back *back = OF(backs, port);
	const struct fwd_real *real = OF(reals, back->place);
	__u32 key = *(const volatile __u32 *)&back->key;
	__u32 own = FWD_KEY(back->port, key >> 16 | FWD_FULLNAT);

	if (!key || key == FWD_BACK_CLAIMED)
		return NOT_FOUND;
	if (!(real->flags & FWD_REAL_6))
		return fwd_find4(real->outer[0], own);
	return fwd_find6(real->outer[0] | (__u64)real->outer[1] << 32,
			 real->outer[2] | (__u64)real->outer[3] << 32, own);
}

/*
 * The port that stands for the client already, network byte order, or 0. Of a flow that is over its
 * entry may be there, too.
 */
__noinline int fwd_back_of(struct request *r)
{
	const struct fwd_settings *settings = fwd_fixed.settings;
	__u32 first = settings->back_first, ports = settings->backs;
	__u64 hash;

	if (!r || !ports)
		return 0;
	hash = fwd_back_hash(r->client, r->key);
#pragma nounroll
	for (__u32 i = 0; i < FWD_BACK_LOOK; i++) {
		__u32 port = fwd_back_port(hash, first, ports, i);
		const struct fwd_back *back = OF(backs, port);

		if (!((back->client[0] ^ r->client[0]) | (back->client[1] ^ r->client[1]) |
		      (back->client[2] ^ r->client[2]) | (back->client[3] ^ r->client[3]) |
		      (back->port ^ bpf_htons((__u16)port)) |
		      (*(const volatile __u32 *)&back->key ^ r->key)) &&
		    fwd_back_flow(port) >= 0)
			return back->port;
	}
	return 0;
}

/* Whether that is its real server's. */
static __always_inline _Bool is_far_end(const struct fwd_back *back, const int family,
					const __be32 *address, __be16 port, __u8 protocol)
{
	const struct fwd_instance *instance = OF(instances, back->key >> 16);
	const struct fwd_real *real = OF(reals, back->place);

	return instance->protocol == protocol && same_address(family, real->address, address) &&
	       (real->port ? real->port : instance->port) == port;
}

/* A port that is nobody's, host byte order; 0: all that the client may have are in use. */
static __always_inline __u32 free_back(const struct request *r)
{
	const struct fwd_settings *settings = fwd_fixed.settings;
	__u32 first = settings->back_first, ports = settings->backs;
	__u64 hash = fwd_back_hash(r->client, r->key);

	if (!ports)
		return 0;
#pragma nounroll
	for (__u32 i = 0; i < FWD_BACK_LOOK; i++) {
		__u32 port = fwd_back_port(hash, first, ports, i);

		if (OF(backs, port)->key != FWD_BACK_CLAIMED && fwd_back_flow(port) < 0)
			return port;
	}
	return 0;
}

/* A port for the client, network byte order, or 0: none is free, or another was quicker. */
__noinline int fwd_back_take(struct request *r, __u32 place)
{
	__u32 port = r ? free_back(r) : 0;
	struct fwd_back *back = OF(backs, port);
	__u32 key = *(volatile __u32 *)&back->key;

	if (!port || key == FWD_BACK_CLAIMED ||
	    __sync_val_compare_and_swap(&back->key, key, FWD_BACK_CLAIMED) != key)
		return 0;
	__builtin_memcpy(back->client, r->client, sizeof(back->client));
	back->port = bpf_htons((__u16)port);
	back->place = (__u16)place;
	*(volatile __u32 *)&back->key = r->key;
	return back->port;
}

/*
 * In the client's own network the flow becomes that of a port that stands for it. False: there is
 * none, or no address.
 */
__noinline int fwd_full(struct request *r, __u32 place)
{
	const struct fwd_real *real = OF(reals, place);
	int port;

	if (!r || !r->inside || !has_address(OF(insides, r->inside - 1), real->address, r->family))
		return 1;
	port = fwd_back_take(r, place);
	if (!port || !(real->outer[0] | real->outer[1] | real->outer[2] | real->outer[3]))
		return 0;
	__builtin_memcpy(r->client, real->outer, sizeof(r->client));
	r->key = FWD_KEY(port, r->key >> 16 | FWD_FULLNAT);
	r->hash = fwd_hash4(r->client[0], r->key, fwd_seed);
	return 1;
}

#endif
