// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/tests/sync_world.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock_io.h"
#include "base/tests/random.h"
#include "engine/full_nat.h"
#include "engine/sync_record.h"
#include "engine/tests/tables.h"

#define PACKETS_MAX 4096
#define STEP_NS NSEC_PER_MSEC
#define PERSISTENT 4 /* index of that service */
#define IPV6 5
#define FULL_NAT 2
#define GATEWAY 0x0a0000fe /* what its real servers see of clients near them */

struct world_packet {
	uint64_t due, stream, counter;
	uint8_t from, to;
	uint16_t size;
	uint8_t bytes[SYNC_PLAIN_MAX];
};

/* An address of this network: of IPv4 the first word alone. */
static void set_address(__be32 address[4], size_t service, uint32_t host)
{
	memset(address, 0, 4 * sizeof(address[0]));
	address[0] = htonl(0x0a000000 + host);
	if (service == IPV6)
		address[3] = htonl(host);
}

static void make_service(struct world_router *r, size_t service)
{
	struct forward_instance instance = {
		.family = service == IPV6 ? 6 : 4,
		.protocol = service % 2 ? IPPROTO_UDP : IPPROTO_TCP,
		.port = htons(80),
	};
	int number = forward_place_service(r->place, 1000 + service);
	struct fwd_service *to = &r->tables.services[number];

	assert_true(number >= 0);
	r->services[service] = (uint8_t)number;
	to->persistent = service == PERSISTENT;
	memset(to->mask, 0xff, sizeof(to->mask));
	if (service == PERSISTENT)
		to->mask[0] = htonl(0xffffff00);
	set_address(instance.address, service, (uint32_t)service + 1);
	number = forward_place_instance(r->place, &instance);
	assert_true(number > 0);
	r->instances[service] = (uint16_t)number;
	r->tables.instances[number].service = r->services[service];
	r->tables.instances[number].group = (uint8_t)(service % WORLD_GROUPS);
	r->tables.instances[number].in_use = 1;
	for (size_t i = 0; i < WORLD_REALS; i++) {
		struct forward_real real = {.family = instance.family,
					    .service = r->services[service]};

		set_address(real.address, service, 0x10000 + (uint32_t)i);
		number = forward_place_real(r->place, &real);
		assert_true(number > 0);
		r->reals[service][i] = (uint16_t)number;
		r->tables.reals[number].flags |= FWD_REAL_IN_USE;
		r->tables.reals[number].outer[0] = htonl(GATEWAY);
	}
}

static void make_tables(struct world *w, size_t router)
{
	struct world_router *r = &w->routers[router];

	tables_make(&r->tables, WORLD_LINES, WORLD_LINES, 2);
	r->tables.settings->boot_offset = r->offset;
	assert_int_equal(forward_place_make(&r->tables, &r->place), 0);
	forward_place_begin(r->place);
	for (size_t i = 0; i < WORLD_SERVICES; i++)
		make_service(r, router % 2 ? WORLD_SERVICES - 1 - i : i);
	forward_place_end(r->place, w->now);
}

static void send_copy(struct world *w, const struct world_packet *packet)
{
	if (w->n_packets == PACKETS_MAX) {
		w->dropped++;
		return;
	}
	w->packets[w->n_packets] = *packet;
	w->packets[w->n_packets++].due =
		w->now + w->net.delay + random_below(&w->random, w->net.jitter + 1);
}

struct caller {
	struct world *w;
	size_t router;
};

static struct caller callers[WORLD_ROUTERS_MAX];

/* The index of a router in another one's list, and back: all but itself, in their order. */
static size_t other(size_t router, size_t peer)
{
	return peer < router ? peer : peer + 1;
}

static size_t peer_of(size_t router, size_t from)
{
	return from < router ? from : from - 1;
}

