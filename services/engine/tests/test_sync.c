// SPDX-License-Identifier: GPL-2.0-or-later
/* Single rules of synchronisation; test_sync_world.c has routers that play together. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock_io.h"
#include "engine/full_nat.h"
#include "engine/sync_record.h"
#include "engine/tests/sync_world.h"
#include "engine/tests/tables.h"

#define MS NSEC_PER_MSEC
#define S NSEC_PER_SEC

static struct world w;

static int begin(void **state)
{
	(void)state;
	world_make(&w, 2, 99);
	world_own(&w, 0, 0, 1);
	world_own(&w, 1, 0, 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	world_free(&w);
	return 0;
}

static struct flow flow_of(const struct world_router *r, size_t service)
{
	uint64_t monotonic = w.now - r->offset;

	return (struct flow){
		.client = {htonl(0x0a0b0c0d)},
		.key = FWD_KEY(htons(5555), r->instances[service]),
		.what = FWD_WHAT(service % 2 ? FWD_UDP : FWD_ESTABLISHED, r->reals[service][2], 0),
		.when = FWD_WHEN((monotonic >> FWD_UNIT) - 40, 9, 3),
	};
}

static void numbers_are_each_routers_own(void **state)
{
	const struct world_router *a = &w.routers[0], *b = &w.routers[1];
	const struct flow flow = flow_of(a, 2);
	struct sync_record record;
	struct flow there;
	uint32_t age;

	(void)state;
	assert_int_not_equal(a->instances[2], b->instances[2]);
	assert_int_not_equal(a->reals[2][2], b->reals[2][2]);
	assert_int_equal(sync_record_make(&a->tables, &flow, w.now - a->offset, &record), 0);
	assert_in_range(record.age_ms, 39 * 1073, 42 * 1074);
	assert_int_equal(
		sync_record_take(&b->tables, b->place, &record, 1, w.now - b->offset, &there), 0);
	assert_int_equal(there.key, FWD_KEY(htons(5555), b->instances[2]));
	assert_int_equal(there.what, FWD_WHAT(FWD_ESTABLISHED, b->reals[2][2], FWD_LEARNT));
	assert_int_equal(FWD_HOP(there.when), 0);
	age = (uint32_t)((w.now - b->offset) >> FWD_UNIT) - FWD_UNITS(there.when);
	assert_in_range(age & 0xfffff, 39, 41);
	/* Of the other group: whoever owns this one has nothing to say of it. */
	assert_int_equal(sync_record_take(&b->tables, b->place, &record, 0, w.now, &there), -EXDEV);
}

static void what_is_not_here_is_not_taken(void **state)
{
	const struct world_router *a = &w.routers[0], *b = &w.routers[1];
	struct flow flow = flow_of(a, 2), there;
	struct sync_record good, r;

	(void)state;
	assert_int_equal(sync_record_make(&a->tables, &flow, w.now, &good), 0);
#define UNKNOWN(change)                                                                        \
	do {                                                                                   \
		r = good;                                                                      \
		change;                                                                        \
		assert_int_equal(sync_record_take(&b->tables, b->place, &r, 1, w.now, &there), \
				 -ENOENT);                                                     \
	} while (0)
	UNKNOWN(r.virtual_port = htons(81));
	UNKNOWN(r.virtual[0]++);
	UNKNOWN(r.protocol = 17);
	UNKNOWN(r.real[0]++);
	UNKNOWN(r.real_port = htons(8080));
	UNKNOWN(b->tables.reals[b->reals[2][2]].flags = FWD_REAL_LEAVING);
	b->tables.reals[b->reals[2][2]].flags = FWD_REAL_IN_USE;
	UNKNOWN(b->tables.instances[b->instances[2]].in_use = 0);
	/* A template that another mask has made. */
	flow.key = FWD_KEY(0, FWD_TEMPLATE + a->services[4]);
	flow.client[0] = htonl(0x0a0b0c00);
	flow.what = FWD_WHAT(FWD_PERSISTENT, a->reals[4][1], 0);
	flow.when = FWD_WHEN(w.now >> FWD_TEMPLATE_UNIT, 0, 0);
	assert_int_equal(sync_record_make(&a->tables, &flow, w.now, &good), 0);
	assert_int_equal(sync_record_take(&b->tables, b->place, &good, 1, w.now, &there), 0);
	assert_int_equal(there.key, FWD_KEY(0, FWD_TEMPLATE + b->services[4]));
	UNKNOWN(r.client[0] = htonl(0x0a0b0c01));
	UNKNOWN(r.service++);
}

