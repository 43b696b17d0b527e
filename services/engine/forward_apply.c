// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_apply.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "engine/forward_ends.h"
#include "engine/forward_lease.h"
#include "engine/forward_write.h"
#include "engine/wanted.h"

/* More ends of one service than a half has places can be refused without a try. */
#define ENDS_MAX ((size_t)FWD_ENDS4 * FWD_ENDS4_LINES)

struct forward_applied {
	struct forward_tables *tables;
	struct forward_place *place;
	uint64_t turned; /* when the ends were turned last */
	uint64_t digest; /* of what was applied last */
	bool stands;	 /* it is in the tables */
	enum forward_obstacle obstacles[CONFIG_SERVICES_MAX];
	uint64_t picked[FWD_SERVICES_MAX]; /* forward_write_service(), by number */
	/* Those of the call that runs. */
	struct forward_service services[CONFIG_SERVICES_MAX];
	uint16_t instances[FWD_INSTANCES_MAX], places[FWD_REALS_MAX];
	size_t n_instances, n_places;
};

const char *forward_obstacle_text(enum forward_obstacle obstacle)
{
	static const char *const texts[] = {
		[FORWARD_SERVED] = "served",
		[FORWARD_UNWANTED] = "not one of this data path",
		[FORWARD_LEAVING] = "only its flows end here",
		[FORWARD_NO_LEASE] = "nobody says whether its group may be served here",
		[FORWARD_NO_SERVICES] = "too many services",
		[FORWARD_NO_INSTANCES] = "too many virtual ports",
		[FORWARD_NO_REALS] = "too many real servers",
		[FORWARD_TAKEN] = "another service has one of its addresses and ports",
		[FORWARD_SHARED] = "too many virtual ports lead to one port of a real server",
		[FORWARD_NO_ENDS] = "no room for its addresses and ports",
	};

	return texts[obstacle];
}

int forward_applied_make(struct forward_tables *tables, struct forward_place *place, uint64_t now,
			 struct forward_applied **ret_applied)
{
	struct forward_applied *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->tables = tables;
	a->place = place;
	a->turned = now; /* by the engine before this one, for all that is known */
	*ret_applied = a;
	return 0;
}

void forward_applied_free(struct forward_applied *applied)
{
	free(applied);
}

static uint64_t name_hash(const char *name)
{
	uint64_t hash = hash_add(HASH_START, name, strlen(name));

	return hash ? hash : 1;
}

static struct forward_instance instance_of(const struct config_service *config, uint32_t port)
{
	struct config_inet inet = config_service_inet(config);
	struct forward_instance instance = {
		.family = inet.family == AF_INET6 ? 6 : 4,
		.protocol = wanted_protocol(config->protocol),
		.port = htons((uint16_t)port),
	};

	memcpy(instance.address, inet.bytes, sizeof(instance.address));
	return instance;
}

static enum forward_obstacle plan_instances(struct forward_applied *a, struct forward_service *s)
{
	size_t total = 0;

	s->instances = &a->instances[a->n_instances];
	s->n_instances = 0;
	for (size_t i = 0; i < s->config->n_ranges; i++)
		total += s->config->ranges[i].last - s->config->ranges[i].first + 1u;
	if (total > ARRAY_SIZE(a->instances) - a->n_instances)
		return FORWARD_NO_INSTANCES;
	for (size_t i = 0; i < s->config->n_ranges; i++) {
		const struct config_port_range *range = &s->config->ranges[i];

		for (uint32_t port = range->first; port <= range->last; port++) {
			struct forward_instance instance = instance_of(s->config, port);
			int number = forward_place_instance(a->place, &instance);

			if (number < 0)
				return number == -EEXIST ? FORWARD_TAKEN : FORWARD_NO_INSTANCES;
			s->instances[s->n_instances++] = (uint16_t)number;
		}
	}
	return FORWARD_SERVED;
}

