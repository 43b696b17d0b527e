// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/apply_world.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "engine/wanted.h"

#define T0 1000000000ULL

struct forward_tables tables;
struct forward_place *place;
static struct forward_applied *applied;
uint64_t now;

struct config config;
struct config_service services[SERVICES];
static struct config_real reals[SERVICES][REALS];
uint32_t marks[SERVICES];
bool served[SERVICES];
uint8_t groups[SERVICES];
enum forward_obstacle obstacles[SERVICES];

void start_engine(void)
{
	assert_int_equal(forward_place_make(&tables, &place), 0);
	assert_int_equal(forward_applied_make(&tables, place, now, &applied), 0);
	now += STEP;
}

void stop_engine(void)
{
	forward_applied_free(applied);
	forward_place_free(place);
}

int apply_world_setup(void **state)
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

int apply_world_teardown(void **state)
{
	(void)state;
	stop_engine();
	tables_free(&tables);
	return 0;
}

struct config_service *add_service(const char *name, const char *scheduler)
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

void add_real(struct config_service *s, uint32_t number, uint16_t port, uint16_t weight)
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

int try_apply(void)
{
	struct ipvs_table table = wanted_table();
	struct forward_wanted wanted = {&config, marks, &table, served, groups};
	int r = forward_apply(applied, &wanted, now, obstacles);

	ipvs_table_clear(&table);
	return r;
}

int apply(void)
{
	int r = try_apply();

	now += STEP;
	return r;
}

struct forward_owner owner_of(uint32_t address, uint16_t port)
{
	struct forward_end end = {4, IPPROTO_TCP, htons(port), {htonl(address)}};

	return forward_ends_find(&tables, &end);
}

const struct fwd_instance *instance_at(size_t service, uint16_t port)
{
	struct forward_owner owner = owner_of(VIP + (uint32_t)service, port);

	return owner.kind == FWD_END_VIRTUAL ? &tables.instances[owner.instances[0]] : NULL;
}

int place_of(const struct config_service *s, size_t real)
{
	struct ipvs_dest dest = wanted_dest(s, &s->reals[real]);

	return forward_apply_place(place, s, &dest);
}
