// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/tests/random.h"
#include "engine/forward_apply.h"
#include "engine/forward_ends.h"
#include "engine/forward_lease.h"
#include "engine/tests/tables.h"
#include "engine/wanted.h"
#include "proto/agent_wire.h"

#define T0 1000000000ULL
#define STEP (2 * FORWARD_SETTLE_NS)
#define SERVICES 8
#define REALS 6
#define VIP 0x0a000100u /* 10.0.1.0 and the service's number */
#define RIP 0x0a000200u

static struct forward_tables tables;
static struct forward_place *place;
static struct forward_applied *applied;
static uint64_t now;

static struct config config;
static struct config_service services[SERVICES];
static struct config_real reals[SERVICES][REALS];
static uint32_t marks[SERVICES];
static bool served[SERVICES];
static uint8_t groups[SERVICES];
static enum forward_obstacle obstacles[SERVICES];

static void start_engine(void)
{
	assert_int_equal(forward_place_make(&tables, &place), 0);
	assert_int_equal(forward_applied_make(&tables, place, now, &applied), 0);
	now += STEP;
}

static void stop_engine(void)
{
	forward_applied_free(applied);
	forward_place_free(place);
}

static int setup(void **state)
{
	(void)state;
	tables_make(&tables, 1, 1, 2);
	now = T0;
	start_engine();
	memset(services, 0, sizeof(services));
	memset(reals, 0, sizeof(reals));
	memset(&config, 0, sizeof(config));
	config.services = services;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	stop_engine();
	tables_free(&tables);
	return 0;
}

/* Its ports lead to the first port; real servers come by add_real(). */
static struct config_service *add_service(const char *name, const char *scheduler)
{
	size_t i = config.n_services++;
	struct config_service *s = &services[i];

	*s = (struct config_service){.address = htonl(VIP + (uint32_t)i),
				     .ranges = {{80, 80}},
				     .n_ranges = 1,
				     .port = 80,
				     .reals = reals[i]};
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->scheduler, sizeof(s->scheduler), "%s", scheduler);
	served[i] = true;
	groups[i] = 3;
	return s;
}

static void add_real(struct config_service *s, uint32_t number, uint16_t port, uint16_t weight)
{
	s->reals[s->n_reals++] = (struct config_real){
		.address = htonl(RIP + number), .port = port, .weight = weight};
}

static struct ipvs_table wanted_table(void)
{
	struct ipvs_table table = {0};

	for (size_t i = 0; i < config.n_services; i++) {
		struct ipvs_service *added;
		struct ipvs_service s = {.key = wanted_key(&services[i], marks[i])};

		if (ipvs_table_find(&table, &s.key))
			continue;
		assert_int_equal(ipvs_table_add(&table, &s, &added), 0);
		for (size_t k = 0; k < services[i].n_reals; k++) {
			struct ipvs_dest dest = wanted_dest(&services[i], &services[i].reals[k]);

			assert_int_equal(ipvs_service_add(added, &dest), 0);
		}
	}
	return table;
}

static int try_apply(void)
{
	struct ipvs_table table = wanted_table();
	struct forward_wanted wanted = {&config, marks, &table, served, groups};
	int r = forward_apply(applied, &wanted, now, obstacles);

	ipvs_table_clear(&table);
	return r;
}

static int apply(void)
{
	int r = try_apply();

	now += STEP;
	return r;
}

static struct forward_owner owner_of(uint32_t address, uint16_t port)
{
	struct forward_end end = {4, IPPROTO_TCP, htons(port), {htonl(address)}};

	return forward_ends_find(&tables, &end);
}

/* Of a service's port; 0: none. */
static const struct fwd_instance *instance_at(size_t service, uint16_t port)
{
	struct forward_owner owner = owner_of(VIP + (uint32_t)service, port);

	return owner.kind == FWD_END_VIRTUAL ? &tables.instances[owner.instances[0]] : NULL;
}

static int place_of(const struct config_service *s, size_t real)
{
	struct ipvs_dest dest = wanted_dest(s, &s->reals[real]);

	return forward_apply_place(place, s, &dest);
}

static uint64_t digest_tables(void)
{
	uint64_t hash = HASH_START;

	hash = hash_add(hash, tables.settings, sizeof(*tables.settings));
	hash = hash_add(hash, tables.instances, 64 * sizeof(*tables.instances));
	hash = hash_add(hash, tables.services, SERVICES * sizeof(*tables.services));
	hash = hash_add(hash, tables.picks, SERVICES * sizeof(*tables.picks));
	return hash_add(hash, tables.reals, 64 * sizeof(*tables.reals));
}

