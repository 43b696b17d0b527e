// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "schema/upgrade_steps.h"

#define PORT_FIRST 1024 /* that may be used for masquerading, and the last */
#define PORT_LAST 65535
#define MASQUERADE_FIRST 32768 /* what is used unless the document says otherwise */
#define MASQUERADE_LAST 60999

static bool is_nat(const json_t *service)
{
	const char *method = json_string_value(json_object_get(service, "method"));

	return !method || strcmp(method, "nat") == 0;
}

/* Where nothing translates the port, it was the service's own, which a pool does not know. */
static void drop_ports(json_t *reals)
{
	json_t *real;
	size_t i;

	json_array_foreach(reals, i, real)
	{
		(void)json_object_del(real, "port");
	}
}

/* The service's real servers become a pool of its name. */
static int split_service(json_t *service, json_t *pools)
{
	json_t *name = json_object_get(service, "name");
	json_t *reals = json_object_get(service, "real-server");
	json_t *pool = json_object();

	if (!is_nat(service))
		drop_ports(reals);
	if (!pool || json_array_append_new(pools, pool) < 0 ||
	    json_object_set(pool, "name", name) < 0 ||
	    (reals && json_object_set(pool, "real-server", reals) < 0) ||
	    json_object_set(service, "pool", name) < 0)
		return -ENOMEM;
	(void)json_object_del(service, "real-server");
	return 0;
}

static int split_services(json_t *document)
{
	json_t *services = json_object_get(document, "trireme:virtual-service");
	json_t *pools, *service;
	size_t i;

	if (json_array_size(services) == 0)
		return 0;
	pools = json_array();
	if (json_object_set_new(document, "trireme:pool", pools) < 0)
		return -ENOMEM;
	json_array_foreach(services, i, service)
	{
		if (json_object_get(service, "name") && split_service(service, pools) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Times that were given are custom ones, unless they are the standard's. */
static int name_profile(json_t *document)
{
	static const struct {
		const char *name;
		json_int_t standard;
	} times[] = {{"token", 500}, {"consensus", 600}, {"heartbeat", 50}};
	json_t *cluster = json_object_get(document, "trireme:cluster");
	json_t *timing = json_object_get(cluster, "timing");
	bool custom = false;

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		json_t *time = json_object_get(timing, times[i].name);

		custom |= time && json_integer_value(time) != times[i].standard;
	}
	if (custom)
		return json_object_set_new(timing, "profile", json_string("custom")) < 0 ? -ENOMEM
											 : 0;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		(void)json_object_del(timing, times[i].name);
	return 0;
}

static int by_number(const void *a, const void *b)
{
	json_int_t x = *(const json_int_t *)a, y = *(const json_int_t *)b;

	return (x > y) - (x < y);
}

/* The ports of services under NAT, in rising order, between two that bound the range. */
static json_int_t *used_ports(const json_t *services, size_t *ret_n, bool *ret_conflict)
{
	json_int_t *ports = calloc(json_array_size(services) + 2, sizeof(*ports));
	json_t *service;
	size_t i, n = 0;

	if (!ports)
		return NULL;
	*ret_conflict = false;
	ports[n++] = PORT_FIRST - 1;
	json_array_foreach(services, i, service)
	{
		json_int_t port = json_integer_value(json_object_get(service, "port"));

		if (!is_nat(service) || port < PORT_FIRST || port > PORT_LAST)
			continue;
		*ret_conflict |= port >= MASQUERADE_FIRST && port <= MASQUERADE_LAST;
		ports[n++] = port;
	}
	ports[n++] = PORT_LAST + 1;
	qsort(ports, n, sizeof(*ports), by_number);
	*ret_n = n;
	return ports;
}

/*
 * A service under NAT must not have a port that is used for masquerading. Where one has, the widest
 * range between the services' ports is used instead.
 */
static int move_masquerade_ports(json_t *document)
{
	_cleanup_free_ json_int_t *ports = NULL;
	json_int_t first = 0, last = -1;
	bool conflict;
	json_t *range;
	size_t n;

	ports = used_ports(json_object_get(document, "trireme:virtual-service"), &n, &conflict);
	if (!ports)
		return -ENOMEM;
	if (!conflict)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (ports[i] - ports[i - 1] - 2 <= last - first)
			continue;
		first = ports[i - 1] + 1;
		last = ports[i] - 1;
	}
	range = json_pack("{s:{s:I,s:I}}", "masquerade-ports", "first", first, "last", last);
	return json_object_set_new(document, "trireme:forwarding", range) < 0 ? -ENOMEM : 0;
}

int upgrade_to_2026_11_24(json_t *document)
{
	int r = move_masquerade_ports(document);

	if (r == 0)
		r = split_services(document);
	return r < 0 ? r : name_profile(document);
}
