// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/parse.h"
#include "schema/error.h"
#include "schema/shape.h"
#include "schema/validate.h"

#define SERVICE_PATH "/trireme:virtual-service[name='%s']"

static bool has_alias_on(const struct config_group *group, const char *port)
{
	for (size_t i = 0; i < group->n_aliases; i++) {
		if (strcmp(group->aliases[i].port, port) == 0)
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
	const char *separator = "";

	if (service->mark || alias_of(v, service->address).alias)
		return 0;
	bad_address(v->error, service->address);
	bad_allowed(v->error, "a value of /trireme:alias-group/alias/address: %s",
		    v->config->n_groups ? "" : "there is none");
	for (size_t i = 0; i < v->config->n_groups; i++) {
		const struct config_group *group = &v->config->groups[i];

		for (size_t k = 0; k < group->n_aliases; k++, separator = ", ") {
			char text[16];

			error_append(v->error->allowed, sizeof(v->error->allowed), "%s%s",
				     separator,
				     format_ipv4(group->aliases[k].address, text, sizeof(text)));
		}
	}
	return bad_at(v->error, SERVICE_PATH "/address", service->name);
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
			   uint32_t address)
{
	const struct config_group *group = alias_of(v, address).group;
	const char *missing = NULL;

	if (group && !has_alias_on(group, "eth1"))
		missing = "eth1";
	else if (group && !has_alias_on(group, "eth0"))
		missing = "eth0";
	if (!missing)
		return 0;
	bad_value(v->error, "nat");
	bad_allowed(v->error,
		    "nat needs a public alias (eth0) and a private one (eth1, the real servers' "
		    "gateway) in the group of the service's address: group %s has none on %s",
		    group->name, missing);
	return bad_at(v->error, SERVICE_PATH "/method", service->name);
}

static int check_nat(const struct validation *v, const struct config_service *service)
{
	const struct config_mark *mark = config_mark_by_number(v->config, service->mark);
	int r = 0;

	if (service->method != CONFIG_METHOD_NAT)
		return 0;
	if (!mark)
		return check_nat_group(v, service, service->address);
	for (size_t i = 0; i < mark->n_matches && r == 0; i++)
		r = check_nat_group(v, service, mark->matches[i].address);
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
	return r == 0 && service->sorry_address ? validate_sorry(v, service) : r;
}

int validate_services(const struct validation *v)
{
	int r = check_total(v);

	for (size_t i = 0; i < v->config->n_services && r == 0; i++)
		r = check_service(v, &v->config->services[i]);
	return r;
}