static bool on_send(void *data, size_t peer, const uint8_t *bytes, size_t size)
{
	const struct caller *c = data;
	struct world_router *r = &c->w->routers[c->router];
	static struct world_packet packet;

	assert_true(size <= SYNC_PLAIN_MAX);
	packet.stream = r->sync.stream;
	packet.counter = ++r->counter;
	packet.from = (uint8_t)c->router;
	packet.to = (uint8_t)other(c->router, peer);
	packet.size = (uint16_t)size;
	memcpy(packet.bytes, bytes, size);
	if (r->jammed)
		return false;
	if (random_below(&c->w->random, 100) >= c->w->net.loss)
		send_copy(c->w, &packet);
	if (random_below(&c->w->random, 100) < c->w->net.repeat)
		send_copy(c->w, &packet);
	return true;
}

static uint64_t on_random(void *data)
{
	const struct caller *c = data;

	return random_below(&c->w->random, 1ULL << 48) + 1;
}

static void start(struct world *w, size_t router)
{
	struct world_router *r = &w->routers[router];
	const struct sync_io_calls calls = {
		.send = on_send, .random = on_random, .data = &callers[router]};
	uint8_t nodes[WORLD_ROUTERS_MAX];
	size_t n = 0;

	callers[router] = (struct caller){w, router};
	assert_int_equal(sync_make(&r->sync, &r->tables, r->place, r->leases,
				   on_random(&callers[router]), &calls, w->now),
			 0);
	for (size_t i = 0; i < w->n_routers; i++) {
		if (i != router)
			nodes[n++] = (uint8_t)(i + 1);
	}
	sync_set_peers(&r->sync, nodes, n);
	r->counter = 0;
	r->runs = true;
}

void world_make(struct world *w, size_t n_routers, uint64_t seed)
{
	*w = (struct world){.now = 1000 * NSEC_PER_SEC, .random = seed, .n_routers = n_routers};
	w->net = (struct world_net){.delay = NSEC_PER_MSEC / 5};
	w->packets = calloc(PACKETS_MAX, sizeof(*w->packets));
	assert_non_null(w->packets);
	for (size_t i = 0; i < n_routers; i++) {
		w->routers[i].offset = i * 77 * NSEC_PER_SEC;
		make_tables(w, i);
		for (size_t g = 0; g < WORLD_GROUPS; g++)
			w->routers[i].leases[i == 1 ? WORLD_GROUPS - 1 - g : g].key = 500 + g;
		/* Numbers of groups differ, too. */
		for (size_t s = 0; s < WORLD_SERVICES && i == 1; s++)
			w->routers[i].tables.instances[w->routers[i].instances[s]].group =
				(uint8_t)(WORLD_GROUPS - 1 - s % WORLD_GROUPS);
		start(w, i);
	}
}

void world_stop(struct world *w, size_t router)
{
	w->routers[router].runs = false;
	sync_clear(&w->routers[router].sync);
}

void world_restart(struct world *w, size_t router)
{
	if (w->routers[router].runs)
		world_stop(w, router);
	start(w, router);
}

void world_reboot(struct world *w, size_t router)
{
	struct world_router *r = &w->routers[router];

	if (r->runs)
		world_stop(w, router);
	memset(r->tables.flows4, 0, r->tables.lines4 * sizeof(*r->tables.flows4));
	memset(r->tables.flows6, 0, r->tables.lines6 * sizeof(*r->tables.flows6));
	for (size_t g = 0; g < GATE_GROUPS_MAX; g++)
		r->leases[g].epoch = r->leases[g].deadline = 0;
	start(w, router);
}

void world_free(struct world *w)
{
	for (size_t i = 0; i < w->n_routers; i++) {
		if (w->routers[i].runs)
			world_stop(w, i);
		forward_place_free(w->routers[i].place);
		tables_free(&w->routers[i].tables);
	}
	free(w->packets);
}

static struct gate_lease *lease_of(struct world *w, size_t router, size_t group)
{
	struct gate_lease *leases = w->routers[router].leases;
	size_t g = 0;

	while (leases[g].key != 500 + group)
		g++;
	return &leases[g];
}

void world_own(struct world *w, size_t group, size_t router, uint64_t epoch)
{
	for (size_t i = 0; i < w->n_routers; i++)
		lease_of(w, i, group)->deadline = 0;
	lease_of(w, router, group)->epoch = epoch;
	lease_of(w, router, group)->deadline = UINT64_MAX;
}

