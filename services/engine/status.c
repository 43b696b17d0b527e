// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/status.h"

#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "engine/wanted.h"

static_assert(sizeof(((struct engine_service_status *)0)->name) ==
		      sizeof(((struct config_service *)0)->name),
	      "names fit");
static_assert((int)ENGINE_ADMIN_DRAIN == (int)CONFIG_ADMIN_DRAIN &&
		      (int)ENGINE_ADMIN_DISABLED == (int)CONFIG_ADMIN_DISABLED,
	      "the same states");
static_assert(ENGINE_REALS_PER_MESSAGE >= CONFIG_REALS_MAX, "all real servers fit");

static struct engine_inet inet_of(struct config_inet from)
{
	struct engine_inet inet = {.family = from.family};

	memcpy(inet.bytes, from.bytes, sizeof(inet.bytes));
	return inet;
}

static void fill_real(const struct config_real *config, const struct health_real *health,
		      const struct ipvs_dest *kernel, struct engine_real_status *s)
{
	memcpy(s->name, config->name, sizeof(s->name));
	s->health = (uint8_t)health->state;
	s->admin = (uint8_t)config->admin_state;
	s->address = inet_of(config_real_inet(config));
	s->port = config->port;
	s->weight = config->weight;
	memcpy(s->reason, health->reason, sizeof(s->reason));
	if (!kernel)
		return;
	s->in_use = kernel->weight > 0;
	s->active = kernel->active;
	s->inactive = kernel->inactive;
	s->connections = kernel->connections;
	s->packets_in = kernel->packets_in;
	s->packets_out = kernel->packets_out;
	s->bytes_in = kernel->bytes_in;
	s->bytes_out = kernel->bytes_out;
}

static_assert(ENGINE_PORTS_MAX >= CONFIG_RANGES_MAX * sizeof("65535-65535"), "all ports fit");

static void fill_ports(const struct config_service *config, struct engine_service_status *s)
{
	struct text text = TEXT_ON(s->ports);

	for (size_t i = 0; i < config->n_ranges; i++) {
		const struct config_port_range *range = &config->ranges[i];

		text_add(&text, "%s%u", i ? "," : "", range->first);
		if (range->last != range->first)
			text_add(&text, "-%u", range->last);
	}
}

void status_fill(const struct config_service *config, const struct health_service *health,
		 const struct steer_verdict *verdict, const struct ipvs_service *kernel,
		 struct engine_service_status *ret_status)
{
	struct engine_service_status *s = ret_status;

	s->protocol = wanted_protocol(config->protocol);
	s->port = config->port;
	s->address = inet_of(config_service_inet(config));
	fill_ports(config, s);
	memcpy(s->name, config->name, sizeof(s->name));
	memcpy(s->scheduler, config->scheduler, sizeof(s->scheduler));
	copy_text(s->method, sizeof(s->method), config_method_name(config->method));
	s->datapath = verdict->xdp ? ENGINE_DATAPATH_XDP : ENGINE_DATAPATH_IPVS;
	memcpy(s->datapath_reason, verdict->reason, sizeof(s->datapath_reason));
	s->n_reals = (uint32_t)config->n_reals;
	for (size_t i = 0; i < config->n_reals; i++) {
		struct ipvs_dest dest = wanted_dest(config, &config->reals[i]);

		fill_real(&config->reals[i], &health->reals[i],
			  kernel ? ipvs_service_find(kernel, &dest) : NULL, &s->reals[i]);
	}
}
