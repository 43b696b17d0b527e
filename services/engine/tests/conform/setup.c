// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/setup.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/marks.h"
#include "engine/wanted.h"

#define SETTLED_NS 3600000000000ULL /* nothing waits for its first word any more */

static void put_address(const struct world_address *from, uint32_t *address, struct in6_addr *ipv6)
{
	if (from->family == 6)
		memcpy(ipv6, from->bytes, sizeof(*ipv6));
	else
		memcpy(address, from->bytes, sizeof(*address));
}

static void put_service(const struct case_service *from, struct config_service *s)
{
	snprintf(s->name, sizeof(s->name), "%s", from->name);
	put_address(&from->end.address, &s->address, &s->ipv6_address);
	s->ipv6 = from->end.address.family == 6;
	s->protocol = from->protocol == IPPROTO_TCP ? CONFIG_PROTOCOL_TCP : CONFIG_PROTOCOL_UDP;
	s->ranges[0] = (struct config_port_range){from->end.port, from->end.port};
	s->n_ranges = 1;
	s->port = from->end.port;
	s->method = from->method == FWD_NAT	 ? CONFIG_METHOD_NAT
		    : from->method == FWD_DIRECT ? CONFIG_METHOD_DIRECT
						 : CONFIG_METHOD_TUNNEL;
	snprintf(s->scheduler, sizeof(s->scheduler), "%s", from->scheduler);
	s->persistent = from->persistence > 0;
	s->persistence_s = from->persistence;
	s->persistence_prefix = from->mask ? from->mask : s->ipv6 ? 128 : 32;
	s->quorum = 1;
}

/* Once for each service: who looks one up takes the first. */
static void put_alias(const struct world_address *address, struct config_group *group)
{
	struct config_ipv6_alias *ipv6 = &group->ipv6_aliases[group->n_ipv6_aliases];
	struct config_alias *ipv4 = &group->aliases[group->n_aliases];
	struct world_address hop;
	const char *port = world_route(address, &hop)->name;

	put_address(address, &ipv4->address, &ipv6->address);
	snprintf(ipv4->port, sizeof(ipv4->port), "%s", port);
	snprintf(ipv6->port, sizeof(ipv6->port), "%s", port);
	*(address->family == 6 ? &group->n_ipv6_aliases : &group->n_aliases) += 1;
}

static int put_real(const struct case_real *from, struct config_service *s)
{
	struct config_real *reals = reallocarray(s->reals, s->n_reals + 1, sizeof(*reals)), *real;

	if (!reals)
		return -ENOMEM;
	s->reals = reals;
	real = &reals[s->n_reals++];
	*real = (struct config_real){.port = from->end.port, .weight = from->weight};
	snprintf(real->name, sizeof(real->name), "real%zu", s->n_reals);
	put_address(&from->end.address, &real->address, &real->ipv6_address);
	return 0;
}

static int make_table(struct setup *setup)
{
	const struct ipvs_table none = {0};
	struct health_state *health;
	struct ipvs_table wanted;
	int r = health_state_make(setup->config, NULL, 0, &health);

	if (r < 0)
		return r;
	r = wanted_make(setup->config, setup->marks, health, &none, SETTLED_NS, &wanted);
	health_state_free(health);
	if (r < 0)
		return r;
	ipvs_table_clear(&setup->wanted);
	setup->wanted = wanted;
	return 0;
}

int setup_make(const struct conform_case *c, struct setup *ret_setup)
{
	struct setup setup = {.config = calloc(1, sizeof(*setup.config))};
	int r = 0;

	if (!setup.config)
		return -ENOMEM;
	setup.config->services = calloc(CASE_SERVICES_MAX, sizeof(*setup.config->services));
	if (!setup.config->services)
		r = -ENOMEM;
	setup.config->n_groups = 1;
	for (size_t i = 0; r == 0 && i < c->n_services; i++) {
		put_service(&c->services[i], &setup.config->services[setup.config->n_services++]);
		put_alias(&c->services[i].end.address, &setup.config->groups[0]);
	}
	for (size_t i = 0; r == 0 && i < c->n_reals; i++)
		r = put_real(&c->reals[i], &setup.config->services[c->reals[i].service]);
	if (r == 0)
		r = marks_make(setup.config, &setup.marks);
	if (r == 0)
		r = make_table(&setup);
	if (r == 0)
		*ret_setup = setup;
	else
		setup_clear(&setup);
	return r;
}

static bool is_real(const struct config_real *real, const struct case_end *end)
{
	const void *address = end->address.family == 6 ? (const void *)&real->ipv6_address
						       : (const void *)&real->address;

	return real->port == end->port &&
	       memcmp(address, end->address.bytes, end->address.family == 6 ? 16 : 4) == 0;
}

int setup_change(struct setup *setup, const struct case_step *step)
{
	struct config_service *s = &setup->config->services[step->service];
	size_t i = 0;

	while (i < s->n_reals && !is_real(&s->reals[i], &step->real))
		i++;
	if (i == s->n_reals)
		return -ENOENT;
	if (step->verb == CASE_WEIGHT)
		s->reals[i].weight = (uint16_t)step->number;
	else
		memmove(&s->reals[i], &s->reals[i + 1], (--s->n_reals - i) * sizeof(s->reals[0]));
	return make_table(setup);
}

void setup_clear(struct setup *setup)
{
	ipvs_table_clear(&setup->wanted);
	free(setup->marks);
	for (size_t i = 0; setup->config && i < setup->config->n_services; i++)
		free(setup->config->services[i].reals);
	if (setup->config)
		free(setup->config->services);
	free(setup->config);
	*setup = (struct setup){0};
}