/* The router's address and a port stand for the client, there as here. */
static void full_nat_is_told(void **state)
{
	const struct world_router *a = &w.routers[0], *b = &w.routers[1];
	const struct full_nat_client client = {{htonl(0x0a4d0066)}, htons(1000)};
	struct full_nat_client found;
	struct flow flow = flow_of(a, 2), there = flow_of(b, 2);
	uint32_t number;

	(void)state;
	flow.key = FWD_KEY(htons(40000), a->instances[2] | FWD_FULLNAT);
	assert_int_equal(full_nat_take(&a->tables, &flow, &client, true), 0);
	assert_int_equal(flows_insert(&a->tables, &flow, &number), 0);
	tables_tell(&a->tables, 0, number);
	world_run(&w, 3 * S);
	there.key = FWD_KEY(htons(40000), b->instances[2] | FWD_FULLNAT);
	number = flows_find(&b->tables, &there);
	assert_int_not_equal(number, FLOWS_NONE);
	assert_true(flows_read(&b->tables, number, &there));
	assert_true(full_nat_client(&b->tables, &there, &found));
	assert_int_equal(found.port, client.port);
	assert_int_equal(found.address[0], client.address[0]);
	assert_int_equal(world_missing(&w, 0, 1), 0);
	/* Whom it is for is not known any more: nothing is told. */
	a->tables.backs[40000 % FWD_BACKS].key = 0;
	assert_int_equal(sync_record_make(&a->tables, &flow, w.now, &(struct sync_record){0}),
			 -ENOENT);
}

/* A flow of full NAT by that address and port 40000, for that client. */
static struct flow full_nat_flow(const struct world_router *r, size_t service, uint32_t address,
				 const struct full_nat_client *client)
{
	struct flow flow = flow_of(r, service);
	uint32_t number;

	r->tables.reals[r->reals[service][2]].outer[0] = flow.client[0] = htonl(address);
	flow.key = FWD_KEY(htons(40000), r->instances[service] | FWD_FULLNAT);
	assert_int_equal(full_nat_take(&r->tables, &flow, client, true), 0);
	assert_int_equal(flows_insert(&r->tables, &flow, &number), 0);
	tables_tell(&r->tables, 0, number);
	return flow;
}

static void assert_stands_for(const struct world_router *r, const struct flow *flow,
			      const struct full_nat_client *client)
{
	struct full_nat_client found;

	assert_true(full_nat_client(&r->tables, flow, &found));
	assert_memory_equal(found.address, client->address, sizeof(found.address));
	assert_int_equal(found.port, client->port);
}

static const struct full_nat_client ann = {{0x6500004d}, 0x1234}, bob = {{0x6600004d}, 0x1234};

/* Two groups at two routers: their ports meet, and no hand-over waits for that. */
static void ports_that_meet_do_not_hold_up(void **state)
{
	const struct world_router *a = &w.routers[0], *b = &w.routers[1];
	struct flow own;

	(void)state;
	world_own(&w, 1, 1, 2);
	own = full_nat_flow(b, 3, 0x0a4d00fd, &bob);
	full_nat_flow(a, 2, 0x0a4d00fe, &ann);
	world_run(&w, 3 * S);
	assert_stands_for(b, &own, &bob);
	assert_true(b->sync.peers[0].receive.figures.full > 0);
	assert_true(sync_is_synchronised(&a->sync, w.now));
}

