// SPDX-License-Identifier: GPL-2.0-or-later
/* Two routers' sockets in one process, in a network of their own (root). */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/file_io.h"
#include "base/poke_io.h"
#include "engine/sync_io.h"
#include "engine/sync_status_io.h"
#include "engine/tests/sync_world.h"

#define KEY "of both routers, thirty-two bytes"
#define OTHER_KEY "of one of them, thirty-two bytes."
#define PATIENCE_NS (5 * NSEC_PER_SEC)

static struct world w;
static qb_loop_t *loop;
static struct sync_io ios[2];
static struct config *config;
static char folder[] = "/tmp/test-sync-XXXXXX", keys[2][64];

static int join_own_network(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	_cleanup_close_ int fd = -1;

	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &request);
}

static void write_key(size_t router, const char *key)
{
	assert_int_equal(file_write_atomic(keys[router], key, strlen(key), 0600), 0);
}

static int begin_all(void **state)
{
	(void)state;
	loop = qb_loop_create();
	config = calloc(1, sizeof(*config));
	if (!loop || !config || !mkdtemp(folder))
		return -1;
	config->n_nodes = 2;
	config->timeout_tcp = config->timeout_udp = 300;
	for (size_t i = 0; i < 2; i++) {
		struct config_node *node = &config->nodes[i];

		snprintf(node->name, sizeof(node->name), "r%zu", i + 1);
		node->id = (uint8_t)(i + 1);
		node->n_ports = 1;
		strcpy(node->ports[0].name, "eth1");
		node->ports[0].address = htonl(INADDR_LOOPBACK + 1 + (uint32_t)i);
		snprintf(keys[i], sizeof(keys[i]), "%s/key%zu", folder, i);
	}
	return join_own_network();
}

static int end_all(void **state)
{
	(void)state;
	unlink(keys[0]);
	unlink(keys[1]);
	rmdir(folder);
	free(config);
	return 0;
}

static int begin(void **state)
{
	(void)state;
	world_make(&w, 2, 5);
	world_own(&w, 0, 0, 1);
	world_own(&w, 1, 0, 1);
	write_key(0, KEY);
	write_key(1, KEY);
	for (size_t i = 0; i < 2; i++) {
		struct world_router *r = &w.routers[i];

		world_stop(&w, i);
		r->offset = r->tables.settings->boot_offset = 0;
		assert_int_equal(
			sync_io_open(&ios[i], loop, &r->tables, r->place, r->leases, keys[i]), 0);
	}
	w.now = clock_boot_ns();
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		sync_io_close(&ios[i]);
	world_free(&w);
	return 0;
}

static void configure(void)
{
	for (size_t i = 0; i < 2; i++)
		sync_io_configure(&ios[i], config, &config->nodes[i]);
}

static bool both_synchronised(void)
{
	return sync_io_is_synchronised(&ios[0]) && sync_io_is_synchronised(&ios[1]);
}

static bool all_known(void)
{
	w.now = clock_boot_ns();
	return world_missing(&w, 0, 1) == 0;
}

static bool is_wrong(void)
{
	return ios[0].peers[0].wrong > 0;
}

static bool is_foreign(void)
{
	return ios[1].foreign > 0;
}

static struct wait {
	bool (*done)(void);
	uint64_t until;
	bool happened;
} waiting;

static void on_look(void *data)
{
	qb_loop_timer_handle timer;

	(void)data;
	waiting.happened = waiting.done();
	if (waiting.happened || clock_boot_ns() > waiting.until)
		qb_loop_stop(loop);
	else
		qb_loop_timer_add(loop, QB_LOOP_MED, 5 * NSEC_PER_MSEC, NULL, on_look, &timer);
}

static void wait_for(bool (*done)(void))
{
	qb_loop_timer_handle timer;

	waiting = (struct wait){.done = done, .until = clock_boot_ns() + PATIENCE_NS};
	assert_int_equal(qb_loop_timer_add(loop, QB_LOOP_MED, 1, NULL, on_look, &timer), 0);
	qb_loop_run(loop);
	assert_true(waiting.happened);
}

