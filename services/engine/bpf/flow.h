/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking up and claiming entries of the hash tables. Functions that the verifier judges once, by
 * themselves: they take and give numbers only (programs of Linux 6.1 without the kernel's own type
 * information have no other way). A number is that of a slot: line * slots of a line + its place.
 */
#ifndef TRIREME_ENGINE_BPF_FLOW_H
#define TRIREME_ENGINE_BPF_FLOW_H

#include "engine/bpf/maps.h"

#define NOT_FOUND (-1)

/* Both words of a key in one; the tables are aligned to it. */
#define KEY4(flow) (*(const volatile __u64 *)(flow))

/*
 * The verifier follows each constant through all that comes behind by itself. Of this one it knows
 * no more than that it is below room, a power of two. unknown: a number that it knows nothing of.
 */
static __always_inline __u64 blurred(__u32 value, __u64 unknown, const __u32 room)
{
#ifdef __bpf__
	asm volatile("%0 ^= %0\n"
		     "%0 += %1\n"
		     "%0 &= %2"
		     : "+r"(unknown)
		     : "r"((__u64)value), "i"(room - 1));
#else /* in tests */
	unknown = value & (room - 1);
#endif
	return unknown;
}

/* Where a valid flow of that key is in its line; FWD_FLOWS4: nowhere. */
static __always_inline __u32 slot_of4(const struct fwd_line4 *line, __u64 wanted)
{
#pragma unroll
	for (__u32 k = 0; k < FWD_FLOWS4; k++)
		if (KEY4(&line->flows[k]) == wanted &&
		    FWD_STATE(*(const volatile __u32 *)&line->flows[k].what) > FWD_CLAIMED)
			return k;
	return FWD_FLOWS4;
}

static __always_inline _Bool has_spilled(const __u64 *words, __u32 home)
{
	return words[home / 64] >> home % 64 & 1;
}

/* Before the flow that is not in its first line can be looked for. */
static __always_inline void spill(__u64 *words, __u32 home)
{
	if (!has_spilled(words, home))
		__sync_fetch_and_or(&words[home / 64], 1ULL << home % 64);
}

__noinline int fwd_find4(__u32 client, __u32 key)
{
	__u64 hash = fwd_hash4(client, key, fwd_seed), wanted = client | (__u64)key << 32;

#pragma unroll
	for (__u32 i = 0; i < FWD_LOOK; i++) {
		__u32 number = fwd_line(hash, fwd_lines4, i), slot;
		struct fwd_line4 *line = AT(fwd_flows4, number);

		if (!line)
			return NOT_FOUND;
		slot = slot_of4(line, wanted);
		if (slot < FWD_FLOWS4)
			return (int)(number * FWD_FLOWS4 + slot);
	}
	return NOT_FOUND;
}

/* A flow that was found. */
struct flow {
	volatile __u32 *what; /* of its words that change the first; the other is behind it */
	/* flow_find() gives them also for one that was not found. */
	__u32 family;
	__u64 hash; /* of IPv4; else 0 */
};

#define WHEN(what) ((what)[1]) /* of that `what` */

_Static_assert(offsetof(struct fwd_flow4, when) == offsetof(struct fwd_flow4, what) + 4, "WHEN()");
_Static_assert(offsetof(struct fwd_flow6, when) == offsetof(struct fwd_flow6, what) + 4, "WHEN()");

/* The flow of a number that fwd_find4(), fwd_find6() gave. */
static __always_inline _Bool flow_at(__u32 family, __u32 number, struct flow *f)
{
	struct fwd_line4 *line4;
	struct fwd_line6 *line6;

	f->family = family;
	if (family == 4) {
		line4 = AT(fwd_flows4, number / FWD_FLOWS4);
		if (!line4)
			return 0;
		f->what = &line4->flows[number % FWD_FLOWS4].what;
	} else {
		line6 = AT(fwd_flows6, number / FWD_FLOWS6);
		if (!line6)
			return 0;
		f->what = &line6->flows[number % FWD_FLOWS6].what;
	}
	return 1;
}

