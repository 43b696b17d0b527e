// SPDX-License-Identifier: GPL-2.0-or-later
/* Real servers, as the pools have them and as each service needs them, and sorry servers. */
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "schema/datapath.h"
#include "schema/shape.h"
#include "schema/validate.h"

#define REAL_PATH "/trireme:pool[name='%s']/real-server[name='%s']"
#define SORRY_PATH "/trireme:virtual-service[name='%s']/sorry-server"

/* A service on one of its addresses is in the real servers' own subnet. */
static bool on_private_address(const struct validation *v, const struct config_service *service)
{
	const struct config_mark *mark = config_mark_by_number(v->config, service->mark);
	struct config_inet inet = config_service_inet(service);
	const char *port = alias_of(v, &inet).alias_port;

	for (size_t i = 0; mark && i < mark->n_matches; i++) {
		inet = config_match_inet(&mark->matches[i]);
		port = alias_of(v, &inet).alias_port;
		if (port && strcmp(port, "eth1") == 0)
			return true;
	}
	return port && strcmp(port, "eth1") == 0;
}

static bool reaches(const struct config_port *port, const struct config_inet *inet)
{
	struct in6_addr ipv6;
	uint32_t address;

	if (inet->family == AF_INET6) {
		memcpy(&ipv6, inet->bytes, sizeof(ipv6));
		return ipv6_reaches(port, &ipv6);
	}
	memcpy(&address, inet->bytes, sizeof(address));
	return port->address && same_subnet(address, port->address, port->prefix_length) &&
	       !address_unusable(address, port->prefix_length);
}

static const char *unusable(const struct config_inet *inet)
{
	struct in6_addr ipv6;
	uint32_t address;

	if (inet->family == AF_INET6) {
		memcpy(&ipv6, inet->bytes, sizeof(ipv6));
		return ipv6_unusable(&ipv6, 128);
	}
	memcpy(&address, inet->bytes, sizeof(address));
	return address_unusable(address, 32);
}

/* What nat wants of an address that eth1 does not reach. */
static void bad_for_nat(const struct validation *v, const struct config_node *router, bool ipv6)
{
	const struct config_port *private = config_port_by_name(router, "eth1");
	char text[INET6_ADDRSTRLEN];
	uint8_t length = private->prefix_length;

	if (ipv6 && private->n_ipv6 == 0) {
		bad_allowed(v->error,
			    "an address inside the subnet of an IPv6 address of eth1, and router "
			    "%s has none: nat needs the real servers there",
			    router->name);
		return;
	}
	if (ipv6) {
		format_ipv6(&private->ipv6[0].address, text, sizeof(text));
		length = private->ipv6[0].prefix_length;
	} else {
		format_ipv4(private->address, text, sizeof(text));
	}
	bad_allowed(v->error,
		    "an address of a host inside the subnet of eth1, which is %s/%u on router %s: "
		    "nat needs the real servers there",
		    text, length, router->name);
}

/* Under NAT the answers must come back through eth1; under direct routing the MAC is enough. */
static int check_router(const struct validation *v, const struct config_node *router,
			const struct config_service *service, const struct config_inet *inet)
{
	bool nat = service->method == CONFIG_METHOD_NAT, reachable = false;

	for (size_t i = 0; i < router->n_ports; i++)
		reachable |= (!nat || strcmp(router->ports[i].name, "eth1") == 0) &&
			     reaches(&router->ports[i], inet);
	if (reachable)
		return 0;
	if (nat)
		bad_for_nat(v, router, service->ipv6);
	else
		bad_allowed(v->error,
			    "an address of a host inside the subnet of a port of router %s: direct "
			    "routing reaches no other network",
			    router->name);
	return -1;
}

/*
 * Under NAT the answers to clients in the real servers' own subnet pass the router only by full
 * NAT, which the data path of XDP alone has.
 */
