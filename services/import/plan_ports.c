// SPDX-License-Identifier: GPL-2.0-or-later
/* A service that has all ports: all that the model lets it have, as IPVS prefers a closer match. */
#include <string.h>

#include "import/plan.h"

#define PORTS 65536

static void take(bool *taken, const struct config_port_range *range)
{
	for (unsigned int port = range->first; port <= range->last; port++)
		taken[port] = true;
}

static void take_service(bool *taken, const struct config_service *of,
			 const struct config_service *other)
{
	struct config_inet a = config_service_inet(of), b = config_service_inet(other);

	if (!config_inet_equal(&a, &b) || other->protocol != of->protocol)
		return;
	for (size_t i = 0; i < other->n_ranges; i++)
		take(taken, &other->ranges[i]);
}

static void take_mark(bool *taken, const struct config_service *of, const struct config_mark *mark)
{
	struct config_inet inet = config_service_inet(of);

	for (size_t i = 0; i < mark->n_matches; i++) {
		struct config_inet match = config_match_inet(&mark->matches[i]);

		if (config_inet_equal(&match, &inet) && mark->matches[i].protocol == of->protocol)
			take(taken, &mark->matches[i].range);
	}
}

static void take_others(const struct plan *plan, const struct plan_service *service, bool *taken)
{
	const struct config_service *of = &service->is;
	static const struct config_port_range ring = {CONFIG_RING_PORT,
						      CONFIG_RING_PORT + CONFIG_RING_LINKS - 1};

	taken[0] = true;
	if (of->method == CONFIG_METHOD_NAT || strcmp(service->alias->port, "eth0") != 0)
		take(taken, &plan->base->masquerade);
	if (of->protocol == CONFIG_PROTOCOL_UDP)
		take(taken, &ring);
	for (size_t i = 0; i < plan->base->n_services; i++)
		take_service(taken, of, &plan->base->services[i]);
	for (size_t i = 0; i < plan->base->n_marks; i++)
		take_mark(taken, of, &plan->base->marks[i]);
	for (const struct plan_service *s = plan->services; s; s = s->next) {
		if (!item_out(&s->item))
			take_service(taken, of, &s->is);
	}
	for (const struct plan_mark *mark = plan->marks; mark; mark = mark->next)
		take_mark(taken, of, &mark->is);
}

/* false: more ranges than the model has room for, or none. */
static bool set_ranges(struct config_service *service, const bool *taken)
{
	size_t n = 0;

	for (unsigned int port = 1; port < PORTS; port++) {
		if (taken[port])
			continue;
		if (!taken[port - 1]) {
			service->ranges[n - 1].last = (uint16_t)port;
			continue;
		}
		if (n == CONFIG_RANGES_MAX)
			return false;
		service->ranges[n++] = (struct config_port_range){(uint16_t)port, (uint16_t)port};
	}
	service->n_ranges = n;
	return n > 0;
}

static void choose(struct plan *plan, struct plan_service *service, bool *taken)
{
	memset(taken, 0, PORTS * sizeof(*taken));
	take_others(plan, service, taken);
	if (set_ranges(&service->is, taken)) {
		report_item(plan->report, &service->item, IMPORT_WARNING,
			    "no port means all ports: the service has %zu ranges, which are all "
			    "that nothing else at the address needs",
			    service->is.n_ranges);
		return;
	}
	service->is.n_ranges = 0;
	service->item.out = true;
	report_item(plan->report, &service->item, IMPORT_ERROR,
		    "left out: no port means all ports, and what others at the address leave of "
		    "them is not one to %u ranges",
		    CONFIG_RANGES_MAX);
}

void plan_all_ports(struct plan *plan)
{
	bool *taken = NULL;

	for (struct plan_service *s = plan->services; s; s = s->next) {
		if (!s->all_ports || item_out(&s->item))
			continue;
		if (!taken)
			taken = arena_new(plan->arena, PORTS * sizeof(*taken));
		if (!taken)
			return;
		choose(plan, s, taken);
	}
}