static size_t count_picks(const struct fwd_service *s, int of)
{
	const uint16_t *places = tables.picks[s - tables.services].places;
	size_t n = 0;

	for (size_t i = 0; i < FWD_PICKS; i++)
		n += places[i] == of;
	return n;
}

static void test_nat(void **state)
{
	struct config_service *s = add_service("web", "wrr");
	const struct fwd_instance *instance;
	const struct fwd_service *service;
	const struct fwd_real *real;

	(void)state;
	add_real(s, 1, 8080, 1);
	add_real(s, 2, 80, 2);
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_SERVED);
	instance = instance_at(0, 80);
	assert_non_null(instance);
	assert_int_equal(instance->in_use, 1);
	assert_int_equal(instance->group, 3);
	assert_int_equal(instance->port, htons(80));
	assert_int_equal(instance->address[0], htonl(VIP));
	service = &tables.services[instance->service];
	assert_int_equal(service->scheduler, FWD_RR);
	assert_int_equal(service->method, FWD_NAT);
	assert_int_equal(service->n_ring, 3);
	assert_int_equal(service->n_list, 2);
	assert_int_equal(service->mask[0], UINT32_MAX);
	assert_int_equal(service->mask[1], 0);
	real = &tables.reals[place_of(s, 0)];
	assert_int_equal(real->address[0], htonl(RIP + 1));
	assert_int_equal(real->port, htons(8080));
	assert_int_equal(real->service, instance->service);
	assert_int_equal(real->flags, FWD_REAL_IN_USE);
	assert_int_equal(real->weight, 1);
	assert_int_equal(owner_of(RIP + 1, 8080).kind, FWD_END_REAL);
	assert_int_equal(owner_of(RIP + 1, 8080).instances[0], instance - tables.instances);
	assert_int_equal(owner_of(RIP + 2, 80).kind, FWD_END_REAL);
}

/* Answers of direct routing do not come this way. */
static void test_direct(void **state)
{
	struct config_service *s = add_service("web", "rr");

	(void)state;
	s->method = CONFIG_METHOD_DIRECT;
	add_real(s, 1, 80, 1);
	assert_int_equal(apply(), 1);
	assert_non_null(instance_at(0, 80));
	assert_int_equal(owner_of(RIP + 1, 80).kind, FWD_END_NONE);
	assert_int_equal(tables.reals[place_of(s, 0)].method, FWD_DIRECT);
}

static void test_nothing_differs(void **state)
{
	struct config_service *s = add_service("web", "rr");
	uint64_t digest;

	(void)state;
	add_real(s, 1, 80, 1);
	assert_int_equal(apply(), 1);
	digest = digest_tables();
	obstacles[0] = FORWARD_TAKEN;
	assert_int_equal(apply(), 0);
	assert_int_equal(obstacles[0], FORWARD_SERVED);
	assert_int_equal(digest_tables(), digest);
}

static void test_settles(void **state)
{
	struct config_service *s = add_service("web", "rr");
	uint64_t digest;

	(void)state;
	add_real(s, 1, 80, 1);
	assert_int_equal(try_apply(), 1);
	digest = digest_tables();
	add_real(s, 2, 80, 1);
	now += FORWARD_SETTLE_NS - 1;
	assert_int_equal(try_apply(), -EAGAIN);
	assert_int_equal(digest_tables(), digest);
	now += 1;
	assert_int_equal(try_apply(), 1);
}

static void test_drain_and_removal(void **state)
{
	struct config_service *s = add_service("web", "wlc");
	const struct fwd_service *service;
	int first, second;

	(void)state;
	add_real(s, 1, 80, 1);
	add_real(s, 2, 80, 1);
	apply();
	service = &tables.services[instance_at(0, 80)->service];
	first = place_of(s, 0);
	second = place_of(s, 1);
	tables.loads[first].active = 7;
	s->reals[0].weight = 0;
	assert_int_equal(apply(), 1);
	assert_int_equal(tables.reals[first].flags, FWD_REAL_IN_USE);
	assert_int_equal(tables.reals[first].weight, 0);
	assert_int_equal(count_picks(service, first), 0);
	assert_int_equal(service->n_ring, 1);
	assert_int_equal(owner_of(RIP + 1, 80).kind, FWD_END_REAL);

	s->reals[0] = s->reals[1];
	s->n_reals = 1;
	assert_int_equal(apply(), 1);
	assert_int_equal(tables.reals[first].flags, FWD_REAL_LEAVING);
	assert_int_equal(tables.reals[second].flags, FWD_REAL_IN_USE);
	assert_int_equal(owner_of(RIP + 1, 80).kind, FWD_END_NONE);

	add_real(s, 1, 80, 1);
	assert_int_equal(apply(), 1);
	assert_int_equal(place_of(s, 1), first);
	assert_int_equal(tables.reals[first].flags, FWD_REAL_IN_USE);
	assert_int_equal(tables.loads[first].active, 7);

	s->n_reals = 0;
	apply();
	assert_int_equal(service->n_ring, 0);
	assert_int_equal(service->n_list, 0);
	assert_non_null(instance_at(0, 80));
}