static int check_full_nat(const struct validation *v, const struct config_service *service)
{
	char words[128];
	struct text obstacle = TEXT_ON(words);

	if (!on_private_address(v, service))
		return 0;
	datapath_obstacle(service, &obstacle);
	if (obstacle.used == 0)
		return 0;
	bad_allowed(v->error,
		    "a real server outside the subnet of the service's address, the method direct, "
		    "or a service that XDP serves: under nat answers to clients in that subnet "
		    "pass the router by full NAT only, which XDP has and IPVS has not. This one is "
		    "IPVS's: %s",
		    words);
	return -1;
}

/* Whichever router owns the group must reach it. A tunnel goes through any network. */
static int check_reachable(const struct validation *v, const struct config_service *service,
			   const struct config_inet *inet)
{
	const struct config *config = v->config;
	const char *why = unusable(inet);

	if (service->method == CONFIG_METHOD_TUNNEL) {
		if (why)
			bad_allowed(v->error, "%s", why);
		return why ? -1 : 0;
	}
	for (size_t i = 0; i < config->n_nodes; i++) {
		if (config->nodes[i].role == CONFIG_ROLE_ROUTER &&
		    check_router(v, &config->nodes[i], service, inet) < 0)
			return -1;
	}
	return service->method == CONFIG_METHOD_NAT ? check_full_nat(v, service) : 0;
}

/* 0, or what is wrong is in value and allowed. */
static int check_address(const struct validation *v, const struct config_service *service,
			 const struct config_inet *inet)
{
	char holder[200];

	bad_inet(v->error, inet);
	if ((inet->family == AF_INET6) != service->ipv6) {
		bad_allowed(v->error, "an %s address, as that of service %s",
			    service->ipv6 ? "IPv6" : "IPv4", service->name);
		return -1;
	}
	if (!inet_holder(v, inet, NULL, holder, sizeof(holder)))
		return check_reachable(v, service, inet);
	bad_allowed(v->error, "the address of a real server: %s has it", holder);
	return -1;
}

/* Direct routing and tunnels leave the packet as it is. */
static int check_port(const struct validation *v, const struct config_service *service,
		      uint16_t port)
{
	if (service->method == CONFIG_METHOD_NAT || port == service->port)
		return 0;
	bad_value(v->error, "%u", port);
	bad_allowed(v->error,
		    "the port of service %s, or none at all: only the method nat can translate it",
		    service->name);
	return -1;
}

/* IPVS: a client whose real server has weight 0 is refused by dh, which asks no other one. */
static int check_weight(const struct validation *v, const struct config_service *service,
			const struct config_real *real)
{
	if (strcmp(service->scheduler, "dh") != 0)
		return 0;
	if (real->weight == 0) {
		bad_value(v->error, "0");
		bad_allowed(v->error,
			    "1 to 65535 with scheduler dh, which would refuse the clients of a "
			    "real server of weight 0; sh and mh give them to others");
		return bad_at(v->error, REAL_PATH "/weight", service->pool, real->name);
	}
	if (real->admin_state == CONFIG_ADMIN_DRAIN) {
		bad_value(v->error, "drain");
		bad_allowed(v->error,
			    "enabled or disabled with scheduler dh, which would refuse the clients "
			    "of a real server that takes none; sh and mh give them to others");
		return bad_at(v->error, REAL_PATH "/admin-state", service->pool, real->name);
	}
	return 0;
}

int validate_real(const struct validation *v, const struct config_service *service,
		  const struct config_real *real)
{
	struct config_inet inet = config_real_inet(real);

	if (check_address(v, service, &inet) < 0)
		return bad_at(v->error, REAL_PATH "/address", service->pool, real->name);
	if (check_port(v, service, real->port) < 0)
		return bad_at(v->error, REAL_PATH "/port", service->pool, real->name);
	return check_weight(v, service, real);
}