/* As events have it. It is made from the flow's place, since few packets of one need it. */
static __always_inline __u32 flow_event(const struct flow *f)
{
	const struct fwd_line4 *first4;
	const struct fwd_line6 *first6;

	if (f->family == 4) {
		first4 = AT(fwd_flows4, 0);
		return first4 ? (__u32)((__u64)((void *)f->what - (void *)first4) /
					sizeof(struct fwd_flow4))
			      : 0;
	}
	first6 = AT(fwd_flows6, 0);
	return first6 ? (__u32)((__u64)((void *)f->what - (void *)first6) /
				sizeof(struct fwd_flow6)) |
				FWD_EVENT_6
		      : 0;
}

/* Wherever it is, by a call. */
static __always_inline _Bool flow_search4(__be32 client, __u32 key, struct flow *f)
{
	int number = fwd_find4(client, key);

	return number >= 0 && flow_at(4, (__u32)number, f);
}

/* Most flows are in their first line: no call, no other look at the table. */
static __always_inline _Bool flow_find4(__be32 client, __u32 key, struct flow *f)
{
	__u64 hash = f->hash = fwd_hash4(client, key, fwd_seed);
	struct fwd_line4 *line = AT(fwd_flows4, fwd_line(hash, fwd_lines4, 0));
	__u32 slot;

	f->family = 4;
	if (!line)
		return 0;
	slot = slot_of4(line, client | (__u64)key << 32);
	if (slot == FWD_FLOWS4)
		return has_spilled(fwd_fixed.spilled4, fwd_home(hash, fwd_lines4)) &&
		       flow_search4(client, key, f);
	f->what = &line->flows[blurred(slot, hash, FWD_FLOWS4)].what;
	return 1;
}

/* The number among its lines of the one that a new flow goes to (FWD_FIRST4). */
static __always_inline __u32 choose4(__u64 hash)
{
	__u32 best = 0, least = FWD_FLOWS4;

#pragma unroll
	for (__u32 i = 0; i < FWD_LOOK; i++) {
		struct fwd_line4 *line = AT(fwd_flows4, fwd_line(hash, fwd_lines4, i));
		__u32 used = 0;

		if (!line || (i == 0 && !line->flows[0].what && !line->flows[1].what))
			return 0;
#pragma unroll
		for (__u32 k = 0; k < FWD_FLOWS4; k++)
			used += fwd_in_use(*(const volatile __u32 *)&line->flows[k].what);
		if (i == 0 && used <= FWD_FIRST4)
			return 0;
		if (used < least) {
			least = used;
			best = i;
		}
	}
	return (__u32)blurred(best, hash, FWD_LOOK);
}

/*
 * A slot for a flow that is not there, written and valid. Two processors that see packets of one
 * new flow at once make two entries; the first in the order of the search is found ever after, the
 * other one ages. A line that others have filled since it was chosen has a neighbour.
 */
__noinline int fwd_add4(__u32 client, __u32 key, __u32 what, __u32 when, __u64 hash)
{
	__u32 chosen = choose4(hash);

#pragma unroll
	for (__u32 i = 0; i < 2; i++) {
		__u32 number = fwd_line(hash, fwd_lines4, chosen ^ i);
		struct fwd_line4 *line = AT(fwd_flows4, number);

		if (!line)
			return NOT_FOUND;
#pragma unroll
		for (__u32 k = 0; k < FWD_FLOWS4; k++) {
			struct fwd_flow4 *flow = &line->flows[k];

			if (flow->what != FWD_FREE ||
			    __sync_val_compare_and_swap(&flow->what, FWD_FREE, FWD_CLAIMED) !=
				    FWD_FREE)
				continue;
			if (chosen ^ i)
				spill(fwd_fixed.spilled4, fwd_home(hash, fwd_lines4));
			*(volatile __u64 *)flow = client | (__u64)key << 32;
			flow->when = when;
			*(volatile __u32 *)&flow->what = what;
			return (int)(number * FWD_FLOWS4 + k);
		}
	}
	return NOT_FOUND;
}

static __always_inline _Bool same6(const struct fwd_flow6 *flow, __u64 high, __u64 low, __u32 key)
{
	return ((const volatile __u64 *)flow->client)[1] == low &&
	       ((const volatile __u64 *)flow->client)[0] == high &&
	       *(const volatile __u32 *)&flow->key == key &&
	       FWD_STATE(*(const volatile __u32 *)&flow->what) > FWD_CLAIMED;
}

