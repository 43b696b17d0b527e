/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet from a client without a flow: whether one begins with it, and with which real server.
 * One function for both families, judged once by the verifier; what it must know comes as a record.
 */
#ifndef TRIREME_ENGINE_BPF_BEGIN_H
#define TRIREME_ENGINE_BPF_BEGIN_H

#include <linux/in.h>

#include "engine/bpf/back.h"
#include "engine/bpf/schedule.h"

#define PRESSURE_NS                                                                   \
	(2 * 1000000000ULL) /* so long packets without a flow are served all the same \
			     */

#define ANOTHER_TRIES 4 /* real servers, where the one that was chosen cannot be */

static __always_inline int add(const struct request *r, const __be32 *client, __u32 key, __u32 what,
			       __u32 when, __u64 hash)
{
	if (r->family == 4)
		return fwd_add4(client[0], key, what, when, hash);
	return fwd_add6(client[0] | (__u64)client[1] << 32, client[2] | (__u64)client[3] << 32, key,
			what, when);
}

static __always_inline _Bool takes_new(__u32 place)
{
	struct fwd_real *real = place ? OF(reals, place) : NULL;

	return real && (real->flags & FWD_REAL_IN_USE) && real->weight && real->hop.valid;
}

/* The client's real server by persistence, or 0; masked: what counts of its address. */
static __always_inline __u32 template_place(const struct request *r, const __be32 *masked,
					    __u32 key)
{
	struct flow f;
	__u32 what;

	if (!(r->family == 4 ? flow_find4(masked[0], key, &f) : flow_find6(masked, key, &f)))
		return 0;
	what = *f.what;
	if (takes_new(FWD_PLACE(what))) {
		WHEN(f.what) = FWD_WHEN(r->now >> FWD_TEMPLATE_UNIT, 0, 0);
		return FWD_PLACE(what);
	}
	__sync_val_compare_and_swap((__u32 *)f.what, what, FWD_FREE);
	return 0;
}

static __always_inline void count_in(struct fwd_count *count, __u32 length)
{
	count->in_packets++;
	count->in_bytes += length;
}

/* Nothing is remembered of it: the same real server comes out every time. */
static __always_inline int without_entry(struct fwd_settings *settings, const struct request *r,
					 __u32 service, __u32 hash, enum fwd_reason reason)
{
	__u32 place = by_hash(service, hash);
	struct fwd_count *count =
		AT(fwd_counts, bpf_get_smp_processor_id() * FWD_REALS_MAX + place);

	/* The answers of full NAT would not find their client. */
	if (r->full)
		return REFUSED(reason);
	fwd_count(reason);
	settings->pressure_until = r->now + PRESSURE_NS;
	if (count)
		count_in(count, r->length);
	return takes_new(place) ? (int)place : REFUSED(FWD_PASSED_NO_REAL);
}

static __always_inline void count_begin(struct fwd_settings *settings, const struct request *r,
					__u32 place, __u32 state, __u32 flow)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct fwd_load *load = OF(loads, place);
	struct fwd_count *count = AT(fwd_counts, cpu * FWD_REALS_MAX + place);

	if (load)
		__sync_fetch_and_add(FWD_IS_ACTIVE(state) ? &load->active : &load->inactive, 1);
	if (count) {
		count->connections++;
		count_in(count, r->length);
	}
	if (state == FWD_SYN)
		__sync_fetch_and_add(&settings->half_open, 1);
	tell(cpu, flow);
}

static __always_inline _Bool is_opening(__u8 flags)
{
	return (flags & (SYN | ACK | RST | FIN)) == SYN;
}

/* A packet may begin a flow; under pressure the first ACK does, since its SYN has made none. */
static __always_inline _Bool may_begin(const struct request *r, _Bool pressure)
{
	return r->protocol != IPPROTO_TCP || is_opening(r->flags) ||
	       (pressure && (r->flags & (SYN | ACK | RST | FIN)) == ACK);
}

static __always_inline __u32 state_of(const struct request *r)
{
	if (r->protocol != IPPROTO_TCP)
		return FWD_UDP;
	return r->flags & SYN ? FWD_SYN : FWD_ESTABLISHED;
}

static __always_inline _Bool same_end(const struct fwd_real *a, const struct fwd_real *b)
{
	return a->address[0] == b->address[0] && a->address[1] == b->address[1] &&
	       a->address[2] == b->address[2] && a->address[3] == b->address[3] &&
	       a->port == b->port;
}

/* The place of the client's flow of that key, or 0. */
static __always_inline __u32 place_of(const struct request *r, __u32 key)
{
	struct fwd_line4 *line4;
	struct fwd_line6 *line;
	int number;

	if (r->family == 4) {
		number = fwd_find4(r->client[0], key);
		line4 = number < 0 ? NULL : AT(fwd_flows4, (__u32)number / FWD_FLOWS4);
		return line4 ? FWD_PLACE(line4->flows[number % FWD_FLOWS4].what) : 0;
	}
	number = fwd_find6(r->client[0] | (__u64)r->client[1] << 32,
			   r->client[2] | (__u64)r->client[3] << 32, key);
	line = number < 0 ? NULL : AT(fwd_flows6, (__u32)number / FWD_FLOWS6);
	return line ? FWD_PLACE(line->flows[number % FWD_FLOWS6].what) : 0;
}

/*
 * Whether the client's address and port have a flow to this real server's address and port already,
 * by another instance: neither the real server nor its answers could tell the two apart.
 */
