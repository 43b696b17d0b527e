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

__noinline int fwd_find4(__u32 client, __u32 key)
{
	__u64 hash = fwd_hash4(client, key, fwd_seed), wanted = client | (__u64)key << 32;

#pragma unroll
	for (__u32 i = 0; i < FWD_LOOK; i++) {
		__u32 number = fwd_line(hash, fwd_lines4, i);
		struct fwd_line4 *line = AT(fwd_flows4, number);

		if (!line)
			return NOT_FOUND;
#pragma unroll
		for (__u32 k = 0; k < FWD_FLOWS4; k++)
			if (KEY4(&line->flows[k]) == wanted &&
			    FWD_STATE(line->flows[k].what) > FWD_CLAIMED)
				return (int)(number * FWD_FLOWS4 + k);
	}
	return NOT_FOUND;
}

/*
 * A slot for a flow that is not there, written and valid. Two processors that see packets of one
 * new flow at once make two entries; the first in the order of the search is found ever after, the
 * other one ages.
 */
__noinline int fwd_add4(__u32 client, __u32 key, __u32 what, __u32 when)
{
	__u64 hash = fwd_hash4(client, key, fwd_seed);

#pragma unroll
	for (__u32 i = 0; i < FWD_LOOK; i++) {
		__u32 number = fwd_line(hash, fwd_lines4, i);
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

		if (!line)
			return NOT_FOUND;
#pragma unroll
		for (__u32 k = 0; k < FWD_FLOWS6; k++)
			if (same6(&line->flows[k], high, low, key))
				return (int)(number * FWD_FLOWS6 + k);
	}
	return NOT_FOUND;
}

__noinline int fwd_add6(__u64 high, __u64 low, __u32 key, __u32 what, __u32 when)
{
	__u64 hash = fwd_hash6(high, low, key, fwd_seed);

#pragma unroll
	for (__u32 i = 0; i < FWD_LOOK; i++) {
		__u32 number = fwd_line(hash, fwd_lines6, i);
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

/* key: port and, in the upper half, protocol; half: the one in force. */
__noinline int fwd_end4(__u32 address, __u32 key, __u32 half)
{
	__u64 hash = fwd_hash4(address, key, fwd_seed);

#pragma unroll
	for (__u32 i = 0; i < 2; i++) {
		__u32 number = fwd_end_line(hash, FWD_ENDS4_LINES, i) + half * FWD_ENDS4_LINES;
		struct fwd_ends4 *line = AT(fwd_ends4, number);

		if (!line)
			return NOT_FOUND;
#pragma unroll
		for (__u32 k = 0; k < FWD_ENDS4; k++) {
			const struct fwd_end4 *end = &line->ends[k];

			if (end->address == address &&
			    (end->port | (__u32)end->protocol << 16) == key)
				return (int)(number * FWD_ENDS4 + k);
		}
	}
	return NOT_FOUND;
}

__noinline int fwd_end6(__u64 high, __u64 low, __u32 key, __u32 half)
{
	__u64 hash = fwd_hash6(high, low, key, fwd_seed);

#pragma unroll
	for (__u32 i = 0; i < 2; i++) {
		__u32 number = fwd_end_line(hash, FWD_ENDS6_LINES, i) + half * FWD_ENDS6_LINES;
		struct fwd_ends6 *line = AT(fwd_ends6, number);

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
	__u32 kind;	 /* enum fwd_end_kind */
	__u64 instances; /* FWD_SHARED_MAX of 16 bits */
};

#define END_INSTANCE(end, i) ((__u32)((end)->instances >> (16 * (i))) & 0xffff)

static __always_inline _Bool end_of(const int family, const __be32 *address, __be16 port,
				    __u8 protocol, struct end *end)
{
	struct fwd_settings *settings = AT(fwd_settings, 0);
	__u32 key = port | (__u32)protocol << 16, half = settings ? settings->half & 1 : 0;
	int number;

	if (family == 4) {
		struct fwd_ends4 *line;
		struct fwd_end4 *found;

		number = fwd_end4(address[0], key, half);
		line = number >= 0 ? AT(fwd_ends4, (__u32)number / FWD_ENDS4) : NULL;
		if (!line)
			return 0;
		found = &line->ends[number % FWD_ENDS4];
		end->kind = found->kind;
		__builtin_memcpy(&end->instances, found->instances, sizeof(end->instances));
	} else {
		struct fwd_ends6 *line;
		struct fwd_end6 *found;

		number = fwd_end6(address[0] | (__u64)address[1] << 32,
				  address[2] | (__u64)address[3] << 32, key, half);
		line = number >= 0 ? AT(fwd_ends6, (__u32)number / FWD_ENDS6) : NULL;
		if (!line)
			return 0;
		found = &line->ends[number % FWD_ENDS6];
		end->kind = found->kind;
		__builtin_memcpy(&end->instances, found->instances, sizeof(end->instances));
	}
	return 1;
}

/* For the engine's synchronisation; it looks when it wants to. */
__noinline int fwd_event(__u32 flow)
{
	__u32 number = bpf_get_smp_processor_id();
	struct fwd_ring *ring = AT(fwd_rings, number);
	struct fwd_cpu *cpu = AT(fwd_cpus, number);

	if (!ring || !cpu)
		return NOT_FOUND;
	ring->flows[cpu->head % FWD_EVENTS] = flow;
	/* The entry before the head that counts it. */
	*(volatile __u64 *)&cpu->head = cpu->head + 1;
	return 0;
}

#endif
