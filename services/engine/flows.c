// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/flows.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define TRIES 4 /* at a flow that changes while it is read */

_Static_assert(offsetof(struct fwd_flow4, what) - offsetof(struct fwd_flow4, key) ==
		       offsetof(struct flow_words, what),
	       "the same words");
_Static_assert(offsetof(struct fwd_flow4, when) - offsetof(struct fwd_flow4, key) ==
		       offsetof(struct flow_words, when),
	       "the same words");
_Static_assert(offsetof(struct fwd_flow6, what) - offsetof(struct fwd_flow6, key) ==
		       offsetof(struct flow_words, what),
	       "the same words");
_Static_assert(offsetof(struct fwd_flow6, when) - offsetof(struct fwd_flow6, key) ==
		       offsetof(struct flow_words, when),
	       "the same words");

uint32_t flows_slots(const struct forward_tables *tables, bool ipv6)
{
	return ipv6 ? tables->lines6 * FWD_FLOWS6 : tables->lines4 * FWD_FLOWS4;
}

static uint32_t regions_of(uint32_t lines)
{
	return (lines + FLOWS_REGION - 1) / FLOWS_REGION;
}

uint32_t flows_regions(const struct forward_tables *tables)
{
	return regions_of(tables->lines4) + regions_of(tables->lines6);
}

uint32_t flows_region(const struct forward_tables *tables, uint32_t number)
{
	uint32_t slot = number & ~FWD_EVENT_6;

	if (number & FWD_EVENT_6)
		return regions_of(tables->lines4) + slot / FWD_FLOWS6 / FLOWS_REGION;
	return slot / FWD_FLOWS4 / FLOWS_REGION;
}

static struct fwd_flow4 *slot4(const struct forward_tables *tables, uint32_t slot)
{
	return &tables->flows4[slot / FWD_FLOWS4].flows[slot % FWD_FLOWS4];
}

static struct fwd_flow6 *slot6(const struct forward_tables *tables, uint32_t slot)
{
	return &tables->flows6[slot / FWD_FLOWS6].flows[slot % FWD_FLOWS6];
}

struct flow_words *flows_words(const struct forward_tables *tables, uint32_t number)
{
	bool ipv6 = number & FWD_EVENT_6;
	uint32_t slot = number & ~FWD_EVENT_6;

	if (slot >= flows_slots(tables, ipv6))
		return NULL;
	return (struct flow_words *)(ipv6 ? &slot6(tables, slot)->key : &slot4(tables, slot)->key);
}

/* The slot's address of the client, and its length in bytes. */
static __be32 *client_of(const struct forward_tables *tables, uint32_t number, size_t *ret_size)
{
	uint32_t slot = number & ~FWD_EVENT_6;

	*ret_size = number & FWD_EVENT_6 ? sizeof(slot6(tables, 0)->client)
					 : sizeof(slot4(tables, 0)->client);
	return number & FWD_EVENT_6 ? slot6(tables, slot)->client : &slot4(tables, slot)->client;
}

static bool is_flow(uint32_t what)
{
	return FWD_STATE(what) != FWD_FREE && FWD_STATE(what) != FWD_CLAIMED;
}

bool flows_read(const struct forward_tables *tables, uint32_t number, struct flow *ret_flow)
{
	struct flow_words *words = flows_words(tables, number);
	uint32_t what;

	for (int i = 0; words && i < TRIES; i++) {
		struct flow flow = {.ipv6 = number & FWD_EVENT_6};
		size_t size;
		const __be32 *client = client_of(tables, number, &size);

		flow.what = __atomic_load_n(&words->what, __ATOMIC_ACQUIRE);
		if (!is_flow(flow.what))
			return false;
		for (size_t k = 0; k < size / sizeof(*client); k++)
			flow.client[k] = __atomic_load_n(&client[k], __ATOMIC_RELAXED);
		flow.key = __atomic_load_n(&words->key, __ATOMIC_RELAXED);
		flow.when = __atomic_load_n(&words->when, __ATOMIC_RELAXED);
		/* What was read before must not be of after. */
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		what = __atomic_load_n(&words->what, __ATOMIC_RELAXED);
		if (what == flow.what) {
			*ret_flow = flow;
			return true;
		}
	}
	return false;
}

