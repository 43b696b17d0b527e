/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which real server a new flow gets. The engine has prepared what can be prepared: picks. */
#ifndef TRIREME_ENGINE_BPF_SCHEDULE_H
#define TRIREME_ENGINE_BPF_SCHEDULE_H

#include "engine/bpf/maps.h"

/* The search for the smallest load for its weight. */
struct search {
	__u32 service;
	__u32 scheduler;
	__u32 best; /* place; 0: none yet */
	__u32 weight;
	__u64 load;
};

/* As IPVS weighs: an active connection costs as much as 256 that wait for their end. */
static __always_inline __u64 overhead(const struct fwd_load *load, __u32 scheduler)
{
	__s64 active = load->active < 0 ? 0 : load->active;

	if (scheduler == FWD_SED || scheduler == FWD_NQ)
		return (__u64)active + 1;
	return ((__u64)active << 8) + (load->inactive < 0 ? 0 : (__u32)load->inactive);
}

static long weigh(__u32 i, struct search *s)
{
	struct fwd_picks *picks = AT(fwd_picks, s->service);
	__u32 place = picks && i < FWD_LIST_MAX ? picks->places[FWD_LIST_AT + i] : 0;
	struct fwd_load *load = OF(loads, place);
	struct fwd_real *real = OF(reals, place);
	__u32 weight;
	__u64 cost;

	if (!load || !real || !real->weight || !real->hop.valid)
		return 0;
	cost = overhead(load, s->scheduler);
	if (s->scheduler == FWD_NQ && load->active <= 0) {
		s->best = place;
		return 1;
	}
	weight = s->scheduler == FWD_LC ? 1 : real->weight;
	if (!s->best || s->load * weight > cost * s->weight) {
		s->best = place;
		s->load = cost;
		s->weight = weight;
	}
	return 0;
}

/* One of size, a part's; the compiler must not know what the verifier cannot: that it is below. */
static __always_inline __u32 picked(const struct fwd_picks *picks, __u32 at, __u32 i,
				    const __u32 room)
{
	asm volatile("" : "+r"(i));
	return picks->places[at + (i & (room - 1))];
}

/* The same real server for a client every time: what needs no memory, or must do without. */
static __always_inline __u32 by_hash(__u32 number, __u32 hash)
{
	struct fwd_service *service = OF(services, number);
	struct fwd_picks *picks = AT(fwd_picks, number);

	if (!service || !picks || !service->n_ring)
		return 0;
	return picked(picks, 0, (__u32)((__u64)hash * FWD_HASH_SIZE >> 32), FWD_RING_AT);
}

/* The place by turns or by load, or 0: none takes new flows. */
__noinline int fwd_pick(__u32 number)
{
	struct fwd_service *service = OF(services, number);
	struct fwd_picks *picks = AT(fwd_picks, number);
	struct fwd_real *nobody = OF(reals, 0);
	struct search search = {.service = number};

	if (!service || !picks || !nobody || !service->n_ring)
		return 0;
	if (service->scheduler == FWD_RR) {
		__u32 turn = __sync_fetch_and_add(&service->turn, 1);

		return (int)picked(picks, FWD_RING_AT, turn % service->n_ring, FWD_RING_MAX);
	}
	search.scheduler = service->scheduler;
	/*
	 * Linux 6.1 judges one round of bpf_loop() only, and takes out what cannot happen in it.
	 * So it must not know what the search begins with: 0, the weight of no real server.
	 */
	search.best = search.weight = nobody->weight;
	search.load = nobody->weight;
	bpf_loop(service->n_list, weigh, &search, 0);
	return (int)search.best;
}

#endif