/* What the former owner says late has no port that stands for somebody by now. */
static void a_former_owner_takes_no_port_back(void **state)
{
	struct world_router *a = &w.routers[0], *b = &w.routers[1];
	struct sync_receive *receive = &b->sync.peers[0].receive;
	struct sync_data data = {.group = 500, .epoch = 1, .n = 1};
	struct flow was = flow_of(a, 0), own;

	(void)state;
	assert_int_equal(sync_record_make(&a->tables, &was, w.now, &data.records[0]), 0);
	sync_receive_data(receive, &b->sync.tables, &data, w.now);
	was = full_nat_flow(a, 2, 0x0a4d00fe, &ann);
	assert_int_equal(sync_record_make(&a->tables, &was, w.now, &data.records[0]), 0);
	world_own(&w, 0, 1, 2);
	own = full_nat_flow(b, 0, 0x0a4d00fe, &bob);
	data.sequence++;
	sync_receive_data(receive, &b->sync.tables, &data, w.now);
	assert_int_equal(receive->figures.full, 1);
	assert_stands_for(b, &own, &bob);
	/* The owner's word is another matter. */
	world_own(&w, 0, 0, 3);
	data.epoch = 3;
	data.sequence++;
	sync_receive_data(receive, &b->sync.tables, &data, w.now);
	assert_int_equal(receive->figures.full, 1);
	was.key = FWD_KEY(htons(40000), b->instances[2] | FWD_FULLNAT);
	was.what = FWD_WHAT(FWD_ESTABLISHED, b->reals[2][2], 0);
	assert_stands_for(b, &was, &ann);
}

/* The other router's configuration comes later: then it gets what it could not take. */
static void what_was_not_here_is_told_again(void **state)
{
	struct world_router *b = &w.routers[1];
	struct fwd_instance *instance = &b->tables.instances[b->instances[2]];
	uint64_t fulls;

	(void)state;
	instance->in_use = 0;
	sync_look(&b->sync);
	world_traffic(&w, 0, 1000);
	world_run(&w, 3 * S);
	assert_true(b->sync.peers[0].receive.figures.unknown > 0);
	assert_true(world_missing(&w, 0, 1) > 0);
	assert_false(sync_is_synchronised(&w.routers[0].sync, w.now));
	instance->in_use = 1;
	sync_look(&b->sync);
	world_run(&w, 1 * S);
	assert_int_equal(world_missing(&w, 0, 1), 0);
	assert_true(sync_is_synchronised(&w.routers[0].sync, w.now));
	/* Nothing new: nothing is asked for. */
	fulls = sync_figures(&w.routers[0].sync).send.fulls;
	instance->in_use = 0;
	sync_look(&b->sync);
	world_run(&w, 1 * S);
	assert_int_equal(sync_figures(&w.routers[0].sync).send.fulls, fulls);
}

static void half_open_flows_are_not_told(void **state)
{
	const struct world_router *a = &w.routers[0];
	struct flow flow = flow_of(a, 2);
	struct sync_record record;

	(void)state;
	flow.what = FWD_WHAT(FWD_SYN, a->reals[2][2], 0);
	assert_int_equal(sync_record_make(&a->tables, &flow, w.now, &record), -ENOENT);
	flow.what = FWD_WHAT(FWD_ESTABLISHED, a->reals[2][2], 0);
	assert_int_equal(sync_record_make(&a->tables, &flow, w.now, &record), 0);
	a->tables.reals[a->reals[2][2]].flags = FWD_REAL_LEAVING;
	assert_int_equal(sync_record_make(&a->tables, &flow, w.now, &record), -ENOENT);
}

static void many_events_of_a_flow_are_one_record(void **state)
{
	struct world_router *a = &w.routers[0];
	const struct flow flow = flow_of(a, 2);
	struct sync_send_figures before, after;
	uint32_t number;

	(void)state;
	world_run(&w, 3 * S);
	before = sync_figures(&a->sync).send;
	assert_int_equal(flows_insert(&a->tables, &flow, &number), 0);
	for (int i = 0; i < 50; i++)
		tables_tell(&a->tables, 0, number);
	world_run(&w, 1100 * MS);
	after = sync_figures(&a->sync).send;
	assert_int_equal(after.events - before.events, 50);
	assert_int_equal(after.records - before.records, 1);
	assert_int_equal(after.messages - before.messages, 1);
}

/* Sent in a second, of what is always more than the bucket has. */
static void bytes_per_second_are_bounded(void **state)
{
	struct world_router *a = &w.routers[0];
	uint32_t slots = flows_slots(&a->tables, false);
	uint64_t before;

	(void)state;
	world_run(&w, 3 * S);
	world_traffic(&w, 0, 8000);
	world_run(&w, 1200 * MS);
	before = a->sync.send.figures.bytes;
	for (int i = 0; i < 50; i++) {
		for (uint32_t k = 0; k < 2 * FWD_EVENTS; k++)
			tables_tell(&a->tables, k % 2, k / 2 * 3 % slots);
		world_run(&w, 20 * MS);
		w.n_packets = 0;
	}
	assert_in_range(a->sync.send.figures.bytes - before, SYNC_RATE / 2, SYNC_RATE + SYNC_BURST);
}

