// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Next hops from the kernel's own tables: the router's ports eth0 and eth1 in a network namespace
 * of the test's own, the machines behind them (peer0, peer1) in another.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock_io.h"
#include "engine/nexthop_io.h"

#define WAIT_MS 5000 /* for what the kernel does within milliseconds */
#define LOOK_MS 5

enum { PLAIN = 1, SIXTH = 2, ROUTED = 3, SAME = 4, NOBODY = 5 }; /* places */

static struct nexthop_io io;
static struct forward_tables tables;
static struct fwd_settings settings;
static struct fwd_hop hops[FWD_HOPS_MAX];
static struct fwd_inside insides[FWD_INSIDE_MAX];
static struct fwd_real reals[FWD_REALS_MAX];
static struct link_numbers numbers;
static struct config_node node;
static qb_loop_t *loop;
static pid_t other; /* holds the other namespace */
static unsigned int n_link_changes;

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) != 0)
		fail_msg("%s", command);
}

/* In the other namespace. */
static void run_there(const char *command)
{
	run("nsenter -t %d -n sh -ec '%s'", (int)other, command);
}

static int set_up(void **state)
{
	int ready[2];
	char c;

	(void)state;
	if (unshare(CLONE_NEWNET) < 0 || pipe(ready) < 0)
		return -1;
	other = fork();
	if (other == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	if (other < 0 || read(ready[0], &c, 1) != 1)
		return -1;
	run("set -e; echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad;"
	    "for i in 0 1; do ip link add eth$i type veth peer name peer$i;"
	    "  ip link set peer$i netns %d; ip link set eth$i up; done",
	    (int)other);
	run_there("echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad;"
		  "echo 1 >/proc/sys/net/ipv4/conf/peer1/arp_notify;"
		  "ip link set peer0 address 02:00:00:00:79:02;"
		  "ip link set peer1 address 02:00:00:00:77:01;"
		  "ip link set peer0 up; ip link set peer1 up;"
		  "ip addr add 10.79.0.2/24 dev peer0; ip addr add 10.77.0.101/24 dev peer1;"
		  "ip addr add 10.77.0.102/24 dev peer1; ip addr add fd00:77::101/64 dev peer1 "
		  "nodad");
	run("ip addr add 10.79.0.11/24 dev eth0; ip addr add 10.77.0.11/24 dev eth1;"
	    "ip addr add fd00:77::11/64 dev eth1 nodad");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	kill(other, SIGKILL);
	return waitpid(other, NULL, 0) == other ? 0 : -1;
}

static void on_links(void *data, const struct links *links)
{
	(void)data;
	assert_non_null(links_by_name(links, "eth1"));
	n_link_changes++;
}

static void set_real(uint32_t place, const char *address, uint8_t method)
{
	bool ipv6 = strchr(address, ':') != NULL;

	reals[place] = (struct fwd_real){.flags = FWD_REAL_IN_USE | (ipv6 ? FWD_REAL_6 : 0),
					 .method = method};
	assert_int_equal(inet_pton(ipv6 ? AF_INET6 : AF_INET, address, reals[place].address), 1);
}

static int begin(void **state)
{
	(void)state;
	memset(reals, 0, sizeof(reals));
	memset(hops, 0, sizeof(hops));
	memset(&settings, 0, sizeof(settings));
	tables = (struct forward_tables){
		.settings = &settings, .hops = hops, .reals = reals, .insides = insides};
	numbers = (struct link_numbers){
		.numbers = {[2] = if_nametoindex("eth0"), [3] = if_nametoindex("eth1")}};
	node = (struct config_node){.n_ports = 2};
	strcpy(node.ports[0].name, "eth0");
	strcpy(node.ports[1].name, "eth1");
	node.ports[0].address = inet_addr("10.79.0.11");
	node.ports[0].prefix_length = 24;
	node.ports[1].address = inet_addr("10.77.0.11");
	node.ports[1].prefix_length = 24;
	run("ip route replace 10.78.0.0/24 via 10.77.0.102");
	set_real(PLAIN, "10.77.0.101", FWD_NAT);
	set_real(SIXTH, "fd00:77::101", FWD_NAT);
	set_real(ROUTED, "10.78.0.5", FWD_TUNNEL);
	set_real(SAME, "10.77.0.101", FWD_DIRECT);
	set_real(NOBODY, "10.77.0.200", FWD_NAT);
	loop = qb_loop_create();
	n_link_changes = 0;
	assert_non_null(loop);
	assert_int_equal(nexthop_io_open(&io, loop, &tables, &numbers, on_links, NULL), 0);
	assert_int_equal(n_link_changes, 1);
	nexthop_io_configure(&io, &node);
	return 0;
}

static int end(void **state)
{
	(void)state;
	nexthop_io_close(&io);
	qb_loop_destroy(loop);
	return 0;
}

struct wait {
	bool (*done)(void);
	uint64_t until;
	bool ended;
};

static void look(void *data)
{
	struct wait *wait = data;
	qb_loop_timer_handle timer;

	wait->ended = wait->done();
	if (wait->ended || clock_boot_ns() > wait->until ||
	    qb_loop_timer_add(loop, QB_LOOP_LOW, LOOK_MS * NSEC_PER_MSEC, wait, look, &timer) < 0)
		qb_loop_stop(loop);
}

/* Whether it comes true while the loop runs. */
static bool comes(bool (*done)(void))
{
	struct wait wait = {.done = done, .until = clock_boot_ns() + WAIT_MS * NSEC_PER_MSEC};
	qb_loop_timer_handle timer;

	assert_int_equal(
		qb_loop_timer_add(loop, QB_LOOP_LOW, LOOK_MS * NSEC_PER_MSEC, &wait, look, &timer),
		0);
	qb_loop_run(loop);
	return wait.ended;
}

/* The other ends' MACs are set by the test, so that they are known. */
static const uint8_t mac0[6] = {2, 0, 0, 0, 0x79, 2}, mac1[6] = {2, 0, 0, 0, 0x77, 1},
		     other_mac[6] = {2, 0, 0, 0, 0x77, 9};

static bool goes_to(uint32_t place, const char *port, const uint8_t *mac)
{
	const struct fwd_hop *hop = &reals[place].hop;
	const struct link *link = links_by_name(&io.network.links, port);

	return hop->valid == 1 && link && hop->interface == link->index &&
	       hop->port == link_number(&numbers, link->index) && hop->mtu == 1500 &&
	       hop->vlan == 0 && memcmp(hop->source, link->mac, sizeof(hop->source)) == 0 &&
	       memcmp(hop->mac, mac, sizeof(hop->mac)) == 0;
}

static bool all_are_known(void)
{
	return goes_to(PLAIN, "eth1", mac1) && goes_to(SIXTH, "eth1", mac1) &&
	       goes_to(ROUTED, "eth1", mac1) && goes_to(SAME, "eth1", mac1);
}

static bool is_managed(const char *port, const char *address)
{
	struct net_address to = {.family = 4};
	const struct neighbour *n;

	inet_pton(AF_INET, address, to.words);
	n = neighbours_find(io.network.neighbours, if_nametoindex(port), &to);
	return n && n->managed;
}

static void are_resolved_and_kept_fresh(void **state)
{
	(void)state;
	assert_true(comes(all_are_known));
	assert_int_equal(reals[NOBODY].hop.valid, 0);
	/* Where its answers come from is known all the same. */
	assert_int_equal(reals[NOBODY].hop.interface, if_nametoindex("eth1"));
	assert_int_equal(reals[ROUTED].outer[0], inet_addr("10.77.0.11"));
	assert_true(is_managed("eth1", "10.77.0.101"));
	assert_true(is_managed("eth1", "10.77.0.102"));
	assert_false(is_managed("eth1", "10.78.0.5"));
	assert_int_equal(insides[0].address[0], inet_addr("10.77.0.0"));
	assert_int_equal(insides[0].mask[0], inet_addr("255.255.255.0"));
	assert_int_equal(insides[0].interface, if_nametoindex("eth1"));
	assert_int_equal(insides[1].interface, 0);
}

static bool client_is_known(void)
{
	const struct net_address to = {.family = 4, .words = {inet_addr("10.79.0.2")}};
	const struct neighbour *n =
		neighbours_find(io.network.neighbours, if_nametoindex("eth0"), &to);

	return n && n->valid;
}

/* Known to the other router only: this one has never sent it anything. */
static void a_client_of_an_own_network(void **state)
{
	const uint32_t client[4] = {inet_addr("10.79.0.2")}, far[4] = {inet_addr("192.0.2.1")};

	(void)state;
	assert_true(comes(all_are_known));
	run("ip neigh flush dev eth0");
	assert_false(client_is_known());
	nexthop_io_client(&io, false, far);
	nexthop_io_client(&io, false, client);
	assert_int_equal(io.clients.n_waiting, 1);
	assert_true(comes(client_is_known));
}

static bool plain_is_let_go(void)
{
	return !is_managed("eth1", "10.77.0.101");
}

static void are_let_go_when_nobody_needs_them(void **state)
{
	(void)state;
	assert_true(comes(all_are_known));
	reals[PLAIN].flags = reals[SAME].flags = 0;
	nexthop_io_reals(&io);
	assert_true(comes(plain_is_let_go));
	assert_true(is_managed("eth1", "10.77.0.102"));
}

static bool has_the_other_mac(void)
{
	return goes_to(PLAIN, "eth1", other_mac) && goes_to(SAME, "eth1", other_mac);
}

/* The machine says so itself, by ARP. */
static void another_mac(void **state)
{
	uint32_t generation;

	(void)state;
	assert_true(comes(all_are_known));
	/* Answers go there, too. */
	hops[5] = reals[PLAIN].hop;
	hops[5].valid = (uint16_t)(settings.hop_generation + 1);
	generation = settings.hop_generation;
	run_there("ip link set peer1 address 02:00:00:00:77:09");
	assert_true(comes(has_the_other_mac));
	assert_int_not_equal(settings.hop_generation, generation);
	run_there("ip link set peer1 address 02:00:00:00:77:01; ip link set peer1 down;"
		  "ip link set peer1 up; ip addr add fd00:77::101/64 dev peer1 nodad");
	run("ip -6 neigh flush dev eth1");
	nexthop_io_check(&io);
	assert_true(comes(all_are_known));
}

static bool plain_has_failed(void)
{
	return reals[PLAIN].hop.valid == 0 && reals[SAME].hop.valid == 0;
}

static void one_that_fails(void **state)
{
	(void)state;
	assert_true(comes(all_are_known));
	run("ip neigh change 10.77.0.101 dev eth1 nud failed");
	assert_true(comes(plain_has_failed));
	assert_int_equal(reals[ROUTED].hop.valid, 1);
	/* The period looks for what is not kept fresh. */
	nexthop_io_check(&io);
	assert_true(comes(all_are_known));
	run("ip neigh del 10.77.0.101 dev eth1");
	assert_true(comes(plain_has_failed));
	nexthop_io_check(&io);
	assert_true(comes(all_are_known));
}

static bool is_routed_by_eth0(void)
{
	return goes_to(ROUTED, "eth0", mac0);
}

static bool has_no_route(void)
{
	return reals[ROUTED].hop.valid == 0 && reals[ROUTED].hop.interface == 0;
}

static bool generation_has_changed(void)
{
	return settings.hop_generation != 0;
}

static void another_route(void **state)
{
	(void)state;
	assert_true(comes(all_are_known));
	settings.hop_generation = 0;
	run("ip route replace 10.78.0.0/24 via 10.79.0.2");
	assert_true(comes(is_routed_by_eth0));
	assert_int_equal(reals[ROUTED].outer[0], inet_addr("10.79.0.11"));
	/* Within a second of the one before, or at once. */
	assert_true(comes(generation_has_changed));
	run("ip route del 10.78.0.0/24");
	assert_true(comes(has_no_route));
	assert_int_equal(reals[PLAIN].hop.valid, 1);
}

static void a_link_that_goes_down(void **state)
{
	(void)state;
	assert_true(comes(all_are_known));
	run("ip link set eth1 down");
	assert_true(comes(plain_has_failed));
	assert_int_equal(reals[PLAIN].hop.through, 0);
	assert_true(n_link_changes > 1);
	run("ip link set eth1 up; ip addr add fd00:77::11/64 dev eth1 nodad;"
	    "ip route replace 10.78.0.0/24 via 10.77.0.102");
	assert_true(comes(all_are_known));
}

/* A neighbour fixed by hand is used, and stays fixed. */
static bool plain_is_fixed(void)
{
	return goes_to(PLAIN, "eth1", other_mac);
}

static void one_that_is_fixed(void **state)
{
	(void)state;
	run("ip neigh replace 10.77.0.101 dev eth1 lladdr 02:00:00:00:77:09 nud permanent");
	assert_true(comes(plain_is_fixed));
	nexthop_io_check(&io);
	run("ip neigh show dev eth1 | grep -q '10.77.0.101 lladdr 02:00:00:00:77:09 PERMANENT'");
	run("ip neigh del 10.77.0.101 dev eth1");
	assert_true(comes(plain_has_failed));
	nexthop_io_check(&io);
	assert_true(comes(all_are_known));
}

/* More events than the socket takes: everything is read again. */
static void events_that_are_lost(void **state)
{
	const int small = 4096;
	unsigned int before;

	(void)state;
	assert_true(comes(all_are_known));
	before = n_link_changes;
	assert_int_equal(setsockopt(mnl_socket_get_fd(io.events), SOL_SOCKET, SO_RCVBUF, &small,
				    sizeof(small)),
			 0);
	run("for i in $(seq 3 250); do echo neigh replace 10.79.0.$i dev eth0 lladdr "
	    "02:00:00:00:00:01 nud stale; done | ip -batch -;"
	    "ip neigh replace 10.77.0.101 dev eth1 lladdr 02:00:00:00:77:09 nud reachable");
	assert_true(comes(has_the_other_mac));
	/* No interface has changed: they were read with all else. */
	assert_true(n_link_changes > before);
	run("ip neigh del 10.77.0.101 dev eth1");
	assert_true(comes(plain_has_failed));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest all[] = {
		TEST(a_client_of_an_own_network),
		TEST(are_resolved_and_kept_fresh),
		TEST(are_let_go_when_nobody_needs_them),
		TEST(another_mac),
		TEST(one_that_fails),
		TEST(another_route),
		TEST(a_link_that_goes_down),
		TEST(one_that_is_fixed),
		TEST(events_that_are_lost),
	};

	return cmocka_run_group_tests(all, set_up, tear_down);
}