__noinline int fwd_taken(struct request *r, __u32 place)
{
	struct fwd_real *real = OF(reals, place);
	struct fwd_instance *instance;
	struct end end;

	if (!r || real->method != FWD_NAT)
		return 0;
	instance = OF(instances, r->key >> 16);
	if (!end_of(fwd_fixed.settings, r->family, real->address,
		    real->port ? real->port : instance->port, r->protocol, FWD_END_REAL, &end) ||
	    !END_INSTANCE(&end, 1))
		return 0;
		/* Not unrolled: with those who call it there would not be stack enough. */
#pragma nounroll
	for (__u32 i = 0; i < FWD_SHARED_MAX; i++) {
		__u32 key = FWD_KEY(r->key & 0xffff, END_INSTANCE(&end, i));

		if (key == r->key || !END_INSTANCE(&end, i))
			continue;
		if (same_end(real, OF(reals, place_of(r, key))))
			return 1;
	}
	return 0;
}

/* One that is not taken, or 0. */
static __always_inline __u32 another(struct request *r, __u32 service, __u32 hash)
{
	struct fwd_service *s = OF(services, service);
	struct fwd_picks *picks = AT(fwd_picks, service);

	if (!picks || !s->n_list)
		return 0;
	for (__u32 i = 0; i < ANOTHER_TRIES; i++) {
		__u32 place = picked(picks, FWD_LIST_AT, (hash + i) % s->n_list, FWD_LIST_MAX);

		if (takes_new(place) && !fwd_taken(r, place))
			return place;
	}
	return 0;
}

/* What counts of the client's address for this service; the hash of it, and maybe of its port. */
static __always_inline __u32 mask_client(const struct request *r, const struct fwd_service *service,
					 __be32 *masked)
{
	__u64 port = service->hash_ports ? r->key & 0xffff : 0;

	masked[0] = r->client[0] & service->mask[0];
	if (r->family == 4)
		return (__u32)fwd_mix(masked[0], port);
	masked[1] = r->client[1] & service->mask[1];
	masked[2] = r->client[2] & service->mask[2];
	masked[3] = r->client[3] & service->mask[3];
	return (__u32)fwd_mix(
		(masked[0] ^ (__u64)masked[2]) | ((__u64)(masked[1] ^ masked[3]) << 32), port);
}

/* By persistence, or by the scheduler; a new template is made. */
static __always_inline __u32 place_for(struct request *r, const struct fwd_service *service,
				       __u32 number, __u32 hash, _Bool stateless,
				       const __be32 *masked)
{
	__u32 template = FWD_KEY(0, FWD_TEMPLATE + number), place;
	int made;

	if (service->persistent) {
		place = template_place(r, masked, template);
		if (place)
			return place;
	}
	if (stateless || service->scheduler == FWD_HASH)
		place = by_hash(number, hash);
	else
		place = (__u32)fwd_pick(number);
	if (!takes_new(place))
		return 0;
	if (service->persistent) {
		made = add(r, masked, template, FWD_WHAT(FWD_PERSISTENT, place, 0),
			   FWD_WHEN(r->now >> FWD_TEMPLATE_UNIT, 0, 0),
			   fwd_hash4(masked[0], template, fwd_seed));
		if (made >= 0)
			fwd_event((__u32)made | (r->family == 4 ? 0 : FWD_EVENT_6));
	}
	return place;
}

__noinline int fwd_begin(struct request *r)
{
	struct fwd_settings *settings = fwd_fixed.settings;
	struct fwd_instance *instance;
	struct fwd_service *service;
	__u32 place, hash, state;
	__be32 masked[4] = {};
	_Bool pressure;
	int flow;

	if (!r || !settings)
		return REFUSED(FWD_PASSED_NO_REAL);
	instance = OF(instances, r->key >> 16);
	service = instance ? OF(services, instance->service) : NULL;
	if (!service)
		return REFUSED(FWD_PASSED_NO_REAL);
	if (fwd_fixed.insides[0].interface) {
		int judged = fwd_judge(r, service->method == FWD_NAT);

		if (judged < 0)
			return judged;
		if (instance->private && !r->inside)
			return REFUSED(FWD_PASSED_SOURCE);
	}
	pressure = r->now < settings->pressure_until;
	if (!may_begin(r, pressure))
		return REFUSED(FWD_PASSED_STRAY);
	hash = mask_client(r, service, masked);
	state = state_of(r);
	if (state == FWD_SYN && settings->half_open >= settings->half_open_max)
		return without_entry(settings, r, instance->service, hash, FWD_FLOOD);
	place = place_for(r, service, instance->service, hash, pressure && state == FWD_ESTABLISHED,
			  masked);
	if (place && settings->shared[settings->half & 1] && fwd_taken(r, place))
		place = another(r, instance->service, hash);
	if (!place)
		return REFUSED(FWD_PASSED_NO_REAL);
	if (r->full && !fwd_full(r, place))
		return REFUSED(FWD_PASSED_NO_REAL);
	flow = add(r, r->client, r->key, FWD_WHAT(state, place, 0),
		   FWD_WHEN(r->now >> FWD_UNIT, 0, 0), r->hash);
	if (flow < 0)
		return without_entry(settings, r, instance->service, hash, FWD_FULL);
	count_begin(settings, r, place, state, (__u32)flow | (r->family == 4 ? 0 : FWD_EVENT_6));
	return (int)place;
}

#endif