/* Of a line. */
static uint32_t slots_of(const struct flow *flow)
{
	return flow->ipv6 ? FWD_FLOWS6 : FWD_FLOWS4;
}

static uint64_t hash_of(const struct forward_tables *tables, const struct flow *flow)
{
	uint64_t halves[2];

	if (!flow->ipv6)
		return fwd_hash4(flow->client[0], flow->key, tables->seed);
	memcpy(halves, flow->client, sizeof(halves));
	return fwd_hash6(halves[0], halves[1], flow->key, tables->seed);
}

/* The n-th place where a flow of that hash may be, n below FWD_LOOK lines of slots. */
static uint32_t nth_number(const struct forward_tables *tables, const struct flow *flow,
			   uint64_t hash, uint32_t n)
{
	uint32_t slots = slots_of(flow), lines = flow->ipv6 ? tables->lines6 : tables->lines4;

	return (flow->ipv6 ? FWD_EVENT_6 : 0) |
	       (fwd_line(hash, lines, n / slots) * slots + n % slots);
}

static uint32_t places_of(const struct flow *flow)
{
	return FWD_LOOK * slots_of(flow);
}

uint32_t flows_find(const struct forward_tables *tables, const struct flow *flow)
{
	uint64_t hash = hash_of(tables, flow);

	for (uint32_t n = 0; n < places_of(flow); n++) {
		uint32_t number = nth_number(tables, flow, hash, n);
		const struct flow_words *words = flows_words(tables, number);
		struct flow found;

		if (words && __atomic_load_n(&words->key, __ATOMIC_RELAXED) == flow->key &&
		    flows_read(tables, number, &found) && found.key == flow->key &&
		    memcmp(found.client, flow->client, sizeof(found.client)) == 0)
			return number;
	}
	return FLOWS_NONE;
}

/* The loads follow a flow that comes (1) or goes (-1). */
static void account(const struct forward_tables *tables, uint32_t what, int32_t by)
{
	struct fwd_load *load = &tables->loads[FWD_PLACE(what)];
	uint32_t state = FWD_STATE(what);

	if (state == FWD_PERSISTENT)
		return;
	__atomic_fetch_add(FWD_IS_ACTIVE(state) ? &load->active : &load->inactive, by,
			   __ATOMIC_RELAXED);
	if (state == FWD_SYN)
		__atomic_fetch_add(&tables->settings->half_open, by, __ATOMIC_RELAXED);
}

static void mark(const struct forward_tables *tables, uint32_t number)
{
	uint32_t region = flows_region(tables, number);

	if (tables->marks)
		__atomic_fetch_or(&tables->marks[region / 64], 1ULL << region % 64,
				  __ATOMIC_RELAXED);
}

/* From now on the data path looks for flows of this hash in all their lines. */
static void spill(const struct forward_tables *tables, const struct flow *flow, uint64_t hash)
{
	uint32_t home = fwd_home(hash, flow->ipv6 ? tables->lines6 : tables->lines4);
	__u64 *words = flow->ipv6 ? tables->spilled6 : tables->spilled4;

	__atomic_fetch_or(&words[home / 64], 1ULL << home % 64, __ATOMIC_RELEASE);
}