/* Events that never end leave a router that joins its share: it has all in the time that this
 * takes. */
static void a_router_joins_under_load(void **state)
{
	struct world_router *a = &w.routers[0];
	uint32_t slots = flows_slots(&a->tables, false);
	uint64_t fulls;

	(void)state;
	world_traffic(&w, 0, 3000);
	world_run(&w, 3 * S);
	world_reboot(&w, 1);
	world_own(&w, 0, 0, 2);
	world_own(&w, 1, 0, 2);
	fulls = a->sync.send.figures.fulls;
	for (int i = 0; i < 100; i++) {
		for (uint32_t k = 0; k < 4 * FWD_EVENTS; k++)
			tables_tell(&a->tables, k % 2, k / 2 * 3 % slots);
		world_run(&w, 20 * MS);
	}
	assert_true(a->sync.send.figures.overruns > 0);
	assert_true(a->sync.send.figures.fulls > fulls + 1);
	assert_true(world_flows(&w, 0) > 1000);
	assert_int_equal(world_missing(&w, 0, 1), 0);
}

static struct sync_hello hello_of(const struct world_router *to)
{
	const struct sync_peer *p = &to->sync.peers[0];

	return (struct sync_hello){.challenge = 5, .echo = p->challenge, .next = 1};
}

static void hear(struct world_router *r, uint64_t stream, uint64_t counter,
		 const struct sync_hello *hello)
{
	uint8_t bytes[SYNC_PLAIN_MAX];

	sync_heard(&r->sync, 0, stream, counter, bytes, sync_wire_hello(hello, bytes), w.now);
}

/* Datagrams of a former stream, though authentic, are another one's never. */
static void a_stream_is_taken_once(void **state)
{
	struct world_router *r = &w.routers[0];
	const struct sync_hello recorded = hello_of(r);
	struct sync_peer *p = &r->sync.peers[0];
	struct sync_hello hello = recorded;

	(void)state;
	hello.echo++;
	hear(r, 1000, 1, &hello);
	assert_true(p->stream == 0 && p->heard_at == 0 && p->echo == 5);
	hear(r, 1000, 1, &recorded);
	assert_true(p->stream == 1000 && p->heard_at == w.now);
	assert_true(p->challenge != recorded.echo);
	/* The same once more, and one that came late. */
	hear(r, 1000, 1, &recorded);
	assert_int_equal(sync_figures(&r->sync).late, 1);
	hello = hello_of(r);
	hear(r, 2000, 1, &hello);
	assert_true(p->stream == 2000);
	hear(r, 1000, 2, &recorded);
	assert_true(p->stream == 2000);
	assert_true(sync_figures(&r->sync).strange >= 3);
}

/* How long the other one's IPVS has taken connections without a break, as far as is known. */
static void a_backup_is_known_by_its_word(void **state)
{
	struct world_router *a = &w.routers[0], *b = &w.routers[1];

	(void)state;
	world_run(&w, 3 * S);
	assert_false(sync_backups_ran(&a->sync, 0, w.now));
	sync_set_backup(&b->sync, true);
	world_run(&w, 200 * MS);
	assert_true(sync_backups_ran(&a->sync, 0, w.now));
	assert_false(sync_backups_ran(&b->sync, 0, w.now));
	assert_false(sync_backups_ran(&a->sync, 5 * S, w.now));
	world_run(&w, 5 * S);
	assert_true(sync_backups_ran(&a->sync, 5 * S, w.now));
	/* It stops for a moment. */
	sync_set_backup(&b->sync, false);
	world_run(&w, 200 * MS);
	assert_false(sync_backups_ran(&a->sync, 0, w.now));
	sync_set_backup(&b->sync, true);
	world_run(&w, 4 * S);
	assert_true(sync_backups_ran(&a->sync, 3 * S, w.now));
	assert_false(sync_backups_ran(&a->sync, 5 * S, w.now));
	/* Nothing arrives for a while: what IPVS said did not either. */
	w.net.loss = 100;
	world_run(&w, SYNC_SILENT_NS + S);
	assert_false(sync_backups_ran(&a->sync, 0, w.now));
	w.net.loss = 0;
	world_run(&w, 2 * S);
	assert_true(sync_backups_ran(&a->sync, 1, w.now));
	assert_false(sync_backups_ran(&a->sync, 3 * S, w.now));
	/* Another start of the engine has not said so yet. */
	world_restart(&w, 1);
	world_run(&w, 2 * S);
	assert_true(sync_is_synchronised(&a->sync, w.now));
	assert_false(sync_backups_ran(&a->sync, 0, w.now));
	sync_set_peers(&a->sync, NULL, 0);
	assert_false(sync_backups_ran(&a->sync, 0, w.now));
}

