// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ageing.h"

#include <stddef.h>

#include "base/clock_io.h"

#define WHOLE 256 /* of `share` */
#define LEAST 32
#define FULL 1000
#define UNITS_MASK 0xfffffu
/* Ages this close to the wrap are of packets that have come since `now` was read. */
#define AHEAD 256

static uint32_t share_of(uint32_t fill)
{
	uint32_t share = WHOLE;

	if (fill > AGEING_FULL)
		share = fill < FULL ? WHOLE * (FULL - fill) / (FULL - AGEING_FULL) : 0;
	return share < LEAST ? LEAST : share;
}

void ageing_begin(struct ageing *ageing, const struct ageing_timeouts *timeouts, uint64_t now,
		  uint32_t fill, uint32_t half_open)
{
	const uint32_t seconds[FWD_STATES] = {
		[FWD_UDP] = timeouts->udp,	    [FWD_SYN] = AGEING_SYN,
		[FWD_ESTABLISHED] = timeouts->tcp,  [FWD_FIN_CLIENT] = timeouts->tcp_fin,
		[FWD_FIN_REAL] = timeouts->tcp_fin, [FWD_TIME_WAIT] = AGEING_TIME_WAIT,
		[FWD_CLOSE] = AGEING_CLOSE,
	};
	uint32_t syn = share_of(fill > half_open ? fill : half_open);

	ageing->now = now;
	ageing->share = share_of(fill);
	for (uint32_t state = 0; state < FWD_STATES; state++)
		ageing->limits[state] = seconds[state] * NSEC_PER_SEC *
					(state == FWD_SYN ? syn : ageing->share) / WHOLE;
}

/* At least so long ago was the last packet, ns: it may have come at the end of its unit. */
static uint64_t least_age(uint64_t now, uint32_t when, unsigned int unit)
{
	uint64_t units = ((uint32_t)(now >> unit) - FWD_UNITS(when)) & UNITS_MASK;

	if (units == 0 || units > UNITS_MASK - AHEAD)
		return 0;
	return ((units - 1) << unit) + (now & ((1ULL << unit) - 1));
}

static const struct fwd_service *template_service(const struct forward_tables *tables, uint32_t key)
{
	uint32_t service = (key >> 16) - FWD_TEMPLATE;

	return service < FWD_SERVICES_MAX ? &tables->services[service] : NULL;
}

static bool template_over(const struct ageing *ageing, const struct forward_tables *tables,
			  const struct flow_words *flow)
{
	const struct fwd_service *service = template_service(tables, flow->key);
	uint64_t limit;

	if (!service || !service->persistent)
		return true;
	limit = service->persistence_s * NSEC_PER_SEC * ageing->share / WHOLE;
	return least_age(ageing->now, flow->when, FWD_TEMPLATE_UNIT) > limit;
}

bool ageing_over(const struct ageing *ageing, const struct forward_tables *tables,
		 const struct flow_words *flow)
{
	uint32_t state = FWD_STATE(flow->what);

	if (state == FWD_PERSISTENT)
		return template_over(ageing, tables, flow);
	return state >= FWD_STATES ||
	       least_age(ageing->now, flow->when, FWD_UNIT) > ageing->limits[state];
}

bool ageing_gone(const struct forward_tables *tables, const struct flow_words *flow)
{
	const struct fwd_real *real = &tables->reals[FWD_PLACE(flow->what)];
	uint32_t number = FWD_INSTANCE(flow->key);
	const struct fwd_instance *instance;

	if (!(real->flags & FWD_REAL_IN_USE))
		return true;
	if (FWD_STATE(flow->what) == FWD_PERSISTENT)
		return number != (uint32_t)FWD_TEMPLATE + real->service;
	instance = number < FWD_INSTANCES_MAX ? &tables->instances[number] : NULL;
	return !instance || !instance->in_use || instance->service != real->service;
}