static void connections_cross_the_wire(void **state)
{
	struct engine_sync_status status = {0};

	(void)state;
	world_traffic(&w, 0, 700);
	assert_true(world_missing(&w, 0, 1) > 200);
	configure();
	wait_for(both_synchronised);
	wait_for(all_known);
	world_traffic(&w, 0, 700);
	assert_true(world_missing(&w, 0, 1) > 100);
	wait_for(all_known);
	wait_for(both_synchronised);
	sync_status_fill(&ios[0], config, &status);
	assert_int_equal(status.n_peers, 1);
	assert_string_equal(status.peers[0].name, "r2");
	assert_true(status.synchronised && status.peers[0].present && status.peers[0].complete &&
		    status.peers[0].whole);
	assert_true(status.records > 500 && status.fulls > 0 && status.overruns == 0);
	sync_status_fill(&ios[1], config, &status);
	assert_true(status.peers[0].records > 500 && status.peers[0].unknown == 0);
	assert_int_equal(ios[0].unsent + ios[1].unsent, 0);
	assert_int_equal(ios[0].foreign + ios[1].foreign, 0);
}

static void another_key_is_not_taken(void **state)
{
	(void)state;
	write_key(1, OTHER_KEY);
	world_traffic(&w, 0, 100);
	configure();
	wait_for(is_wrong);
	assert_false(both_synchronised());
	assert_false(all_known());
	/* The key changes on both, one after the other. */
	write_key(0, OTHER_KEY);
	for (size_t i = 0; i < 2; i++)
		sync_io_look(&ios[i]);
	wait_for(both_synchronised);
	wait_for(all_known);
}

static void an_engine_that_starts_anew_is_heard(void **state)
{
	struct world_router *r = &w.routers[1];

	(void)state;
	configure();
	wait_for(both_synchronised);
	sync_io_close(&ios[1]);
	world_traffic(&w, 0, 500);
	assert_int_equal(sync_io_open(&ios[1], loop, &r->tables, r->place, r->leases, keys[1]), 0);
	sync_io_configure(&ios[1], config, &config->nodes[1]);
	wait_for(both_synchronised);
	wait_for(all_known);
}

#define NEVER (UINT64_MAX / 2)

static unsigned int pokes;

static void on_poked(void *data)
{
	(*(unsigned int *)data)++;
}

static bool has_turned(void)
{
	return ios[0].sync.turned < NEVER;
}

/* The agent's word that a lease has ended: no timer is waited for. */
static void a_poke_makes_it_turn(void **state)
{
	struct poke_io poke;
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/poke", folder);
	assert_int_equal(poke_io_open(&poke, path), 0);
	/* Nobody is there yet. */
	poke_io_send(&poke);
	configure();
	wait_for(both_synchronised);
	sync_io_on_poke(&ios[0], on_poked, &pokes);
	sync_io_listen(&ios[0], path);
	assert_true(ios[0].poke_fd >= 0);
	ios[0].sync.turned = NEVER;
	for (int i = 0; i < 1000; i++)
		poke_io_send(&poke);
	wait_for(has_turned);
	assert_true(pokes > 0);
	poke_io_close(&poke);
	unlink(path);
}

static void strangers_are_not_heard(void **state)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
				       .sin_port = htons(SYNC_PORT),
				       .sin_addr.s_addr = config->nodes[1].ports[0].address};
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	configure();
	assert_int_equal(sendto(fd, "hello", 5, 0, (const struct sockaddr *)&to, sizeof(to)), 5);
	wait_for(is_foreign);
}

static void a_witness_and_a_single_router_are_silent(void **state)
{
	(void)state;
	config->n_nodes = 1;
	configure();
	assert_int_equal(ios[0].fd, -1);
	config->n_nodes = 2;
	config->nodes[1].role = CONFIG_ROLE_WITNESS;
	configure();
	assert_int_equal(ios[0].fd, -1);
	assert_int_equal(ios[1].fd, -1);
	config->nodes[1].role = CONFIG_ROLE_ROUTER;
	configure();
	assert_true(ios[0].fd >= 0 && ios[1].fd >= 0);
	assert_false(both_synchronised());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(connections_cross_the_wire, begin, end),
		cmocka_unit_test_setup_teardown(another_key_is_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(an_engine_that_starts_anew_is_heard, begin, end),
		cmocka_unit_test_setup_teardown(a_poke_makes_it_turn, begin, end),
		cmocka_unit_test_setup_teardown(strangers_are_not_heard, begin, end),
		cmocka_unit_test_setup_teardown(a_witness_and_a_single_router_are_silent, begin,
						end),
	};

	return cmocka_run_group_tests(tests, begin_all, end_all);
}