/* The engine was killed: the next one writes what is there already. */
static void test_restart(void **state)
{
	struct config_service *s = add_service("web", "mh");
	uint64_t digest;

	(void)state;
	add_service("empty", "rr");
	add_real(s, 1, 80, 1);
	add_real(s, 2, 80, 0);
	apply();
	tables.settings->half = 0; /* the half is not what is compared */
	memcpy(tables.ends4, tables.ends4 + FWD_ENDS4_LINES,
	       FWD_ENDS4_LINES * sizeof(*tables.ends4));
	digest = digest_tables();
	stop_engine();
	start_engine();
	assert_int_equal(apply(), 1);
	assert_int_equal(tables.settings->half, 1);
	tables.settings->half = 0;
	assert_int_equal(digest_tables(), digest);
	tables.settings->half = 1;
	assert_non_null(instance_at(0, 80));
}

static void test_taken(void **state)
{
	struct config_service *first = add_service("a", "rr"), *second = add_service("b", "rr");

	(void)state;
	second->address = first->address;
	second->ranges[0] = (struct config_port_range){79, 81};
	add_real(first, 1, 80, 1);
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_SERVED);
	assert_int_equal(obstacles[1], FORWARD_TAKEN);
	assert_int_equal(owner_of(VIP, 79).kind, FWD_END_NONE);
	/* Nothing is kept for it. */
	assert_int_equal(tables.services[1].name, 0);
	assert_int_equal(tables.instances[2].family, 0);
	/* A real server's port that is a virtual one, too. */
	second->address = htonl(VIP + 1);
	add_real(second, 0, 80, 1);
	second->reals[0].address = first->address;
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[1], FORWARD_TAKEN);
	assert_int_equal(owner_of(VIP + 1, 79).kind, FWD_END_NONE);
	assert_int_equal(owner_of(VIP, 80).kind, FWD_END_VIRTUAL);
}

static void test_shared(void **state)
{
	struct config_service *s;

	(void)state;
	for (size_t i = 0; i <= FWD_SHARED_MAX; i++) {
		char name[] = {(char)('a' + i), 0};

		s = add_service(name, "rr");
		add_real(s, (uint32_t)(10 + i), 80, 1);
		add_real(s, 1, 80, 1);
	}
	assert_int_equal(apply(), 1);
	for (size_t i = 0; i < FWD_SHARED_MAX; i++)
		assert_int_equal(obstacles[i], FORWARD_SERVED);
	assert_int_equal(obstacles[FWD_SHARED_MAX], FORWARD_SHARED);
	assert_int_equal(owner_of(RIP + 10 + FWD_SHARED_MAX, 80).kind, FWD_END_NONE);
	assert_int_equal(owner_of(RIP + 1, 80).instances[3], owner_of(VIP + 3, 80).instances[0]);
	/* One leaves: there is room. */
	served[0] = false;
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_UNWANTED);
	assert_int_equal(obstacles[FWD_SHARED_MAX], FORWARD_SERVED);
	assert_null(instance_at(0, 80));
}

static void test_too_many_ports(void **state)
{
	struct config_service *many = add_service("many", "rr"), *one = add_service("one", "rr");

	(void)state;
	many->ranges[0] = (struct config_port_range){1, 65535};
	many->port = 0;
	marks[0] = 0x80000001;
	add_real(one, 1, 80, 1);
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_NO_INSTANCES);
	assert_int_equal(obstacles[1], FORWARD_SERVED);
	many->ranges[0].last = 16000;
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_SERVED);
	assert_int_equal(instance_at(0, 16000)->port, htons(16000));
	assert_null(instance_at(0, 16001));
	/* Each of its ports would be one of each real server's. */
	for (uint32_t i = 0; i < 5; i++)
		add_real(many, 10 + i, 0, 1);
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_NO_ENDS);
	assert_non_null(instance_at(1, 80));
	marks[0] = 0;
}

