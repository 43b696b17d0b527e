// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sync_record.h"

#include <errno.h>
#include <string.h>

#include "base/clock_io.h"
#include "engine/full_nat.h"

#define UNITS_MASK 0xfffffU
/* A packet's clock may be ahead of ours by so much: it is of now. */
#define AHEAD_UNITS 16

static unsigned int shift_of(uint32_t state)
{
	return state == FWD_PERSISTENT ? FWD_TEMPLATE_UNIT : FWD_UNIT;
}

/* Rounded up, so that age_units() finds the same number again. */
static uint64_t age_ms(const struct flow *flow, uint64_t monotonic)
{
	unsigned int shift = shift_of(FWD_STATE(flow->what));
	uint64_t units = ((uint32_t)(monotonic >> shift) - FWD_UNITS(flow->when)) & UNITS_MASK;

	if (units > UNITS_MASK - AHEAD_UNITS)
		units = 0;
	return ((units << shift) + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
}

static uint32_t units_of(const struct sync_record *record, uint64_t monotonic)
{
	unsigned int shift = shift_of(record->state);
	uint64_t age = record->age_ms * NSEC_PER_MSEC >> shift;

	return (uint32_t)((monotonic >> shift) - age) & UNITS_MASK;
}

uint32_t sync_record_service(uint32_t key)
{
	uint32_t instance = key >> 16;

	if (instance < FWD_TEMPLATE || instance - FWD_TEMPLATE >= FWD_SERVICES_MAX)
		return FWD_SERVICES_MAX;
	return instance - FWD_TEMPLATE;
}

static int make_virtual(const struct forward_tables *tables, const struct flow *flow,
			struct sync_record *record)
{
	uint32_t service = sync_record_service(flow->key), number = FWD_INSTANCE(flow->key);
	const struct fwd_instance *instance;

	if (record->state == FWD_PERSISTENT) {
		if (service == FWD_SERVICES_MAX || !tables->services[service].name)
			return -ENOENT;
		record->service = tables->services[service].name;
		return 0;
	}
	if (number == 0 || number >= FWD_INSTANCES_MAX)
		return -ENOENT;
	instance = &tables->instances[number];
	if (!instance->in_use)
		return -ENOENT;
	record->protocol = instance->protocol;
	record->virtual_port = instance->port;
	memcpy(record->virtual, instance->address, sizeof(record->virtual));
	return 0;
}

/* Whom the router's own address and port stand for. */
static int make_inside(const struct forward_tables *tables, const struct flow *flow,
		       struct sync_record *record)
{
	struct full_nat_client client;

	record->full_nat = FWD_IS_FULLNAT(flow->key);
	if (!record->full_nat)
		return 0;
	if (!full_nat_client(tables, flow, &client))
		return -ENOENT;
	memcpy(record->inside, client.address, sizeof(record->inside));
	record->inside_port = client.port;
	return 0;
}

int sync_record_make(const struct forward_tables *tables, const struct flow *flow,
		     uint64_t monotonic, struct sync_record *ret_record)
{
	const struct fwd_real *real = &tables->reals[FWD_PLACE(flow->what)];
	struct sync_record record = {
		.family = flow->ipv6 ? 6 : 4,
		.state = FWD_STATE(flow->what),
		.client_port = (__be16)(flow->key & 0xffff),
		.real_port = real->port,
	};
	uint64_t age = age_ms(flow, monotonic);
	int r;

	if (record.state < FWD_UDP || record.state == FWD_SYN || record.state >= FWD_STATES)
		return -ENOENT;
	if (!(real->flags & FWD_REAL_IN_USE) || age > SYNC_AGE_MAX_MS)
		return -ENOENT;
	record.age_ms = (uint32_t)age;
	memcpy(record.client, flow->client, sizeof(record.client));
	memcpy(record.real, real->address, sizeof(record.real));
	r = make_virtual(tables, flow, &record);
	if (r == 0)
		r = make_inside(tables, flow, &record);
	if (r == 0)
		*ret_record = record;
	return r;
}

/* The instance or template that the record is of, as in a flow's key, and its service. */
static int take_virtual(const struct forward_tables *tables, const struct forward_place *place,
			const struct sync_record *record, uint8_t group, uint32_t *ret_instance,
			uint16_t *ret_service)
{
	struct forward_instance wanted = {.family = record->family,
					  .protocol = record->protocol,
					  .port = record->virtual_port};
	const struct fwd_instance *instance;
	int number;

	memcpy(wanted.address, record->virtual, sizeof(wanted.address));
	number = forward_place_find_instance(place, &wanted);
	if (number <= 0 || number >= FWD_INSTANCES_MAX)
		return -ENOENT;
	instance = &tables->instances[number];
	if (!instance->in_use || instance->service >= FWD_SERVICES_MAX)
		return -ENOENT;
	if (instance->group != group)
		return -EXDEV;
	*ret_instance = (uint32_t)number;
	*ret_service = instance->service;
	return 0;
}

static int take_template(const struct forward_tables *tables, const struct forward_place *place,
			 const struct sync_record *record, uint32_t *ret_instance,
			 uint16_t *ret_service)
{
	int number = forward_place_find_service(place, record->service);
	const struct fwd_service *service;

	if (number < 0 || number >= FWD_SERVICES_MAX)
		return -ENOENT;
	service = &tables->services[number];
	for (size_t i = 0; i < 4; i++) {
		if (record->client[i] & ~service->mask[i])
			return -ENOENT;
	}
	*ret_instance = FWD_TEMPLATE + (uint32_t)number;
	*ret_service = (uint16_t)number;
	return 0;
}

int sync_record_take(const struct forward_tables *tables, const struct forward_place *place,
		     const struct sync_record *record, uint8_t group, uint64_t monotonic,
		     struct flow *ret_flow)
{
	struct forward_real real = {.family = record->family, .port = record->real_port};
	struct flow flow = {.ipv6 = record->family == 6};
	uint32_t instance;
	int r, number;

	if (record->state == FWD_PERSISTENT)
		r = take_template(tables, place, record, &instance, &real.service);
	else
		r = take_virtual(tables, place, record, group, &instance, &real.service);
	if (r < 0)
		return r;
	real.method = tables->services[real.service].method;
	memcpy(real.address, record->real, sizeof(real.address));
	number = forward_place_find_real(place, &real);
	if (number <= 0 || number >= FWD_REALS_MAX ||
	    !(tables->reals[number].flags & FWD_REAL_IN_USE))
		return -ENOENT;
	memcpy(flow.client, record->client, sizeof(flow.client));
	flow.key =
		FWD_KEY(record->client_port, record->full_nat ? instance | FWD_FULLNAT : instance);
	flow.what = FWD_WHAT(record->state, number, FWD_LEARNT);
	flow.when = FWD_WHEN(units_of(record, monotonic), 0, 0);
	*ret_flow = flow;
	return 0;
}