/* The client's address as two words, as it lies in the packet. */
__noinline int fwd_find6(__u64 high, __u64 low, __u32 key)
{
	__u64 hash = fwd_hash6(high, low, key, fwd_seed);

#pragma unroll
	for (__u32 i = 0; i < FWD_LOOK; i++) {
		__u32 number = fwd_line(hash, fwd_lines6, i);
		struct fwd_line6 *line = AT(fwd_flows6, number);

		if (!line ||
		    (i == 1 && !has_spilled(fwd_fixed.spilled6, fwd_home(hash, fwd_lines6))))
			return NOT_FOUND;
#pragma unroll
		for (__u32 k = 0; k < FWD_FLOWS6; k++)
			if (same6(&line->flows[k], high, low, key))
				return (int)(number * FWD_FLOWS6 + k);
	}
	return NOT_FOUND;
}

static __always_inline _Bool flow_find6(const __be32 *client, __u32 key, struct flow *f)
{
	int number = fwd_find6(client[0] | (__u64)client[1] << 32,
			       client[2] | (__u64)client[3] << 32, key);

	f->hash = 0;
	f->family = 6;
	return number >= 0 && flow_at(6, (__u32)number, f);
}

/* The flow of that key, if there is one. */
static __always_inline _Bool flow_find(const int family, const __be32 *client, __u32 key,
				       struct flow *f)
{
	return family == 4 ? flow_find4(client[0], key, f) : flow_find6(client, key, f);
}

/* The same in less code: for flows that are seldom looked for. */
static __always_inline _Bool flow_search(const int family, const __be32 *client, __u32 key,
					 struct flow *f)
{
	return family == 4 ? flow_search4(client[0], key, f) : flow_find6(client, key, f);
}

/* The same of IPv6. */
static __always_inline __u32 choose6(__u64 hash)
{
	__u32 best = 0, least = FWD_FLOWS6;

#pragma unroll
	for (__u32 i = 0; i < FWD_LOOK; i++) {
		struct fwd_line6 *line = AT(fwd_flows6, fwd_line(hash, fwd_lines6, i));
		__u32 used = 0;

		if (!line)
			return 0;
#pragma unroll
		for (__u32 k = 0; k < FWD_FLOWS6; k++)
			used += fwd_in_use(*(const volatile __u32 *)&line->flows[k].what);
		if (i == 0 && used <= FWD_FIRST6)
			return 0;
		if (used < least) {
			least = used;
			best = i;
		}
	}
	return (__u32)blurred(best, hash, FWD_LOOK);
}

__noinline int fwd_add6(__u64 high, __u64 low, __u32 key, __u32 what, __u32 when)
{
	__u64 hash = fwd_hash6(high, low, key, fwd_seed);
	__u32 chosen = choose6(hash);

#pragma unroll
	for (__u32 i = 0; i < 2; i++) {
		__u32 number = fwd_line(hash, fwd_lines6, chosen ^ i);
		struct fwd_line6 *line = AT(fwd_flows6, number);

		if (!line)
			return NOT_FOUND;
#pragma unroll
		for (__u32 k = 0; k < FWD_FLOWS6; k++) {
			struct fwd_flow6 *flow = &line->flows[k];

			if (flow->what != FWD_FREE ||
			    __sync_val_compare_and_swap(&flow->what, FWD_FREE, FWD_CLAIMED) !=
				    FWD_FREE)
				continue;
			if (chosen ^ i)
				spill(fwd_fixed.spilled6, fwd_home(hash, fwd_lines6));
			((volatile __u64 *)flow->client)[0] = high;
			((volatile __u64 *)flow->client)[1] = low;
			flow->key = key;
			flow->when = when;
			*(volatile __u32 *)&flow->what = what;
			return (int)(number * FWD_FLOWS6 + k);
		}
	}
	return NOT_FOUND;
}

/* An end's address, port, protocol and kind in one word. */
#define END4(end) (*(const volatile __u64 *)(end))

static __always_inline __u32 slot_of_end4(const struct fwd_ends4 *line, __u64 wanted)
{
#pragma unroll
	for (__u32 k = 0; k < FWD_ENDS4; k++)
		if (END4(&line->ends[k]) == wanted)
			return k;
	return FWD_ENDS4;
}