static struct forward_real real_of(const struct config_service *config, int service,
				   const struct ipvs_dest *dest)
{
	struct forward_real real = {
		.family = dest->family == AF_INET6 ? 6 : 4,
		.method = forward_write_method(config),
		.port = htons(dest->port),
		.service = (uint16_t)service,
	};

	memcpy(real.address, dest->address, sizeof(real.address));
	return real;
}

int forward_apply_place(const struct forward_place *place, const struct config_service *config,
			const struct ipvs_dest *dest)
{
	int service = forward_place_find_service(place, name_hash(config->name));
	struct forward_real real;

	if (service < 0)
		return service;
	real = real_of(config, service, dest);
	return forward_place_find_real(place, &real);
}

static enum forward_obstacle plan_places(struct forward_applied *a, struct forward_service *s)
{
	size_t n = s->wanted ? s->wanted->n_dests : 0;

	s->places = &a->places[a->n_places];
	if (n > FWD_LIST_MAX || n > ARRAY_SIZE(a->places) - a->n_places)
		return FORWARD_NO_REALS;
	for (size_t i = 0; i < n; i++) {
		struct forward_real real = real_of(s->config, s->number, &s->wanted->dests[i]);
		int number = forward_place_real(a->place, &real);

		if (number < 0)
			return FORWARD_NO_REALS;
		s->places[i] = (uint16_t)number;
	}
	return FORWARD_SERVED;
}

static struct forward_end virtual_end(const struct fwd_instance *instance)
{
	struct forward_end end = {instance->family, instance->protocol, instance->port, {0}};

	memcpy(end.address, instance->address, sizeof(end.address));
	return end;
}

static struct forward_end real_end(const struct fwd_real *real, const struct fwd_instance *instance)
{
	struct forward_end end = {instance->family, instance->protocol, real->port, {0}};

	if (end.port == 0)
		end.port = instance->port;
	memcpy(end.address, real->address, sizeof(end.address));
	return end;
}

/* How many real servers have ends: those whose answers are rewritten. */
static size_t n_answering(const struct forward_service *s)
{
	return s->wanted && s->config->method == CONFIG_METHOD_NAT ? s->wanted->n_dests : 0;
}

static void remove_ends(struct forward_applied *a, const struct forward_service *s)
{
	for (size_t i = 0; i < s->n_instances; i++) {
		const struct fwd_instance *instance = &a->tables->instances[s->instances[i]];
		struct forward_end end = virtual_end(instance);

		forward_ends_remove(a->tables, &end, s->instances[i]);
		for (size_t k = 0; k < n_answering(s); k++) {
			end = real_end(&a->tables->reals[s->places[k]], instance);
			forward_ends_remove(a->tables, &end, s->instances[i]);
		}
	}
}

static int add_ends(struct forward_applied *a, const struct forward_service *s)
{
	int r = 0;

	for (size_t i = 0; i < s->n_instances && r == 0; i++) {
		const struct fwd_instance *instance = &a->tables->instances[s->instances[i]];
		struct forward_end end = virtual_end(instance);

		r = forward_ends_add(a->tables, &end, FWD_END_VIRTUAL, s->instances[i]);
		for (size_t k = 0; k < n_answering(s) && r == 0; k++) {
			end = real_end(&a->tables->reals[s->places[k]], instance);
			r = forward_ends_add(a->tables, &end, FWD_END_REAL, s->instances[i]);
		}
	}
	return r;
}

static enum forward_obstacle plan_ends(struct forward_applied *a, const struct forward_service *s)
{
	int r;

	if (s->n_instances * (n_answering(s) + 1) > ENDS_MAX)
		return FORWARD_NO_ENDS;
	r = add_ends(a, s);
	if (r == 0)
		return FORWARD_SERVED;
	remove_ends(a, s);
	if (r == -EEXIST)
		return FORWARD_TAKEN;
	return r == -EMLINK ? FORWARD_SHARED : FORWARD_NO_ENDS;
}

