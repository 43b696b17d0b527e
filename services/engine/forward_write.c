// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_write.h"

#include <arpa/inet.h>
#include <linux/ip_vs.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "engine/forward_picks.h"
#include "engine/full_nat.h"

/* Packets see the former value or the new one. */
#define PUT(field, value)                                                   \
	do {                                                                \
		__typeof__(field) put_ = (value);                           \
		if ((field) != put_)                                        \
			__atomic_store_n(&(field), put_, __ATOMIC_RELEASE); \
	} while (0)

/* How a scheduler of IPVS is done here. */
struct scheduler {
	char name[IPVS_SCHEDULER_MAX];
	uint8_t number; /* enum fwd_scheduler */
	bool weighted;
};

static const struct scheduler schedulers[] = {
	{"rr", FWD_RR, false},	{"wrr", FWD_RR, true},	{"lc", FWD_LC, false},
	{"wlc", FWD_WLC, true}, {"sed", FWD_SED, true}, {"nq", FWD_NQ, true},
	{"sh", FWD_HASH, true}, {"mh", FWD_HASH, true}, {"dh", FWD_HASH, false},
};

/* One that is not among them is steered to IPVS (steer.h), and would be served as rr. */
static const struct scheduler *scheduler_of(const struct config_service *service)
{
	for (size_t i = 0; i < ARRAY_SIZE(schedulers); i++)
		if (strcmp(schedulers[i].name, service->scheduler) == 0)
			return &schedulers[i];
	return &schedulers[0];
}

uint8_t forward_write_method(const struct config_service *service)
{
	static const uint8_t methods[] = {
		[CONFIG_METHOD_NAT] = FWD_NAT,
		[CONFIG_METHOD_DIRECT] = FWD_DIRECT,
		[CONFIG_METHOD_TUNNEL] = FWD_TUNNEL,
	};

	return methods[service->method];
}

static uint16_t weight_of(const struct forward_service *s, const struct ipvs_dest *dest)
{
	if (s->leaves)
		return 0;
	return dest->weight < UINT16_MAX ? (uint16_t)dest->weight : UINT16_MAX;
}

void forward_write_reals(struct forward_tables *tables, const struct config *all,
			 const struct forward_service *s)
{
	for (size_t i = 0; s->wanted && i < s->wanted->n_dests; i++) {
		struct fwd_real *real = &tables->reals[s->places[i]];
		uint32_t source[4];

		/* Flows of full NAT by another address end with it. */
		if (real->method == FWD_NAT) {
			full_nat_source(all, s->config, &s->wanted->dests[i], source);
			for (size_t k = 0; k < ARRAY_SIZE(source); k++)
				PUT(real->outer[k], source[k]);
		}
		PUT(real->weight, weight_of(s, &s->wanted->dests[i]));
		PUT(real->flags, (uint8_t)(FWD_REAL_IN_USE | (real->flags & FWD_REAL_6)));
	}
}

static uint64_t identity_of(const void *address, uint16_t port)
{
	return hash_add(hash_add(HASH_START, address, 16), &port, sizeof(port));
}

static size_t collect(const struct forward_service *s, struct forward_pick *ret_picks)
{
	size_t n = 0;

	for (size_t i = 0; s->wanted && i < s->wanted->n_dests; i++) {
		const struct ipvs_dest *dest = &s->wanted->dests[i];

		if (weight_of(s, dest) > 0)
			ret_picks[n++] =
				(struct forward_pick){s->places[i], weight_of(s, dest),
						      identity_of(dest->address, dest->port)};
	}
	return n;
}

/* The bits of the client's address that count. */
static void write_mask(struct fwd_service *to, const struct config_service *config)
{
	uint32_t left = config->ipv6 ? 128 : 32;

	if (config->persistent)
		left = config->persistence_prefix;
	for (size_t i = 0; i < ARRAY_SIZE(to->mask); i++) {
		uint32_t bits = left < 32 ? left : 32;

		PUT(to->mask[i], bits ? htonl(UINT32_MAX << (32 - bits)) : 0);
		left -= bits;
	}
}

/* Of all that the picks are made from; never 0. */
static uint64_t digest_picks(const struct forward_service *s, const struct forward_pick *reals,
			     size_t n)
{
	struct config_inet inet = config_service_inet(s->config);
	uint64_t hash = hash_add(HASH_START, s->config->scheduler, strlen(s->config->scheduler));

	hash = hash_add(hash, inet.bytes, sizeof(inet.bytes));
	for (size_t i = 0; i < n; i++) {
		hash = hash_add(hash, &reals[i].place, sizeof(reals[i].place));
		hash = hash_add(hash, &reals[i].weight, sizeof(reals[i].weight));
		hash = hash_add(hash, &reals[i].identity, sizeof(reals[i].identity));
	}
	return hash ? hash : 1;
}

/* The ends of ring and list first lose what is not in the new ones, and get what is new last. */
static void write_picks(struct forward_tables *tables, const struct forward_service *s,
			uint64_t *picked)
{
	const struct scheduler *scheduler = scheduler_of(s->config);
	struct fwd_service *to = &tables->services[s->number];
	uint16_t *places = tables->picks[s->number].places, n_ring, n_list;
	struct forward_pick reals[FWD_LIST_MAX];
	struct fwd_picks picks;
	uint64_t digest;

	n_list = (uint16_t)collect(s, reals);
	digest = digest_picks(s, reals, n_list);
	if (*picked == digest)
		return;
	forward_picks_make(reals, n_list, scheduler->weighted, &picks, &n_ring);
	if (strcmp(scheduler->name, "dh") == 0) {
		struct config_inet inet = config_service_inet(s->config);

		forward_picks_single(&picks, identity_of(inet.bytes, 0));
	}
	if (to->n_ring > n_ring)
		PUT(to->n_ring, n_ring);
	if (to->n_list > n_list)
		PUT(to->n_list, n_list);
	for (size_t i = 0; i < FWD_PICKS; i++)
		PUT(places[i], picks.places[i]);
	PUT(to->n_list, n_list);
	PUT(to->n_ring, n_ring);
	*picked = digest;
}

void forward_write_service(struct forward_tables *tables, const struct forward_service *s,
			   uint64_t *picked)
{
	struct fwd_service *to = &tables->services[s->number];
	uint32_t flags = s->wanted ? s->wanted->flags : 0;

	PUT(to->scheduler, scheduler_of(s->config)->number);
	PUT(to->method, forward_write_method(s->config));
	/* IP_VS_SVC_F_SCHED_SH_PORT, …_MH_PORT */
	PUT(to->hash_ports, (uint8_t)((flags & IP_VS_SVC_F_SCHED2) != 0));
	write_mask(to, s->config);
	PUT(to->persistence_s, s->config->persistent ? s->config->persistence_s : 0);
	PUT(to->persistent, (uint8_t)s->config->persistent);
	write_picks(tables, s, picked);
	for (size_t i = 0; i < s->n_instances; i++) {
		struct fwd_instance *instance = &tables->instances[s->instances[i]];

		PUT(instance->service, (uint16_t)s->number);
		PUT(instance->group, s->group);
		PUT(instance->private, (uint8_t)s->private);
		PUT(instance->in_use, 1);
	}
}