__noinline int fwd_end6(__u64 high, __u64 low, __u32 key, __u32 half)
{
	__u64 hash = fwd_hash6(high, low, key, fwd_seed);

#pragma unroll
	for (__u32 i = 0; i < 2; i++) {
		__u32 number = fwd_end_line(hash, FWD_ENDS6_LINES, i) + half * FWD_ENDS6_LINES;
		struct fwd_ends6 *line = OF(ends6, number);

		if (!line)
			return NOT_FOUND;
#pragma unroll
		for (__u32 k = 0; k < FWD_ENDS6; k++) {
			const struct fwd_end6 *end = &line->ends[k];

			if (((const __u64 *)end->address)[1] == low &&
			    ((const __u64 *)end->address)[0] == high &&
			    (end->port | (__u32)end->protocol << 16) == key)
				return (int)(number * FWD_ENDS6 + k);
		}
	}
	return NOT_FOUND;
}

/* Whose an address and port is. */
struct end {
	__u64 instances; /* FWD_SHARED_MAX of 16 bits */
};

#define END_INSTANCE(end, i) ((__u32)((end)->instances >> (16 * (i))) & 0xffff)

static __always_inline _Bool end_of4(__be32 address, __u32 key, enum fwd_end_kind kind, __u32 half,
				     struct end *end)
{
	__u64 hash = fwd_hash4(address, key, fwd_seed),
	      wanted = address | (__u64)(key | (__u32)kind << 24) << 32;
	__u32 base = half * FWD_ENDS4_LINES, slot;
	__u64 k;
	struct fwd_ends4 *line = OF(ends4, fwd_end_line(hash, FWD_ENDS4_LINES, 0) + base);

	if (!line)
		return 0;
	slot = slot_of_end4(line, wanted);
	if (slot == FWD_ENDS4) {
		line = OF(ends4, fwd_end_line(hash, FWD_ENDS4_LINES, 1) + base);
		if (!line)
			return 0;
		slot = slot_of_end4(line, wanted);
		if (slot == FWD_ENDS4)
			return 0;
	}
	k = blurred(slot, hash, FWD_ENDS4);
	end->instances = *(const volatile __u64 *)line->ends[k].instances;
	return 1;
}

static __always_inline _Bool end_of6(const __be32 *address, __u32 key, enum fwd_end_kind kind,
				     __u32 half, struct end *end)
{
	int number = fwd_end6(address[0] | (__u64)address[1] << 32,
			      address[2] | (__u64)address[3] << 32, key, half);
	struct fwd_ends6 *line = number < 0 ? NULL : OF(ends6, (__u32)number / FWD_ENDS6);
	struct fwd_end6 *found;

	if (!line)
		return 0;
	found = &line->ends[number % FWD_ENDS6];
	__builtin_memcpy(&end->instances, found->instances, sizeof(end->instances));
	return found->kind == kind;
}

/* Whether an address and port is of that kind, and of which instances. */
static __always_inline _Bool end_of(const struct fwd_settings *settings, const int family,
				    const __be32 *address, __be16 port, __u8 protocol,
				    enum fwd_end_kind kind, struct end *end)
{
	__u32 key = port | (__u32)protocol << 16, half = settings->half & 1;

	if (kind == FWD_END_VIRTUAL &&
	    !(settings->virtuals[half] & fwd_virtual(address[family == 4 ? 0 : 3])))
		return 0;
	return family == 4 ? end_of4(address[0], key, kind, half, end)
			   : end_of6(address, key, kind, half, end);
}

/* For the engine's synchronisation; it looks when it wants to. number: of this processor. */
static __always_inline void tell(__u32 number, __u32 flow)
{
	struct fwd_ring *ring = AT(fwd_rings, number);
	struct fwd_cpu *cpu = AT(fwd_cpus, number);

	if (!ring || !cpu)
		return;
	ring->flows[cpu->head % FWD_EVENTS] = flow;
	/* The entry before the head that counts it. */
	*(volatile __u64 *)&cpu->head = cpu->head + 1;
}

__noinline int fwd_event(__u32 flow)
{
	tell(bpf_get_smp_processor_id(), flow);
	return 0;
}

#endif