static void deliver(struct world *w)
{
	for (size_t i = 0; i < w->n_packets;) {
		struct world_packet *p = &w->packets[i];
		struct world_router *r = &w->routers[p->to];

		if (p->due > w->now) {
			i++;
			continue;
		}
		if (r->runs)
			sync_heard(&r->sync, peer_of(p->to, p->from), p->stream, p->counter,
				   p->bytes, p->size, w->now);
		/* The order of those on the way stays, as on a network that keeps it. */
		memmove(p, p + 1, (w->n_packets - i - 1) * sizeof(*p));
		w->n_packets--;
	}
}

void world_run(struct world *w, uint64_t ns)
{
	uint64_t end = w->now + ns;

	for (; w->now < end; w->now += STEP_NS) {
		if (w->n_packets > 0)
			deliver(w);
		for (size_t i = 0; i < w->n_routers; i++) {
			struct world_router *r = &w->routers[i];

			if (!r->runs || sync_due(&r->sync) > w->now)
				continue;
			r->turns++;
			sync_turn(&r->sync, w->now);
		}
	}
}

static bool owns(const struct world_router *r, size_t service, uint64_t now)
{
	uint8_t group = r->tables.instances[r->instances[service]].group;

	return gate_lease_runs(&r->leases[group], now);
}

static uint32_t first_state(struct world *w, size_t service)
{
	if (service % 2)
		return FWD_UDP;
	return random_below(&w->random, 4) ? FWD_ESTABLISHED : FWD_SYN;
}

static void insert(struct world *w, struct world_router *r, const struct flow *flow)
{
	uint32_t number;

	if (flows_insert(&r->tables, flow, &number) == 0)
		tables_tell(&r->tables, (uint32_t)random_below(&w->random, 2), number);
}

/* A port that stands for the client of that address and port, as a packet finds one. */
static void stand_for(const struct world_router *r, struct flow *flow)
{
	struct full_nat_client client = {.port = (__be16)(flow->key & 0xffff)};
	struct flow full = *flow;

	memcpy(client.address, flow->client, sizeof(client.address));
	full.client[0] = htonl(GATEWAY);
	full.key = FWD_KEY(htons((uint16_t)(20000 + client.port % FWD_BACKS)),
			   FWD_INSTANCE(flow->key) | FWD_FULLNAT);
	if (flows_find(&r->tables, &full) == FLOWS_NONE &&
	    full_nat_take(&r->tables, &full, &client, true) == 0)
		*flow = full;
}

static void new_flow(struct world *w, struct world_router *r, size_t service)
{
	uint64_t monotonic = w->now - r->offset;
	uint16_t place = r->reals[service][random_below(&w->random, WORLD_REALS)];
	struct flow flow = {.ipv6 = service == IPV6}, template;

	set_address(flow.client, service, (uint32_t)random_below(&w->random, 1 << 20) + 1);
	flow.key = FWD_KEY(random_below(&w->random, 0xffff) + 1, r->instances[service]);
	flow.what = FWD_WHAT(first_state(w, service), place, 0);
	flow.when = FWD_WHEN(monotonic >> FWD_UNIT, 3, 1);
	if (service == FULL_NAT && random_below(&w->random, 2))
		stand_for(r, &flow);
	insert(w, r, &flow);
	if (service != PERSISTENT)
		return;
	template = flow;
	template.client[0] &= r->tables.services[r->services[service]].mask[0];
	template.key = FWD_KEY(0, FWD_TEMPLATE + r->services[service]);
	template.what = FWD_WHAT(FWD_PERSISTENT, place, 0);
	template.when = FWD_WHEN(monotonic >> FWD_TEMPLATE_UNIT, 0, 0);
	insert(w, r, &template);
}

