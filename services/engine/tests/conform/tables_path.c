// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/conform/tables_path.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "engine/flows.h"
#include "engine/forward_ends.h"
#include "engine/forward_place.h"

/* More than any case has. */
#define NUMBERS_MAX 64
#define HALF_OPEN_MAX 1000
#define BACK_PORT 40000 /* stands for clients under full NAT, the only one */
#define SECOND 1000000000ULL

static void put(const struct world_address *from, uint32_t to[4])
{
	memcpy(to, from->bytes, sizeof(from->bytes));
}

/* What the packets of the case before have made. */
static void forget_flows(struct tables_path *p)
{
	const struct forward_tables *t = &p->tables;

	for (uint32_t cpu = 0; cpu < t->n_cpus; cpu++) {
		for (uint64_t i = p->heads[cpu]; i < t->cpus[cpu].head; i++) {
			const uint32_t number = t->rings[cpu].flows[i % FWD_EVENTS];
			struct flow_words *words = flows_words(t, number);

			if (words)
				words->what = FWD_FREE;
		}
		p->heads[cpu] = t->cpus[cpu].head;
	}
}

void tables_path_forget(struct tables_path *p)
{
	forget_flows(p);
	memset(p->tables.loads, 0, NUMBERS_MAX * sizeof(*p->tables.loads));
	p->tables.settings->half_open = 0;
	p->tables.settings->pressure_until = 0;
}

static void empty(struct tables_path *p)
{
	struct forward_tables *t = &p->tables;

	tables_path_forget(p);
	memset(t->instances, 0, NUMBERS_MAX * sizeof(*t->instances));
	memset(t->services, 0, NUMBERS_MAX * sizeof(*t->services));
	memset(t->reals, 0, NUMBERS_MAX * sizeof(*t->reals));
	/* Also the places that CASE_FILL has taken. */
	memset(t->flows4, 0, t->lines4 * sizeof(*t->flows4));
	memset(t->flows6, 0, t->lines6 * sizeof(*t->flows6));
	memset(t->hops, 0, FWD_HOPS_MAX * sizeof(*t->hops));
	memset(t->backs, 0, FWD_BACKS * sizeof(*t->backs));
	for (uint32_t cpu = 0; cpu < t->n_cpus; cpu++)
		memset(&t->counts[(size_t)cpu * FWD_REALS_MAX], 0,
		       NUMBERS_MAX * sizeof(*t->counts));
	for (size_t i = 0; i < GATE_GROUPS_MAX; i++)
		p->leases[i] = (struct gate_lease){i + 1, 1, UINT64_MAX};
}

static void settle(struct tables_path *p)
{
	struct fwd_settings *s = p->tables.settings;
	struct timespec boot, monotonic;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	s->boot_offset = (uint64_t)(boot.tv_sec - monotonic.tv_sec) * SECOND;
	s->lead = s->boot_offset;
	s->half_open_max = HALF_OPEN_MAX;
	s->back_first = BACK_PORT;
	s->backs = 1;
}

static void put_lan(struct tables_path *p, size_t i, size_t *n_insides)
{
	const struct world_lan *lan = &world_lans[i];
	const uint32_t lower = p->ports[lan->port];
	struct world_address own;

	p->tables.links[p->lans[i] % FWD_LINKS_MAX] =
		(struct fwd_link){p->lans[i], lower, lan->vlan, lan->port, lan->mtu, 1};
	for (int v6 = 0; v6 < 2 && lan->inside; v6++) {
		struct fwd_inside *in = &p->tables.insides[(*n_insides)++];

		world_address(lan->own[v6], &own);
		memset(own.bytes + (v6 ? 8 : 3), 0, v6 ? 8 : 1);
		put(&own, in->address);
		memset(in->mask, 0xff, v6 ? 8 : 3);
		in->interface = lower;
		in->vlan = lan->vlan;
		in->family = v6 ? 6 : 4;
	}
}

/* Of a world's machine; not valid: nobody knows it. */
static struct fwd_hop hop_of(const struct tables_path *p, const struct world_address *address)
{
	struct world_address next, mute;
	const struct world_lan *lan = world_route(address, &next);
	struct fwd_hop hop = {.vlan = lan->vlan, .mtu = lan->mtu};

	world_mac(&next, hop.mac);
	world_port_mac(lan->port, hop.source);
	hop.interface = p->ports[lan->port];
	hop.port = lan->port;
	hop.valid = 1;
	for (size_t i = 0; i < world_n_hosts; i++)
		if (world_hosts[i].mute &&
		    world_address(world_hosts[i].address[address->family == 6], &mute) == 0 &&
		    world_equal(&mute, address))
			hop.valid = 0;
	return hop;
}

