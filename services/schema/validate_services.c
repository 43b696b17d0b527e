// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "schema/shape.h"
#include "schema/validate.h"

#define SERVICE_PATH "/trireme:virtual-service[name='%s']"
#define MATCH_PATH "/trireme:firewall-mark[mark='%u']/match[name='%s']"

/* Of that family. */
static bool has_alias_on(const struct config_group *group, const char *port, bool ipv6)
{
	for (size_t i = 0; i < config_n_floating(group); i++) {
		struct config_floating f = config_floating(group, i);

		if (!f.label == ipv6 && strcmp(f.port, port) == 0)
			return true;
	}
	return false;
}

static int check_total(const struct validation *v)
{
	size_t total = 0;

	for (size_t i = 0; i < v->config->n_services; i++)
		total += v->config->services[i].n_reals;
	if (total <= SHAPE_REALS_MAX)
		return 0;
	bad_value(v->error, "%zu", total);
	bad_allowed(v->error,
		    "at most %u real servers in all services together, those of a pool counted for "
		    "each service that has it",
		    SHAPE_REALS_MAX);
	return bad_at(v->error, "/trireme:virtual-service/pool");
}

static int check_address(const struct validation *v, const struct config_service *service)
{
	struct config_inet inet = config_service_inet(service);

	return service->mark || check_floating(v, &inet) == 0
		       ? 0
		       : bad_at(v->error, SERVICE_PATH "/address", service->name);
}

static int check_pool(const struct validation *v, const struct config_service *service)
{
	size_t n = service->n_reals ? service->n_reals : 1;

	if (!config_pool_by_name(v->config, service->pool)) {
		bad_value(v->error, "%s", service->pool);
		bad_allowed(v->error, "the name of a pool: there are %zu, and none of this name",
			    v->config->n_pools);
		return bad_at(v->error, SERVICE_PATH "/pool", service->name);
	}
	if (service->quorum > n) {
		bad_value(v->error, "%u", service->quorum);
		bad_allowed(v->error, "at most the number of real servers of pool %s: %zu",
			    service->pool, n);
		return bad_at(v->error, SERVICE_PATH "/quorum", service->name);
	}
	return 0;
}

/* Answers pass the router only if it is the real servers' gateway while it has the address. */
static int check_nat_group(const struct validation *v, const struct config_service *service,
			   const struct config_inet *inet)
{
	const struct config_group *group = alias_of(v, inet).group;
	const char *missing = NULL;

	if (group && !has_alias_on(group, "eth1", service->ipv6))
		missing = "eth1";
	else if (group && !has_alias_on(group, "eth0", service->ipv6))
		missing = "eth0";
	if (!missing)
		return 0;
	bad_value(v->error, "nat");
	bad_allowed(v->error,
		    "nat needs a public %s (eth0) and a private one (eth1, the real servers' "
		    "gateway) in the group of the service's address: group %s has none on %s",
		    service->ipv6 ? "ipv6-alias" : "alias", group->name, missing);
	return bad_at(v->error, SERVICE_PATH "/method", service->name);
}

static int check_nat(const struct validation *v, const struct config_service *service)
{
	const struct config_mark *mark = config_mark_by_number(v->config, service->mark);
	struct config_inet inet = config_service_inet(service);
	int r = 0;

	if (service->method != CONFIG_METHOD_NAT)
		return 0;
	if (!mark)
		return check_nat_group(v, service, &inet);
	for (size_t i = 0; i < mark->n_matches && r == 0; i++) {
		inet = config_match_inet(&mark->matches[i]);
		r = check_nat_group(v, service, &inet);
	}
	return r;
}

static int check_service(const struct validation *v, const struct config_service *service)
{
	int r = check_address(v, service);

	if (r == 0)
		r = check_pool(v, service);
	if (r == 0)
		r = check_nat(v, service);
	for (size_t i = 0; i < service->n_reals && r == 0; i++)
		r = validate_real(v, service, &service->reals[i]);
	return r == 0 && config_has_sorry(service) ? validate_sorry(v, service) : r;
}

/* To the kernel a mark is a service of one family. */
static int check_mark(const struct validation *v, const struct config_mark *mark)
{
	struct config_inet first = config_match_inet(&mark->matches[0]);
	int r = 0;

	for (size_t i = 0; i < mark->n_matches && r == 0; i++) {
		struct config_inet inet = config_match_inet(&mark->matches[i]);

		r = check_floating(v, &inet);
		if (r == 0 && inet.family != first.family) {
			bad_inet(v->error, &inet);
			bad_allowed(v->error,
				    "an %s address, as that of %s: those of one mark are of one "
				    "family",
				    first.family == AF_INET6 ? "IPv6" : "IPv4",
				    mark->matches[0].name);
			r = -EBADMSG;
		}
		if (r < 0)
			return bad_at(v->error, MATCH_PATH "/address", mark->mark,
				      mark->matches[i].name);
	}
	return r;
}

int validate_services(const struct validation *v)
{
	int r = check_total(v);

	for (size_t i = 0; i < v->config->n_marks && r == 0; i++)
		r = check_mark(v, &v->config->marks[i]);
	for (size_t i = 0; i < v->config->n_services && r == 0; i++)
		r = check_service(v, &v->config->services[i]);
	return r;
}