static bool turn(struct flow_words *words, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&words->what, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

/* Places in use of the flow's line that begins with its n-th place. */
static uint32_t used_of(const struct forward_tables *tables, const struct flow *flow, uint64_t hash,
			uint32_t n)
{
	uint32_t slots = slots_of(flow), used = 0;

	for (uint32_t k = 0; k < slots; k++) {
		const struct flow_words *words =
			flows_words(tables, nth_number(tables, flow, hash, n + k));

		used += words ? fwd_in_use(__atomic_load_n(&words->what, __ATOMIC_RELAXED)) : 1;
	}
	return used;
}

/* The first place of the line that a new flow goes to, as the data path has it (FWD_FIRST4). */
static uint32_t choose(const struct forward_tables *tables, const struct flow *flow, uint64_t hash)
{
	uint32_t slots = slots_of(flow), first = flow->ipv6 ? FWD_FIRST6 : FWD_FIRST4;
	uint32_t best = 0, least = used_of(tables, flow, hash, 0);

	if (least <= first)
		return 0;
	for (uint32_t n = slots; n < places_of(flow); n += slots) {
		uint32_t used = used_of(tables, flow, hash, n);

		if (used < least) {
			least = used;
			best = n;
		}
	}
	return best;
}

/* Claims a place, in the line that is chosen as long as it has one, and writes the flow there. */
static uint32_t put(const struct forward_tables *tables, const struct flow *flow)
{
	uint64_t hash = hash_of(tables, flow);
	uint32_t chosen = choose(tables, flow, hash);

	for (uint32_t i = 0; i < places_of(flow); i++) {
		uint32_t n = i ^ chosen, number = nth_number(tables, flow, hash, n);
		struct flow_words *words = flows_words(tables, number);
		size_t size;
		__be32 *client;

		if (!words || __atomic_load_n(&words->what, __ATOMIC_RELAXED) != FWD_FREE ||
		    !turn(words, FWD_FREE, FWD_CLAIMED))
			continue;
		if (n >= slots_of(flow))
			spill(tables, flow, hash);
		client = client_of(tables, number, &size);
		for (size_t k = 0; k < size / sizeof(*client); k++)
			__atomic_store_n(&client[k], flow->client[k], __ATOMIC_RELAXED);
		__atomic_store_n(&words->key, flow->key, __ATOMIC_RELAXED);
		__atomic_store_n(&words->when, flow->when, __ATOMIC_RELAXED);
		account(tables, flow->what, 1);
		__atomic_store_n(&words->what, flow->what, __ATOMIC_RELEASE);
		return number;
	}
	return FLOWS_NONE;
}

int flows_insert(const struct forward_tables *tables, const struct flow *flow, uint32_t *ret_number)
{
	uint32_t number = flows_find(tables, flow), first;

	*ret_number = number;
	if (number != FLOWS_NONE)
		return -EEXIST;
	number = put(tables, flow);
	if (number == FLOWS_NONE)
		return -ENOSPC;
	mark(tables, number);
	/* A packet may have made the same meanwhile: the one that is found first is the flow. */
	first = flows_find(tables, flow);
	*ret_number = first == FLOWS_NONE ? number : first;
	if (*ret_number == number)
		return 0;
	flows_remove(tables, number, flow);
	return -EEXIST;
}

bool flows_change(const struct forward_tables *tables, uint32_t number, uint32_t from, uint32_t to)
{
	struct flow_words *words = flows_words(tables, number);

	if (!words || !turn(words, from, to))
		return false;
	account(tables, from, -1);
	account(tables, to, 1);
	return true;
}

bool flows_remove(const struct forward_tables *tables, uint32_t number, const struct flow *seen)
{
	struct flow_words *words = flows_words(tables, number);
	bool same;

	if (!words || !turn(words, seen->what, FWD_CLAIMED))
		return false;
	same = __atomic_load_n(&words->key, __ATOMIC_RELAXED) == seen->key &&
	       __atomic_load_n(&words->when, __ATOMIC_RELAXED) == seen->when;
	if (same)
		account(tables, seen->what, -1);
	__atomic_store_n(&words->what, same ? FWD_FREE : seen->what, __ATOMIC_RELEASE);
	return same;
}

void flows_unclaim(const struct forward_tables *tables, uint32_t number)
{
	struct flow_words *words = flows_words(tables, number);

	if (words)
		turn(words, FWD_CLAIMED, FWD_FREE);
}