int validate_sorry(const struct validation *v, const struct config_service *service)
{
	struct config_inet sorry = config_sorry_inet(service);

	if (check_address(v, service, &sorry) < 0)
		return bad_at(v->error, SORRY_PATH "/address", service->name);
	if (check_port(v, service, service->sorry_port) < 0)
		return bad_at(v->error, SORRY_PATH "/port", service->name);
	for (size_t i = 0; i < service->n_reals; i++) {
		struct config_inet inet = config_real_inet(&service->reals[i]);

		if (!config_inet_equal(&inet, &sorry) ||
		    service->reals[i].port != service->sorry_port)
			continue;
		bad_inet(v->error, &sorry);
		bad_allowed(v->error, "a machine that is none of the real servers: %s is it too",
			    service->reals[i].name);
		return bad_at(v->error, SORRY_PATH "/address", service->name);
	}
	return 0;
}

/* For sorting. */
struct ref {
	const struct config_real *real;
};

static int compare(const void *a, const void *b)
{
	const struct config_real *x = ((const struct ref *)a)->real;
	const struct config_real *y = ((const struct ref *)b)->real;

	int order = x->address != y->address
			    ? (x->address < y->address ? -1 : 1)
			    : memcmp(&x->ipv6_address, &y->ipv6_address, sizeof(x->ipv6_address));

	if (order)
		return order;
	if (x->port != y->port)
		return x->port - y->port;
	return (x > y) - (x < y);
}

/* To the kernel the two would be one. A port that is left out may be one that is given. */
static int check_twins(const struct validation *v, const char *pool,
		       const struct config_real *reals, size_t n)
{
	struct ref sorted[CONFIG_REALS_MAX];

	if (n < 2)
		return 0;
	for (size_t i = 0; i < n; i++)
		sorted[i].real = &reals[i];
	qsort(sorted, n, sizeof(sorted[0]), compare);
	for (size_t i = 1; i < n; i++) {
		struct config_inet a = config_real_inet(sorted[i - 1].real);
		struct config_inet b = config_real_inet(sorted[i].real);

		if (!config_inet_equal(&a, &b) || sorted[i - 1].real->port != sorted[i].real->port)
			continue;
		bad_inet(v->error, &b);
		bad_allowed(v->error,
			    "an address and port that no other real server of the pool has: %s has "
			    "them too",
			    sorted[i - 1].real->name);
		return bad_at(v->error, REAL_PATH "/address", pool, sorted[i].real->name);
	}
	return 0;
}

static int check_thresholds(const struct validation *v, const struct config_pool *pool,
			    const struct config_real *real)
{
	if (real->lower == 0 || real->lower < real->upper)
		return 0;
	bad_value(v->error, "%u", real->lower);
	if (real->upper)
		bad_allowed(v->error, "less than upper-threshold: %u", real->upper);
	else
		bad_allowed(v->error, "none without upper-threshold");
	return bad_at(v->error, REAL_PATH "/lower-threshold", pool->name, real->name);
}

static int check_total(const struct validation *v)
{
	size_t total = 0;

	for (size_t i = 0; i < v->config->n_pools; i++)
		total += v->config->pools[i].n_reals;
	if (total <= SHAPE_REALS_MAX)
		return 0;
	bad_value(v->error, "%zu", total);
	bad_allowed(v->error, "at most %u real servers in all pools together", SHAPE_REALS_MAX);
	return bad_at(v->error, "/trireme:pool/real-server");
}

static int check_pool(const struct validation *v, const struct config_pool *pool)
{
	int r = check_twins(v, pool->name, pool->reals, pool->n_reals);

	for (size_t i = 0; i < pool->n_reals && r == 0; i++)
		r = check_thresholds(v, pool, &pool->reals[i]);
	return r;
}

int validate_pools(const struct validation *v)
{
	int r = check_total(v);

	for (size_t i = 0; i < v->config->n_pools && r == 0; i++)
		r = check_pool(v, &v->config->pools[i]);
	for (size_t i = 0; i < v->config->n_services && r == 0; i++) {
		const struct config_service *s = &v->config->services[i];

		r = check_twins(v, s->pool, s->reals, s->n_reals);
	}
	return r;
}