static struct world_address address_of(const struct fwd_real *real)
{
	struct world_address a = {.family = real->flags & FWD_REAL_6 ? 6 : 4};

	memcpy(a.bytes, real->address, a.family == 6 ? 16 : 4);
	return a;
}

/* As the engine does it when it knows the neighbours. */
static void resolve(struct tables_path *p)
{
	for (size_t i = 1; i < NUMBERS_MAX; i++) {
		struct fwd_real *real = &p->tables.reals[i];
		struct world_address address, own, next;

		if (!(real->flags & FWD_REAL_IN_USE))
			continue;
		address = address_of(real);
		real->hop = hop_of(p, &address);
		world_address(world_route(&address, &next)->own[address.family == 6], &own);
		put(&own, real->outer);
	}
}

static int apply(struct tables_path *p, const uint8_t *groups)
{
	bool served[CASE_SERVICES_MAX];
	enum forward_obstacle obstacles[CASE_SERVICES_MAX];
	const struct forward_wanted wanted = {.config = p->setup.config,
					      .marks = p->setup.marks,
					      .table = &p->setup.wanted,
					      .served = served,
					      .groups = groups};
	int r;

	memset(served, true, sizeof(served));
	p->now += SECOND;
	r = forward_apply(p->applied, &wanted, p->now, obstacles);
	for (size_t i = 0; r >= 0 && i < p->setup.config->n_services; i++)
		if (obstacles[i] != FORWARD_SERVED)
			return -EXDEV;
	if (r >= 0)
		resolve(p);
	return r < 0 ? r : 0;
}

static void groups_of(const struct conform_case *c, uint8_t groups[CASE_SERVICES_MAX])
{
	for (size_t i = 0; i < CASE_SERVICES_MAX; i++)
		groups[i] = c->services[i].group;
}

int tables_path_begin(void *data, const struct conform_case *c)
{
	struct tables_path *p = data;
	uint8_t groups[CASE_SERVICES_MAX];
	size_t n_insides = 0;
	int r;

	if (!p->heads)
		p->heads = calloc(p->tables.n_cpus, sizeof(*p->heads));
	if (!p->heads)
		return -ENOMEM;
	forward_applied_free(p->applied);
	forward_place_free(p->place);
	setup_clear(&p->setup);
	p->applied = NULL;
	p->place = NULL;
	empty(p);
	settle(p);
	for (size_t i = 0; i < WORLD_LANS; i++)
		put_lan(p, i, &n_insides);
	p->now += SECOND;
	r = setup_make(c, &p->setup);
	if (r == 0)
		r = forward_place_make(&p->tables, &p->place);
	if (r == 0)
		r = forward_applied_make(&p->tables, p->place, p->now, &p->applied);
	groups_of(c, groups);
	return r == 0 ? apply(p, groups) : r;
}

void tables_path_clear(struct tables_path *p)
{
	forward_applied_free(p->applied);
	forward_place_free(p->place);
	setup_clear(&p->setup);
	free(p->heads);
}

/* The number of the instance; 0: there is none. */
static uint16_t instance_at(const struct tables_path *p, uint8_t protocol,
			    const struct case_end *at)
{
	struct forward_end end = {at->address.family, protocol, htons(at->port), {0}};
	struct forward_owner owner;

	put(&at->address, end.address);
	owner = forward_ends_find(&p->tables, &end);
	return owner.kind == FWD_END_VIRTUAL ? owner.instances[0] : 0;
}

static uint16_t place_at(const struct tables_path *p, const struct conform_case *c,
			 const struct case_step *step)
{
	const struct case_service *s = &c->services[step->service];
	const uint16_t instance = instance_at(p, s->protocol, &s->end);

	for (uint16_t i = 1; i < NUMBERS_MAX; i++) {
		const struct fwd_real *real = &p->tables.reals[i];
		const struct world_address address = address_of(real);

		if (real->service == p->tables.instances[instance].service &&
		    world_equal(&address, &step->real.address) &&
		    (real->port == 0 || ntohs(real->port) == step->real.port))
			return i;
	}
	return 0;
}

