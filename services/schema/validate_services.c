// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/parse.h"
#include "schema/error.h"
#include "schema/shape.h"
#include "schema/validate.h"

#define SERVICE_PATH "/trireme:virtual-service[name='%s']"
#define REAL_PATH "/trireme:pool[name='%s']/real-server[name='%s']"

struct place {
	const struct config_group *group;
	const struct config_alias *alias;
};

/* The model's leafref says that there is one. */
static struct place alias_of(const struct config *config, uint32_t address)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		for (size_t j = 0; j < group->n_aliases; j++) {
			if (group->aliases[j].address == address)
				return (struct place){group, &group->aliases[j]};
		}
	}
	return (struct place){NULL, NULL};
}

static bool has_alias_on(const struct config_group *group, const char *port)
{
	for (size_t i = 0; i < group->n_aliases; i++) {
		if (strcmp(group->aliases[i].port, port) == 0)
			return true;
	}
	return false;
}

static int check_total(const struct config *config, struct schema_error *error)
{
	size_t total = 0;

	for (size_t i = 0; i < config->n_services; i++)
		total += config->services[i].n_reals;
	if (total <= SHAPE_REALS_MAX)
		return 0;
	error_text(error->value, sizeof(error->value), "%zu", total);
	error_text(error->allowed, sizeof(error->allowed),
		   "at most %u real servers in all services together, those of a pool counted for "
		   "each service that has it",
		   SHAPE_REALS_MAX);
	return bad_at(error, "/trireme:virtual-service/pool");
}

static int check_port(const struct config *config, const struct config_service *service,
		      struct schema_error *error)
{
	if (service->protocol == CONFIG_PROTOCOL_UDP && service->port >= CONFIG_RING_PORT &&
	    service->port < CONFIG_RING_PORT + CONFIG_RING_LINKS) {
		error_text(
			error->allowed, sizeof(error->allowed),
			"a UDP port other than %u to %u, which the cluster itself uses (corosync)",
			CONFIG_RING_PORT, CONFIG_RING_PORT + CONFIG_RING_LINKS - 1);
		goto bad;
	}
	for (const struct config_service *other = config->services; other < service; other++) {
		if (other->address != service->address || other->port != service->port ||
		    other->protocol != service->protocol)
			continue;
		error_text(
			error->allowed, sizeof(error->allowed),
			"a port that no other service has at this address: service %s has it too",
			other->name);
		goto bad;
	}
	return 0;
bad:
	error_text(error->value, sizeof(error->value), "%u", service->port);
	return bad_at(error, SERVICE_PATH "/port", service->name);
}

/* Answers pass the router only if it is the real servers' gateway while it has the address. */
static int check_nat_group(const struct config_service *service, const struct place *place,
			   struct schema_error *error)
{
	const char *missing = !has_alias_on(place->group, "eth1")   ? "eth1"
			      : !has_alias_on(place->group, "eth0") ? "eth0"
								    : NULL;

	if (!missing)
		return 0;
	error_text(error->value, sizeof(error->value), "nat");
	error_text(error->allowed, sizeof(error->allowed),
		   "nat needs a public alias (eth0) and a private one (eth1, the real servers' "
		   "gateway) in the group of the service's address: group %s has none on %s",
		   place->group->name, missing);
	return bad_at(error, SERVICE_PATH "/method", service->name);
}

static int bad_real(const struct config_service *service, const struct config_real *real,
		    struct schema_error *error)
{
	format_ipv4(real->address, error->value, sizeof(error->value));
	return bad_at(error, REAL_PATH "/address", service->pool, real->name);
}

/* Under NAT the answers must come back through eth1; under direct routing the MAC is enough. */
static int check_real_subnet(const struct config_node *router, const struct config_service *service,
			     const struct place *place, const struct config_real *real,
			     struct schema_error *error)
{
	const struct config_port *private = config_port_by_name(router, "eth1");
	bool nat = service->method == CONFIG_METHOD_NAT, reachable = false;
	char text[16];

