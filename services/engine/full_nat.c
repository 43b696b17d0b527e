// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/full_nat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static struct fwd_back *back_of(const struct forward_tables *tables, const struct flow *flow)
{
	return &tables->backs[ntohs((uint16_t)(flow->key & 0xffff)) % FWD_BACKS];
}

void full_nat_unclaim(const struct forward_tables *tables)
{
	for (size_t i = 0; i < FWD_BACKS; i++) {
		uint32_t claimed = FWD_BACK_CLAIMED;

		__atomic_compare_exchange_n(&tables->backs[i].key, &claimed, 0, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	}
}

bool full_nat_client(const struct forward_tables *tables, const struct flow *flow,
		     struct full_nat_client *ret_client)
{
	const struct fwd_back *back = back_of(tables, flow);
	uint32_t key = __atomic_load_n(&back->key, __ATOMIC_ACQUIRE);

	if (!FWD_IS_FULLNAT(flow->key) || key >> 16 != FWD_INSTANCE(flow->key) ||
	    back->port != (flow->key & 0xffff) || back->place != FWD_PLACE(flow->what))
		return false;
	for (size_t i = 0; i < 4; i++)
		ret_client->address[i] = __atomic_load_n(&back->client[i], __ATOMIC_RELAXED);
	ret_client->port = (__be16)(key & 0xffff);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&back->key, __ATOMIC_RELAXED) == key;
}

/* The entry is that of a flow that is there; owner: at another address than this flow's. */
static bool is_anothers(const struct forward_tables *tables, const struct fwd_back *back,
			uint32_t key, const struct flow *flow, bool owner)
{
	const struct fwd_real *real = &tables->reals[back->place % FWD_REALS_MAX];
	struct flow other = {.ipv6 = real->flags & FWD_REAL_6,
			     .key = FWD_KEY(back->port, key >> 16 | FWD_FULLNAT)};

	memcpy(other.client, real->outer, sizeof(other.client));
	return key && (!owner || memcmp(other.client, flow->client, sizeof(other.client)) != 0) &&
	       flows_find(tables, &other) != FLOWS_NONE;
}

int full_nat_take(const struct forward_tables *tables, const struct flow *flow,
		  const struct full_nat_client *client, bool owner)
{
	struct fwd_back *back = back_of(tables, flow);
	uint32_t key = __atomic_load_n(&back->key, __ATOMIC_ACQUIRE);
	struct full_nat_client known;

	if (full_nat_client(tables, flow, &known) && known.port == client->port &&
	    memcmp(known.address, client->address, sizeof(known.address)) == 0)
		return 0;
	if (key == FWD_BACK_CLAIMED || is_anothers(tables, back, key, flow, owner) ||
	    !__atomic_compare_exchange_n(&back->key, &key, FWD_BACK_CLAIMED, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return -ENOSPC;
	memcpy(back->client, client->address, sizeof(back->client));
	back->port = (__be16)(flow->key & 0xffff);
	back->place = (__u16)FWD_PLACE(flow->what);
	__atomic_store_n(&back->key, FWD_KEY(client->port, FWD_INSTANCE(flow->key)),
			 __ATOMIC_RELEASE);
	return 0;
}