/* Real servers without a port of their own answer from the one that was asked for. */
static void test_port_of_client(void **state)
{
	struct config_service *s = add_service("a", "rr");

	(void)state;
	s->ranges[0] = (struct config_port_range){80, 82};
	add_real(s, 1, 0, 1);
	apply();
	for (uint16_t port = 80; port <= 82; port++)
		assert_int_equal(owner_of(RIP + 1, port).instances[0],
				 owner_of(VIP, port).instances[0]);
	assert_int_equal(tables.reals[place_of(s, 0)].port, 0);
}

static void test_schedulers(void **state)
{
	struct config_service *dh = add_service("dh", "dh"), *sh = add_service("sh", "sh");
	const struct fwd_service *service;
	const uint16_t *places;

	(void)state;
	for (uint32_t i = 0; i < REALS; i++) {
		add_real(dh, i, 80, 1);
		add_real(sh, i, 80, 1);
	}
	sh->persistent = true;
	sh->persistence_s = 300;
	sh->persistence_prefix = 20;
	apply();
	places = tables.picks[instance_at(0, 80)->service].places;
	for (size_t i = 1; i < FWD_HASH_SIZE; i++)
		assert_int_equal(places[i], places[0]);
	service = &tables.services[instance_at(1, 80)->service];
	assert_int_equal(service->scheduler, FWD_HASH);
	assert_int_equal(service->persistent, 1);
	assert_int_equal(service->persistence_s, 300);
	assert_int_equal(service->mask[0], htonl(0xfffff000));
	assert_int_equal(service->hash_ports, 0);
	for (size_t i = 0; i < REALS; i++)
		assert_true(count_picks(service, place_of(sh, i)) > FWD_HASH_SIZE / REALS - 1);
}

static void test_ipv6(void **state)
{
	struct config_service *s = add_service("six", "rr");
	struct forward_end end = {6, IPPROTO_TCP, htons(80), {0}};
	const struct fwd_service *service;

	(void)state;
	s->address = 0;
	s->ipv6 = true;
	s->persistent = true;
	s->persistence_prefix = 72;
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &s->ipv6_address), 1);
	add_real(s, 0, 80, 1);
	s->reals[0].address = 0;
	assert_int_equal(inet_pton(AF_INET6, "fd00::7", &s->reals[0].ipv6_address), 1);
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_SERVED);
	memcpy(end.address, &s->ipv6_address, sizeof(end.address));
	assert_int_equal(forward_ends_find(&tables, &end).kind, FWD_END_VIRTUAL);
	memcpy(end.address, &s->reals[0].ipv6_address, sizeof(end.address));
	assert_int_equal(forward_ends_find(&tables, &end).kind, FWD_END_REAL);
	assert_int_equal(tables.reals[place_of(s, 0)].flags, FWD_REAL_IN_USE | FWD_REAL_6);
	service = &tables.services[0];
	assert_int_equal(service->mask[1], UINT32_MAX);
	assert_int_equal(service->mask[2], htonl(0xff000000));
	assert_int_equal(service->mask[3], 0);
}

static void test_lease(void **state)
{
	struct config_group *group = &config.groups[0];
	struct config_service *s = add_service("web", "rr");
	struct gate_lease leases[GATE_GROUPS_MAX] = {{0}};

	(void)state;
	*group = (struct config_group){.name = "public", .n_aliases = 1, .n_ipv6_aliases = 1};
	group->aliases[0].address = s->address;
	config.n_groups = 1;
	assert_int_equal(forward_lease_number(&config, s, leases), FWD_NO_GROUP);
	leases[5].key = agent_wire_key("public");
	assert_int_equal(forward_lease_number(&config, s, leases), 5);
	s->address = 0;
	group->ipv6_aliases[0].address = s->ipv6_address = (struct in6_addr){{{1}}};
	assert_int_equal(forward_lease_number(&config, s, leases), 5);
	s->ipv6_address = (struct in6_addr){{{2}}};
	assert_int_equal(forward_lease_number(&config, s, leases), FWD_NO_GROUP);

	s->ipv6_address = group->ipv6_aliases[0].address;
	groups[0] = FWD_NO_GROUP;
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_NO_LEASE);
	groups[0] = 5;
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_SERVED);
}

/* ---- any sequence of configurations ---- */

/* What was there after the last step: real servers by service and number. */
static int places[SERVICES][REALS];