/* Numbers and ends of one service; with an obstacle it has none of them. */
static enum forward_obstacle plan_service(struct forward_applied *a, struct forward_service *s)
{
	uint32_t mark = forward_place_mark(a->place);
	enum forward_obstacle obstacle;

	s->number = forward_place_service(a->place, name_hash(s->config->name));
	if (s->number < 0)
		return FORWARD_NO_SERVICES;
	obstacle = plan_instances(a, s);
	if (obstacle == FORWARD_SERVED)
		obstacle = plan_places(a, s);
	if (obstacle == FORWARD_SERVED)
		obstacle = plan_ends(a, s);
	if (obstacle != FORWARD_SERVED) {
		forward_place_undo(a->place, mark);
		return obstacle;
	}
	a->n_instances += s->n_instances;
	a->n_places += s->wanted ? s->wanted->n_dests : 0;
	return FORWARD_SERVED;
}

/* The firewall's guard is about the same port (ruleset.h). */
static bool is_private(const struct config *config, const struct config_service *service)
{
	const char *port = forward_port(config, service);

	return service->method == CONFIG_METHOD_NAT && port && strcmp(port, "eth1") == 0;
}

static struct forward_service service_of(const struct forward_wanted *wanted, size_t index)
{
	const struct config_service *config = &wanted->config->services[index];
	struct ipvs_key key = wanted_key(config, wanted->marks[index]);

	return (struct forward_service){.config = config,
					.wanted = ipvs_table_find(wanted->table, &key),
					.group = wanted->groups[index],
					.leaves = !wanted->served[index],
					.private = is_private(wanted->config, config)};
}

/* Is not this data path's any more, and has flows here. */
static bool has_flows(const struct forward_applied *a, const struct forward_service *s)
{
	for (size_t i = 0; s->wanted && i < s->wanted->n_dests; i++) {
		int n = forward_apply_place(a->place, s->config, &s->wanted->dests[i]);

		if (n >= 0 && a->tables->reals[n].flags & FWD_REAL_IN_USE &&
		    (a->tables->loads[n].active > 0 || a->tables->loads[n].inactive > 0))
			return true;
	}
	return false;
}

static enum forward_obstacle plan_leaving(struct forward_applied *a, struct forward_service *s)
{
	if (s->group == FWD_NO_GROUP || !has_flows(a, s))
		return FORWARD_UNWANTED;
	return plan_service(a, s) == FORWARD_SERVED ? FORWARD_LEAVING : FORWARD_UNWANTED;
}

static bool is_in_tables(enum forward_obstacle obstacle)
{
	return obstacle == FORWARD_SERVED || obstacle == FORWARD_LEAVING;
}

/* Who is served comes before who leaves. */
static void plan(struct forward_applied *a, const struct forward_wanted *wanted)
{
	forward_place_begin(a->place);
	forward_ends_begin(a->tables);
	a->n_instances = 0;
	a->n_places = 0;
	for (size_t i = 0; i < wanted->config->n_services; i++) {
		struct forward_service *s = &a->services[i];

		*s = service_of(wanted, i);
		if (s->leaves || config_service_inet(s->config).family == AF_UNSPEC)
			a->obstacles[i] = FORWARD_UNWANTED;
		else if (s->group == FWD_NO_GROUP)
			a->obstacles[i] = FORWARD_NO_LEASE;
		else
			a->obstacles[i] = plan_service(a, s);
	}
	for (size_t i = 0; i < wanted->config->n_services; i++)
		if (a->services[i].leaves)
			a->obstacles[i] = plan_leaving(a, &a->services[i]);
}

#define DIGEST(hash, field) hash_add(hash, &(field), sizeof(field))

static uint64_t digest_dests(uint64_t hash, const struct ipvs_service *service)
{
	if (!service)
		return hash;
	hash = DIGEST(hash, service->flags);
	hash = DIGEST(hash, service->n_dests);
	for (size_t i = 0; i < service->n_dests; i++) {
		const struct ipvs_dest *dest = &service->dests[i];

		hash = DIGEST(hash, dest->family);
		hash = DIGEST(hash, dest->address);
		hash = DIGEST(hash, dest->port);
		hash = DIGEST(hash, dest->weight);
	}
	return hash;
}