static void what_is_not_understood_is_counted(void **state)
{
	struct world_router *r = &w.routers[0];

	(void)state;
	sync_heard(&r->sync, 0, 1, 1, "nothing", 7, w.now);
	assert_int_equal(sync_figures(&r->sync).malformed, 1);
	assert_true(r->sync.peers[0].stream == 0);
}

static void peers_that_stay_are_kept(void **state)
{
	struct world_router *r = &w.routers[0];
	uint64_t stream;

	(void)state;
	world_run(&w, 3 * S);
	stream = r->sync.peers[0].stream;
	assert_true(stream != 0);
	sync_set_peers(&r->sync, (const uint8_t[]){9, 2}, 2);
	assert_int_equal(r->sync.n_peers, 2);
	assert_true(r->sync.peers[0].stream == 0 && r->sync.peers[1].stream == stream);
	assert_false(sync_is_synchronised(&r->sync, w.now));
	sync_set_peers(&r->sync, (const uint8_t[]){2}, 1);
	assert_true(sync_is_synchronised(&r->sync, w.now));
	sync_restart(&r->sync, 77);
	assert_true(r->sync.peers[0].stream == 0 && r->sync.peers[0].node == 2);
	world_run(&w, 3 * S);
	assert_true(sync_is_synchronised(&r->sync, w.now));
}

static void the_state_says_who_lacks_what(void **state)
{
	struct world_router *r = &w.routers[0];
	struct sync_peer_state of;

	(void)state;
	sync_read(&r->sync, 0, w.now, &of);
	assert_true(of.node == 2 && !of.present && !of.complete && !of.whole && of.lag_ns == 0);
	world_run(&w, 3 * S);
	sync_read(&r->sync, 0, w.now, &of);
	assert_true(of.present && of.complete && of.whole && of.lag_ns == 0);
	/* Nothing arrives any more: the lag grows. */
	w.net.loss = 100;
	world_traffic(&w, 0, 100);
	world_run(&w, 2500 * MS);
	sync_read(&r->sync, 0, w.now, &of);
	assert_true(of.present && !of.complete);
	assert_in_range(of.lag_ns, 1000 * MS, 2500 * MS);
	world_run(&w, 2 * S);
	sync_read(&r->sync, 0, w.now, &of);
	assert_true(!of.present && !of.whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(numbers_are_each_routers_own, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_here_is_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(full_nat_is_told, begin, end),
		cmocka_unit_test_setup_teardown(ports_that_meet_do_not_hold_up, begin, end),
		cmocka_unit_test_setup_teardown(a_former_owner_takes_no_port_back, begin, end),
		cmocka_unit_test_setup_teardown(what_was_not_here_is_told_again, begin, end),
		cmocka_unit_test_setup_teardown(half_open_flows_are_not_told, begin, end),
		cmocka_unit_test_setup_teardown(many_events_of_a_flow_are_one_record, begin, end),
		cmocka_unit_test_setup_teardown(bytes_per_second_are_bounded, begin, end),
		cmocka_unit_test_setup_teardown(a_router_joins_under_load, begin, end),
		cmocka_unit_test_setup_teardown(a_stream_is_taken_once, begin, end),
		cmocka_unit_test_setup_teardown(a_backup_is_known_by_its_word, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_understood_is_counted, begin, end),
		cmocka_unit_test_setup_teardown(peers_that_stay_are_kept, begin, end),
		cmocka_unit_test_setup_teardown(the_state_says_who_lacks_what, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