	for (size_t i = 0; i < router->n_ports; i++) {
		const struct config_port *port = &router->ports[i];

		if ((!nat || port == private) &&
		    same_subnet(real->address, port->address, port->prefix_length) &&
		    !address_unusable(real->address, port->prefix_length))
			reachable = true;
	}
	if (!reachable && nat)
		error_text(error->allowed, sizeof(error->allowed),
			   "an address of a host inside the subnet of eth1, which is %s/%u on "
			   "router %s: nat needs the real servers there",
			   format_ipv4(private->address, text, sizeof(text)),
			   private->prefix_length, router->name);
	else if (!reachable)
		error_text(error->allowed, sizeof(error->allowed),
			   "an address of a host inside the subnet of a port of router %s: direct "
			   "routing reaches no other network",
			   router->name);
	else if (nat && strcmp(place->alias->port, "eth1") == 0)
		error_text(error->allowed, sizeof(error->allowed),
			   "a real server outside the subnet of the service's address: under nat "
			   "its answers to clients there would not pass the router");
	else
		return 0;
	return bad_real(service, real, error);
}

/* Whichever router owns the group must reach it. */
static int check_real_on_routers(const struct config *config, const struct config_service *service,
				 const struct place *place, const struct config_real *real,
				 struct schema_error *error)
{
	int r = 0;

	for (size_t i = 0; i < config->n_nodes && r == 0; i++) {
		if (config->nodes[i].role == CONFIG_ROLE_ROUTER)
			r = check_real_subnet(&config->nodes[i], service, place, real, error);
	}
	return r;
}

static int check_real(const struct config *config, const struct config_service *service,
		      const struct place *place, const struct config_real *real,
		      struct schema_error *error)
{
	char holder[200];

	if (address_holder(config, real->address, NULL, holder, sizeof(holder))) {
		error_text(error->allowed, sizeof(error->allowed),
			   "the address of a real server: %s has it", holder);
		return bad_real(service, real, error);
	}
	for (const struct config_real *other = service->reals; other < real; other++) {
		if (other->address != real->address || other->port != real->port)
			continue;
		error_text(error->allowed, sizeof(error->allowed),
			   "an address and port that no other real server of the service has: %s "
			   "has them too",
			   other->name);
		return bad_real(service, real, error);
	}
	return check_real_on_routers(config, service, place, real, error);
}

/* Direct routing and tunnels leave the packet as it is. */
static int check_translation(const struct config_service *service, const struct config_real *real,
			     struct schema_error *error)
{
	if (service->method == CONFIG_METHOD_NAT || real->port == service->port)
		return 0;
	error_text(error->value, sizeof(error->value), "%u", real->port);
	error_text(error->allowed, sizeof(error->allowed),
		   "the port of service %s, or none at all: only the method nat can translate it",
		   service->name);
	return bad_at(error, REAL_PATH "/port", service->pool, real->name);
}

/* IPVS: a client whose real server has weight 0 is refused by dh, which asks no other one. */
static int check_weight(const struct config_service *service, const struct config_real *real,
			struct schema_error *error)
{
	if (real->weight > 0 || strcmp(service->scheduler, "dh") != 0)
		return 0;
	error_text(error->value, sizeof(error->value), "0");
	error_text(error->allowed, sizeof(error->allowed),
		   "1 to 65535 with scheduler dh, which would refuse the clients of a real server "
		   "of weight 0; sh and mh give them to others");
	return bad_at(error, REAL_PATH "/weight", service->pool, real->name);
}

static int check_service(const struct config *config, const struct config_service *service,
			 struct schema_error *error)
{
	struct place place = alias_of(config, service->address);
	int r = check_port(config, service, error);

	if (!place.group) {
		format_ipv4(service->address, error->value, sizeof(error->value));
		error_text(error->allowed, sizeof(error->allowed), "the address of an alias");
		return bad_at(error, SERVICE_PATH "/address", service->name);
	}
	if (r == 0 && service->method == CONFIG_METHOD_NAT)
		r = check_nat_group(service, &place, error);
	for (size_t i = 0; i < service->n_reals && r == 0; i++) {
		r = check_real(config, service, &place, &service->reals[i], error);
		if (r == 0)
			r = check_weight(service, &service->reals[i], error);
		if (r == 0)
			r = check_translation(service, &service->reals[i], error);
	}
	return r;
}

int validate_services(const struct config *config, struct schema_error *error)
{
	int r = check_total(config, error);

	for (size_t i = 0; i < config->n_services && r == 0; i++)
		r = check_service(config, &config->services[i], error);
	return r;
}
