// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/wanted.h"

#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <string.h>

#include "base/parse.h"

/* One configured service, and what is known of it. */
struct subject {
	const struct config_service *config;
	const struct health_service *health;
	const struct ipvs_service *present; /* the kernel's, or NULL */
	uint64_t now;
};

uint8_t wanted_protocol(enum config_protocol protocol)
{
	static const uint8_t numbers[] = {
		[CONFIG_PROTOCOL_TCP] = IPPROTO_TCP,
		[CONFIG_PROTOCOL_UDP] = IPPROTO_UDP,
		[CONFIG_PROTOCOL_SCTP] = IPPROTO_SCTP,
	};

	return numbers[protocol];
}

struct ipvs_key wanted_key(const struct config_service *service, uint32_t mark)
{
	struct ipvs_key key = {.family = service->ipv6 ? AF_INET6 : AF_INET, .mark = mark};
	struct config_inet inet = config_service_inet(service);

	if (mark)
		return key;
	key.protocol = wanted_protocol(service->protocol);
	key.port = service->port;
	memcpy(key.address, inet.bytes, sizeof(inet.bytes));
	return key;
}

static struct ipvs_dest dest_at(const struct config_service *service, struct config_inet inet,
				uint16_t port)
{
	static const uint32_t methods[] = {
		[CONFIG_METHOD_NAT] = IP_VS_CONN_F_MASQ,
		[CONFIG_METHOD_DIRECT] = IP_VS_CONN_F_DROUTE,
		[CONFIG_METHOD_TUNNEL] = IP_VS_CONN_F_TUNNEL,
	};
	struct ipvs_dest dest = {
		.family = inet.family,
		.port = port,
		.method = methods[service->method],
	};

	memcpy(dest.address, inet.bytes, sizeof(inet.bytes));
	return dest;
}

struct ipvs_dest wanted_dest(const struct config_service *service, const struct config_real *real)
{
	struct ipvs_dest dest = dest_at(service, config_real_inet(real), real->port);

	dest.weight = real->admin_state == CONFIG_ADMIN_ENABLED ? real->weight : 0;
	dest.upper = real->upper;
	dest.lower = real->lower;
	return dest;
}

struct ipvs_dest wanted_sorry(const struct config_service *service)
{
	struct ipvs_dest dest = dest_at(service, config_sorry_inet(service), service->sorry_port);

	dest.weight = 1;
	return dest;
}

struct ipvs_timeouts wanted_timeouts(const struct config *config)
{
	return (struct ipvs_timeouts){config->timeout_tcp, config->timeout_tcp_fin,
				      config->timeout_udp};
}

/* In the kernel's form: a mask of IPv4, a number of bits of IPv6. */
static uint32_t persistence_mask(const struct config_service *config, uint8_t bits)
{
	return config->ipv6 ? bits : ipv4_netmask(bits);
}

static struct ipvs_service service_of(const struct config_service *config, uint32_t mark)
{
	/* Without persistence the kernel keeps the mask all the same: one fixed value. */
	struct ipvs_service service = {.key = wanted_key(config, mark),
				       .netmask =
					       persistence_mask(config, config->ipv6 ? 128 : 32)};

	memcpy(service.scheduler, config->scheduler, sizeof(service.scheduler));
	if (strcmp(config->scheduler, "sh") == 0 || strcmp(config->scheduler, "mh") == 0)
		/* …_SH_FALLBACK, …_MH_FALLBACK: clients of a real server of weight 0 go on. */
		service.flags = IP_VS_SVC_F_SCHED1;
	if (config->persistent) {
		service.flags |= IP_VS_SVC_F_PERSISTENT;
		service.timeout = config->persistence_s;
		service.netmask = persistence_mask(config, config->persistence_prefix);
	}
	return service;
}

static bool in_use(const struct subject *s, size_t i)
{
	const struct config_real *real = &s->config->reals[i];
	struct ipvs_dest dest = wanted_dest(s->config, real);

	if (real->admin_state == CONFIG_ADMIN_DISABLED)
		return false;
	return health_in_use(s->config->check, &s->health->reals[i],
			     s->present && ipvs_service_find(s->present, &dest), s->now);
}

/* What the kernel was told last, by this engine or the one before it. */
static bool was_below_quorum(const struct subject *s)
{
	const struct ipvs_dest *found;
	struct ipvs_dest sorry;

	if (!s->present || s->present->n_dests == 0)
		return false;
	if (config_has_sorry(s->config)) {
		sorry = wanted_sorry(s->config);
		found = ipvs_service_find(s->present, &sorry);
		return found && found->weight > 0;
	}
	for (size_t i = 0; i < s->present->n_dests; i++) {
		if (s->present->dests[i].weight > 0)
			return false;
	}
	return true;
}

/* As long as the first word on the others can turn it, it stays as it is. */
static bool below_quorum(const struct subject *s)
{
	size_t sure = 0, hoped = 0;

	for (size_t i = 0; i < s->config->n_reals; i++) {
		struct ipvs_dest dest = wanted_dest(s->config, &s->config->reals[i]);

		if (dest.weight == 0)
			continue;
		hoped += s->config->check == CONFIG_CHECK_NONE ||
			 s->health->reals[i].state != ENGINE_HEALTH_DOWN;
		sure += in_use(s, i);
	}
	if (sure >= s->config->quorum)
		return false;
	return hoped < s->config->quorum || was_below_quorum(s);
}

static int add_sorry(struct ipvs_service *service, const struct subject *s, bool below, bool leaves)
{
	struct ipvs_dest sorry = wanted_sorry(s->config);

	if (!below) {
		if (leaves)
			return 0;
		sorry.weight = 0;
	}
	return ipvs_service_find(service, &sorry) ? 0 : ipvs_service_add(service, &sorry);
}

static int add_dests(struct ipvs_service *service, const struct subject *s)
{
	bool below = below_quorum(s), leaves = strcmp(s->config->scheduler, "dh") == 0;
	int r = 0;

	for (size_t i = 0; i < s->config->n_reals && r == 0; i++) {
		struct ipvs_dest dest = wanted_dest(s->config, &s->config->reals[i]);

		if (ipvs_service_find(service, &dest) || !in_use(s, i) || (below && leaves))
			continue;
		if (below)
			dest.weight = 0;
		r = ipvs_service_add(service, &dest);
	}
	if (r == 0 && config_has_sorry(s->config))
		r = add_sorry(service, s, below, leaves);
	return r;
}

int wanted_make(const struct config *config, const uint32_t *marks,
		const struct health_state *health, const struct ipvs_table *present, uint64_t now,
		struct ipvs_table *ret_wanted)
{
	struct ipvs_table table = {0};
	int r = 0;

	for (size_t i = 0; i < config->n_services && r == 0; i++) {
		struct ipvs_service service = service_of(&config->services[i], marks[i]), *added;
		struct subject subject = {&config->services[i], &health->services[i],
					  ipvs_table_find(present, &service.key), now};

		if (ipvs_table_find(&table, &service.key))
			continue;
		r = ipvs_table_add(&table, &service, &added);
		if (r == 0)
			r = add_dests(added, &subject);
	}
	if (r < 0) {
		ipvs_table_clear(&table);
		return r;
	}
	*ret_wanted = table;
	return 0;
}