/* A service of that number, or none; each of its real servers, or none; weights, or 0. */
static void change(uint64_t *random)
{
	static const char *const schedulers[] = {"rr", "wrr", "lc", "sed", "mh", "dh"};

	config.n_services = 0;
	for (size_t i = 0; i < SERVICES; i++) {
		char name[] = {(char)('a' + i), 0};
		struct config_service *s;

		s = add_service(name, schedulers[random_below(random, 6)]);
		served[i] = random_below(random, 8) > 0;
		s->ranges[0].last = (uint16_t)(80 + random_below(random, 3));
		for (uint32_t k = 0; k < REALS; k++)
			if (random_below(random, 3) > 0)
				add_real(s, (uint32_t)(i * REALS) + k, 80,
					 (uint16_t)random_below(random, 4));
	}
}

static size_t count_ends(void)
{
	const struct fwd_ends4 *half = tables.ends4 + tables.settings->half * FWD_ENDS4_LINES;
	size_t n = 0;

	for (size_t i = 0; i < FWD_ENDS4_LINES; i++)
		for (size_t k = 0; k < FWD_ENDS4; k++)
			n += half[i].ends[k].kind != FWD_END_NONE;
	return n;
}

static void check_picks(size_t i, const struct fwd_service *service)
{
	const uint16_t *all = tables.picks[service - tables.services].places;
	size_t weighted = 0, n = 0;

	for (size_t k = 0; k < services[i].n_reals; k++)
		weighted += services[i].reals[k].weight > 0;
	assert_int_equal(service->n_list, weighted);
	assert_int_equal(service->n_ring > 0, weighted > 0);
	for (size_t k = 0; k < FWD_PICKS; k++) {
		const struct fwd_real *real = &tables.reals[all[k]];

		if (!all[k])
			continue;
		n++;
		assert_int_equal(real->flags, FWD_REAL_IN_USE);
		assert_int_equal(&tables.services[real->service], service);
		assert_true(real->weight > 0);
	}
	assert_int_equal(n, weighted ? FWD_HASH_SIZE + service->n_ring + service->n_list : 0);
}

static void check_service(size_t i)
{
	const struct config_service *s = &services[i];
	int now_at[REALS] = {0};

	for (uint16_t port = 80; port <= s->ranges[0].last; port++) {
		const struct fwd_instance *instance = instance_at(i, port);

		assert_non_null(instance);
		assert_int_equal(instance->in_use, 1);
		check_picks(i, &tables.services[instance->service]);
	}
	for (size_t k = 0; k < s->n_reals; k++) {
		size_t number = ntohl(s->reals[k].address) - RIP - i * REALS;
		int at = place_of(s, k);

		assert_in_range(at, 1, FWD_REALS_MAX - 1);
		assert_int_equal(tables.reals[at].address[0], s->reals[k].address);
		/* What has stayed has kept its place, and all that was counted there. */
		if (places[i][number]) {
			assert_int_equal(at, places[i][number]);
			assert_int_equal(tables.loads[at].active, at);
		}
		tables.loads[at].active = at;
		now_at[number] = at;
	}
	memcpy(places[i], now_at, sizeof(now_at));
}

static void check_all(void)
{
	size_t ends = 0;

	for (size_t i = 0; i < SERVICES; i++) {
		if (!served[i]) {
			assert_null(instance_at(i, 80));
			memset(places[i], 0, sizeof(places[i]));
			continue;
		}
		assert_int_equal(obstacles[i], FORWARD_SERVED);
		check_service(i);
		ends += services[i].ranges[0].last - 79u + services[i].n_reals;
	}
	assert_int_equal(count_ends(), ends);
}

static void test_any_sequence(void **state)
{
	uint64_t random = 20260;
	uint32_t freed = 0;

	(void)state;
	memset(places, 0, sizeof(places));
	for (size_t step = 0; step < 200; step++) {
		change(&random);
		assert_in_range(apply(), 0, 1);
		check_all();
		switch (random_below(&random, 6)) {
		case 0:
			freed += forward_place_freed(place);
			stop_engine();
			start_engine();
			break;
		case 1:
			forward_place_swept(place, now);
			break;
		default:
			break;
		}
	}
	assert_true(freed > 10);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_nat),
		TEST(test_direct),
		TEST(test_nothing_differs),
		TEST(test_settles),
		TEST(test_drain_and_removal),
		TEST(test_restart),
		TEST(test_taken),
		TEST(test_shared),
		TEST(test_too_many_ports),
		TEST(test_port_of_client),
		TEST(test_schedulers),
		TEST(test_ipv6),
		TEST(test_lease),
		TEST(test_any_sequence),
	};

	return cmocka_run_group_tests_name("forward_apply", tests, NULL, NULL);
}
