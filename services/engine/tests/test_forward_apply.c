// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/hash.h"
#include "engine/forward_lease.h"
#include "engine/tests/apply_world.h"
#include "proto/agent_wire.h"

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

/* Only NAT's answers could carry the address outside. */
static void test_private(void **state)
{
	struct config_service *s = add_service("web", "rr");
	struct config_group *group = &config.groups[0];

	(void)state;
	add_real(s, 1, 80, 1);
	config.n_groups = 1;
	group->n_aliases = 1;
	group->aliases[0] = (struct config_alias){.port = "eth0", .address = s->address};
	assert_int_equal(apply(), 1);
	assert_int_equal(instance_at(0, 80)->private, 0);
	memcpy(group->aliases[0].port, "eth1", sizeof("eth1"));
	assert_int_equal(apply(), 1);
	assert_int_equal(instance_at(0, 80)->private, 1);
	s->method = CONFIG_METHOD_DIRECT;
	assert_int_equal(apply(), 1);
	assert_int_equal(instance_at(0, 80)->private, 0);
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

/* It becomes IPVS's: its flows go on, new ones find nobody, and when none is left it is gone. */
static void test_leaves(void **state)
{
	struct config_service *s = add_service("web", "wlc");
	const struct fwd_service *service;
	int first;

	(void)state;
	add_real(s, 1, 80, 1);
	add_real(s, 2, 80, 1);
	apply();
	first = place_of(s, 0);
	service = &tables.services[instance_at(0, 80)->service];
	tables.loads[first].inactive = 1;
	served[0] = false;
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_LEAVING);
	assert_non_null(instance_at(0, 80));
	assert_int_equal(owner_of(RIP + 1, 80).kind, FWD_END_REAL);
	assert_int_equal(tables.reals[first].flags, FWD_REAL_IN_USE);
	assert_int_equal(tables.reals[first].weight, 0);
	assert_int_equal(service->n_ring, 0);
	assert_int_equal(service->n_list, 0);
	assert_int_equal(count_picks(service, first), 0);
	assert_int_equal(apply(), 0);
	tables.loads[first].inactive = 0;
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_UNWANTED);
	assert_null(instance_at(0, 80));
	assert_int_equal(owner_of(RIP + 1, 80).kind, FWD_END_NONE);
	/* Back, with flows of before or not. */
	tables.loads[first].active = 1;
	assert_int_equal(apply(), 0);
	served[0] = true;
	assert_int_equal(apply(), 1);
	assert_int_equal(obstacles[0], FORWARD_SERVED);
	assert_int_equal(tables.reals[first].weight, 1);
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

/* What an engine without IPVS goes on with. */
static void test_present(void **state)
{
	struct config_service *s = add_service("web", "rr");
	struct ipvs_table present;

	(void)state;
	s->sorry_address = htonl(RIP + 9);
	add_real(s, 1, 80, 5);
	apply();
	s->reals[0].weight = 2;
	add_real(s, 2, 80, 1);
	add_service("other", "rr");
	assert_int_equal(forward_apply_present(&tables, place, &config, marks, &present), 0);
	assert_int_equal(present.n_services, 2);
	assert_int_equal(present.services[0].n_dests, 1);
	assert_int_equal(present.services[0].dests[0].weight, 5);
	assert_int_equal(present.services[1].n_dests, 0);
	ipvs_table_clear(&present);

	add_real(s, 9, 0, 1); /* as the sorry server */
	apply();
	s->n_reals = 0;
	assert_int_equal(forward_apply_present(&tables, place, &config, marks, &present), 0);
	assert_int_equal(present.services[0].n_dests, 1);
	assert_int_equal(present.services[0].dests[0].weight, 1);
	ipvs_table_clear(&present);
	apply();
	assert_int_equal(forward_apply_present(&tables, place, &config, marks, &present), 0);
	assert_int_equal(present.services[0].n_dests, 0);
	ipvs_table_clear(&present);
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, apply_world_setup, apply_world_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_nat),
		TEST(test_direct),
		TEST(test_private),
		TEST(test_nothing_differs),
		TEST(test_settles),
		TEST(test_drain_and_removal),
		TEST(test_leaves),
		TEST(test_restart),
		TEST(test_taken),
		TEST(test_shared),
		TEST(test_too_many_ports),
		TEST(test_port_of_client),
		TEST(test_schedulers),
		TEST(test_ipv6),
		TEST(test_present),
		TEST(test_lease),
	};

	return cmocka_run_group_tests_name("forward_apply", tests, NULL, NULL);
}
