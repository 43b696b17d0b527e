// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/wanted.h"

#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <string.h>

#include "base/parse.h"

struct ipvs_key wanted_key(const struct config_service *service)
{
	struct ipvs_key key = {
		.family = AF_INET,
		.protocol = service->protocol == CONFIG_PROTOCOL_UDP ? IPPROTO_UDP : IPPROTO_TCP,
		.port = service->port,
	};

	memcpy(key.address, &service->address, sizeof(service->address));
	return key;
}

struct ipvs_dest wanted_dest(const struct config_service *service, const struct config_real *real)
{
	struct ipvs_dest dest = {
		.family = AF_INET,
		.port = real->port,
		.method = service->method == CONFIG_METHOD_DIRECT ? IP_VS_CONN_F_DROUTE
								  : IP_VS_CONN_F_MASQ,
		.weight = real->weight,
	};

	memcpy(dest.address, &real->address, sizeof(real->address));
	return dest;
}

static struct ipvs_service service_of(const struct config_service *config)
{
	/* Without persistence the kernel keeps the mask all the same: one fixed value. */
	struct ipvs_service service = {.key = wanted_key(config), .netmask = ipv4_netmask(32)};

	memcpy(service.scheduler, config->scheduler, sizeof(service.scheduler));
	if (strcmp(config->scheduler, "sh") == 0 || strcmp(config->scheduler, "mh") == 0)
		/* …_SH_FALLBACK, …_MH_FALLBACK: clients of a real server of weight 0 go on. */
		service.flags = IP_VS_SVC_F_SCHED1;
	if (config->persistent) {
		service.flags |= IP_VS_SVC_F_PERSISTENT;
		service.timeout = config->persistence_s;
		service.netmask = ipv4_netmask(config->persistence_prefix);
	}
	return service;
}

static int add_reals(struct ipvs_service *service, const struct config_service *config,
		     const struct health_service *health, const struct ipvs_service *present,
		     uint64_t now)
{
	int r = 0;

	for (size_t i = 0; i < config->n_reals && r == 0; i++) {
		struct ipvs_dest dest = wanted_dest(config, &config->reals[i]);
		bool in_kernel = present && ipvs_service_find(present, &dest);

		if (ipvs_service_find(service, &dest))
			continue;
		if (health_in_use(config->check, &health->reals[i], in_kernel, now))
			r = ipvs_service_add(service, &dest);
	}
	return r;
}

int wanted_make(const struct config *config, const struct health_state *health,
		const struct ipvs_table *present, uint64_t now, struct ipvs_table *ret_wanted)
{
	struct ipvs_table table = {0};
	int r = 0;

	for (size_t i = 0; i < config->n_services && r == 0; i++) {
		struct ipvs_service service = service_of(&config->services[i]), *added;

		if (ipvs_table_find(&table, &service.key))
			continue;
		r = ipvs_table_add(&table, &service, &added);
		if (r == 0)
			r = add_reals(added, &config->services[i], &health->services[i],
				      ipvs_table_find(present, &service.key), now);
	}
	if (r < 0) {
		ipvs_table_clear(&table);
		return r;
	}
	*ret_wanted = table;
	return 0;
}