/* Where full NAT's addresses come from (full_nat.h), and which ones are private. */
static uint64_t digest_addresses(uint64_t hash, const struct config *config)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *group = &config->groups[i];

		hash = hash_add(hash, group->aliases, group->n_aliases * sizeof(*group->aliases));
		hash = hash_add(hash, group->ipv6_aliases,
				group->n_ipv6_aliases * sizeof(*group->ipv6_aliases));
	}
	for (size_t i = 0; i < config->n_nodes; i++)
		hash = hash_add(hash, config->nodes[i].ports,
				config->nodes[i].n_ports * sizeof(*config->nodes[i].ports));
	return hash;
}

/* Of all that forward_apply() looks at. */
static uint64_t digest_of(const struct forward_applied *a, const struct forward_wanted *wanted)
{
	uint32_t freed = forward_place_freed(a->place);
	uint64_t hash = digest_addresses(DIGEST(HASH_START, freed), wanted->config);

	for (size_t i = 0; i < wanted->config->n_services; i++) {
		const struct config_service *s = &wanted->config->services[i];
		struct forward_service service = service_of(wanted, i);
		bool leaves;
		struct config_inet inet = config_service_inet(s);

		hash = hash_add(hash, s->name, strlen(s->name) + 1);
		hash = DIGEST(hash, wanted->served[i]);
		hash = DIGEST(hash, wanted->groups[i]);
		leaves = service.leaves && has_flows(a, &service);
		hash = DIGEST(hash, leaves);
		if (service.leaves && !leaves)
			continue;
		hash = DIGEST(hash, inet.bytes);
		hash = DIGEST(hash, s->protocol);
		hash = hash_add(hash, s->ranges, s->n_ranges * sizeof(*s->ranges));
		hash = DIGEST(hash, s->method);
		hash = hash_add(hash, s->scheduler, strlen(s->scheduler) + 1);
		hash = DIGEST(hash, s->persistent);
		hash = DIGEST(hash, s->persistence_s);
		hash = DIGEST(hash, s->persistence_prefix);
		hash = digest_dests(hash, service.wanted);
	}
	return hash;
}

/* Who is not there any more is not picked, and begins anew. */
static void write_services(struct forward_applied *a, size_t n)
{
	bool there[FWD_SERVICES_MAX] = {false};

	for (size_t i = 0; i < n; i++) {
		const struct forward_service *s = &a->services[i];

		if (!is_in_tables(a->obstacles[i]))
			continue;
		there[s->number] = true;
		forward_write_service(a->tables, s, &a->picked[s->number]);
	}
	for (size_t i = 0; i < FWD_SERVICES_MAX; i++)
		if (!there[i])
			a->picked[i] = 0;
}

int forward_apply(struct forward_applied *a, const struct forward_wanted *wanted, uint64_t now,
		  enum forward_obstacle *obstacles)
{
	size_t n = wanted->config->n_services;
	uint64_t digest = digest_of(a, wanted);

	if (a->stands && a->digest == digest) {
		memcpy(obstacles, a->obstacles, n * sizeof(*obstacles));
		return 0;
	}
	if (now - a->turned < FORWARD_SETTLE_NS)
		return -EAGAIN;
	/* Real servers have their places, and their answers are known, before they are picked. */
	plan(a, wanted);
	for (size_t i = 0; i < n; i++)
		if (is_in_tables(a->obstacles[i]))
			forward_write_reals(a->tables, wanted->config, &a->services[i]);
	forward_ends_turn(a->tables);
	a->turned = now;
	write_services(a, n);
	forward_place_end(a->place, now);
	a->digest = digest;
	a->stands = true;
	memcpy(obstacles, a->obstacles, n * sizeof(*obstacles));
	return 1;
}