/* All places that its flow could have are another's. */
static int fill(struct tables_path *p, uint8_t protocol, const struct case_step *step)
{
	const uint32_t key = FWD_KEY(htons(step->from.port), instance_at(p, protocol, &step->to));
	struct forward_tables *t = &p->tables;
	uint64_t hash, words[2];

	memcpy(words, step->from.address.bytes, sizeof(words));
	hash = step->from.address.family == 6 ? fwd_hash6(words[0], words[1], key, t->seed)
					      : fwd_hash4((uint32_t)words[0], key, t->seed);
	for (uint32_t i = 0; i < FWD_LOOK; i++) {
		if (step->from.address.family == 6)
			for (int k = 0; k < FWD_FLOWS6; k++)
				t->flows6[fwd_line(hash, t->lines6, i)].flows[k].what =
					FWD_WHAT(FWD_ESTABLISHED, 0, 0);
		else
			for (int k = 0; k < FWD_FLOWS4; k++)
				t->flows4[fwd_line(hash, t->lines4, i)].flows[k].what =
					FWD_WHAT(FWD_ESTABLISHED, 0, 0);
	}
	return 0;
}

int tables_path_change(void *data, const struct conform_case *c, const struct case_step *step)
{
	struct tables_path *p = data;
	uint8_t groups[CASE_SERVICES_MAX];
	int r;

	switch (step->verb) {
	case CASE_LEASE:
		p->leases[step->service].deadline = step->number ? UINT64_MAX : 0;
		return 0;
	case CASE_HALF_OPEN:
		p->tables.settings->half_open_max = step->number;
		return 0;
	case CASE_UNRESOLVED:
		p->tables.reals[place_at(p, c, step)].hop.valid = 0;
		return 0;
	case CASE_MTU:
		p->tables.reals[place_at(p, c, step)].hop.mtu = (uint16_t)step->number;
		return 0;
	case CASE_FILL:
		return fill(p, c->services[0].protocol, step);
	default:
		groups_of(c, groups);
		r = setup_change(&p->setup, step);
		return r == 0 ? apply(p, groups) : r;
	}
}

static void mask(uint32_t address[4], const uint32_t by[4])
{
	for (size_t i = 0; i < 4; i++)
		address[i] &= by[i];
}

int tables_path_flow(void *data, uint8_t protocol, const struct case_step *step,
		     enum fwd_state *ret_state, struct case_end *ret_real)
{
	struct tables_path *p = data;
	const uint16_t instance = instance_at(p, protocol, &step->to);
	const uint16_t service = p->tables.instances[instance].service;
	struct flow flow = {.ipv6 = step->from.address.family == 6,
			    .key = FWD_KEY(htons(step->from.port), instance)};
	const struct fwd_real *real;
	uint32_t number;

	if (instance == 0)
		return -EXDEV;
	put(&step->from.address, flow.client);
	if (step->verb == CASE_FLOW && step->state == FWD_PERSISTENT) {
		flow.key = FWD_KEY(0, FWD_TEMPLATE + service);
		mask(flow.client, p->tables.services[service].mask);
	}
	number = flows_find(&p->tables, &flow);
	if (number == FLOWS_NONE && FWD_INSTANCE(flow.key) == instance) {
		flow.key = FWD_KEY(htons(step->from.port), instance | FWD_FULLNAT);
		number = flows_find(&p->tables, &flow);
	}
	if (number == FLOWS_NONE || !flows_read(&p->tables, number, &flow))
		return -ENOENT;
	real = &p->tables.reals[FWD_PLACE(flow.what)];
	*ret_state = FWD_STATE(flow.what);
	*ret_real = (struct case_end){address_of(real), ntohs(real->port)};
	return 0;
}

int tables_path_count(void *data, const struct conform_case *c, const struct case_step *step,
		      uint64_t ret_counts[3])
{
	struct tables_path *p = data;
	const uint16_t place = place_at(p, c, step);

	if (place == 0)
		return -ENOENT;
	if (step->verb == CASE_LOAD) {
		ret_counts[0] = (uint64_t)p->tables.loads[place].active;
		ret_counts[1] = (uint64_t)p->tables.loads[place].inactive;
		return 0;
	}
	for (uint32_t cpu = 0; cpu < p->tables.n_cpus; cpu++) {
		const struct fwd_count *count =
			&p->tables.counts[(size_t)cpu * FWD_REALS_MAX + place];

		ret_counts[0] += count->connections;
		ret_counts[1] += count->in_packets;
		ret_counts[2] += count->out_packets;
	}
	return 0;
}

uint64_t tables_path_reason(void *data, enum fwd_reason reason)
{
	const struct tables_path *p = data;
	uint64_t n = 0;

	for (uint32_t cpu = 0; cpu < p->tables.n_cpus; cpu++)
		n += p->tables.cpus[cpu].reasons[reason];
	return n;
}