static bool owns_flow(const struct world_router *r, const struct flow *flow, uint64_t now)
{
	uint32_t instance = FWD_INSTANCE(flow->key);
	uint8_t group = r->tables.instances[r->instances[PERSISTENT]].group;

	if (instance < FWD_INSTANCES_MAX)
		group = r->tables.instances[instance].group;
	return gate_lease_runs(&r->leases[group], now);
}

/* A packet of some flow: it goes on to another state, as connections do. */
static void change_flow(struct world *w, struct world_router *r)
{
	uint32_t number = (uint32_t)random_below(&w->random, WORLD_LINES * FWD_FLOWS4);
	struct flow flow;
	uint32_t state;

	if (!flows_read(&r->tables, number, &flow) || !owns_flow(r, &flow, w->now))
		return;
	state = FWD_STATE(flow.what);
	if (state < FWD_SYN || state >= FWD_CLOSE)
		return;
	if (flows_change(&r->tables, number, flow.what,
			 FWD_WHAT(state + 1, FWD_PLACE(flow.what), 0)))
		tables_tell(&r->tables, (uint32_t)random_below(&w->random, 2), number);
}

void world_traffic(struct world *w, size_t router, size_t n)
{
	struct world_router *r = &w->routers[router];

	for (size_t i = 0; i < n; i++) {
		size_t service = random_below(&w->random, WORLD_SERVICES);

		if (random_below(&w->random, 4) == 0)
			change_flow(w, r);
		else if (owns(r, service, w->now))
			new_flow(w, r, service);
	}
}

static uint32_t nth(const struct world_router *r, uint32_t i)
{
	uint32_t slots = flows_slots(&r->tables, false);

	return i < slots ? i : (i - slots) | FWD_EVENT_6;
}

static uint32_t slots_of(const struct world_router *r)
{
	return flows_slots(&r->tables, false) + flows_slots(&r->tables, true);
}

/* As they are on the wire: between members there is anything. */
static bool same_record(const struct sync_record *a, const struct sync_record *b)
{
	static struct sync_batch x, y;

	sync_wire_begin(&x);
	sync_wire_begin(&y);
	assert_true(sync_wire_add(&x, a) && sync_wire_add(&y, b));
	return x.size == y.size && memcmp(x.bytes + SYNC_DATA_SIZE, y.bytes + SYNC_DATA_SIZE,
					  x.size - SYNC_DATA_SIZE) == 0;
}

static bool is_same(const struct world *w, const struct world_router *from,
		    const struct world_router *to, const struct flow *flow)
{
	struct sync_record a, b;
	struct flow found, there;
	uint32_t number;

	if (sync_record_make(&from->tables, flow, w->now - from->offset, &a) < 0)
		return true;
	for (uint8_t group = 0; group < WORLD_GROUPS; group++) {
		if (sync_record_take(&to->tables, to->place, &a, group, w->now - to->offset,
				     &there) < 0)
			continue;
		number = flows_find(&to->tables, &there);
		if (number == FLOWS_NONE || !flows_read(&to->tables, number, &found) ||
		    sync_record_make(&to->tables, &found, w->now - to->offset, &b) < 0)
			return false;
		/* A template's unit is 69 s, and the clocks' phases differ. */
		if (a.age_ms > b.age_ms + 140000 || b.age_ms > a.age_ms + 140000)
			return false;
		a.age_ms = b.age_ms;
		return same_record(&a, &b);
	}
	return false;
}

size_t world_missing(const struct world *w, size_t from, size_t to)
{
	const struct world_router *a = &w->routers[from], *b = &w->routers[to];
	size_t n = 0;

	for (uint32_t i = 0; i < slots_of(a); i++) {
		struct flow flow;

		if (flows_read(&a->tables, nth(a, i), &flow) && owns_flow(a, &flow, w->now) &&
		    !is_same(w, a, b, &flow))
			n++;
	}
	return n;
}

size_t world_flows(const struct world *w, size_t router)
{
	const struct world_router *r = &w->routers[router];
	size_t n = 0;

	for (uint32_t i = 0; i < slots_of(r); i++) {
		struct flow flow;

		n += flows_read(&r->tables, nth(r, i), &flow);
	}
	return n;
}
