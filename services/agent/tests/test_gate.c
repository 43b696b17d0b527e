// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gate in the kernel: what it lets pass of single frames (BPF_PROG_TEST_RUN), how it gets to a
 * port and stays there, what outlives a program. All in a network namespace and a bpf file system
 * of its own. Prints what a frame costs.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
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
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>

#include "agent/bpf/gate.skel.h"
#include "agent/gate_io.h"
#include "agent/tests/gate_frames.h"
#include "base/clock_io.h"
#include "base/tests/share.h"
#include "proto/agent_wire.h"

#define VIP "203.0.113.10"
#define VIP6 "2001:db8:113::10"
#define OWN "203.0.113.11"
#define OWN6 "2001:db8:113::11"
#define PRIVATE "10.77.0.1"
#define OTHERS "203.0.113.20" /* floats, too, in a group that never has a lease here */
#define CLIENT "198.51.100.7"
#define CLIENT6 "2001:db8:5::7"
#define REAL "10.77.0.101"
#define REAL6 "fd00:77::101"
#define FOREVER UINT64_MAX

static char folder[] = "/tmp/trireme-gate.XXXXXX";
static struct gate_io gate;
static struct config config;
static struct config_node node = {.name = "r1", .n_ports = 2};
static struct port_state ports[2];

static void add_alias(size_t group, const char *label, const char *address)
{
	struct config_group *g = &config.groups[group];
	struct config_alias *a = &g->aliases[g->n_aliases++];

	strcpy(a->label, label);
	memcpy(a->port, label, 4);
	assert_int_equal(inet_pton(AF_INET, address, &a->address), 1);
}

static void make_config(void)
{
	memset(&config, 0, sizeof(config));
	config.n_groups = 2;
	strcpy(config.groups[0].name, "main");
	strcpy(config.groups[1].name, "other");
	add_alias(0, "eth0:1", VIP);
	add_alias(0, "eth1:1", PRIVATE);
	add_alias(1, "eth0:2", OTHERS);
	strcpy(node.ports[0].name, "eth0");
	strcpy(node.ports[1].name, "eth1");
	for (size_t i = 0; i < 2; i++) {
		ports[i] = (struct port_state){.index = (int)if_nametoindex(node.ports[i].name)};
		strcpy(ports[i].name, node.ports[i].name);
		assert_true(ports[i].index > 0);
	}
}

/* The configuration has IPv4 only: the address of the other family is put into the map by hand. */
static void float_ipv6(void)
{
	struct gate_address address;

	assert_int_equal(inet_pton(AF_INET6, VIP6, &address), 1);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(gate.programs->maps.gate_addresses),
					     &address, &gate.places[0], BPF_ANY),
			 0);
}

static int set_up(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 || !mkdtemp(folder) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", folder, "bpf", 0, NULL) < 0)
		return -1;
	return system("set -e; cd /proc/sys/net; echo 1 >ipv4/ip_forward;"
		      "echo 1 >ipv6/conf/all/forwarding; echo 0 >ipv6/conf/default/accept_dad;"
		      "ip link add eth0 type veth peer name peer0;"
		      "ip link add eth1 address 02:00:00:00:77:01 type veth peer name peer1;"
		      "for i in eth0 eth1 peer0 peer1; do ip link set $i up; done;"
		      "ip addr add " OWN "/24 dev eth0; ip addr add 10.77.0.11/24 dev eth1;"
		      "ip addr add " OWN6 "/64 dev eth0 nodad;"
		      "ip addr add fd00:77::11/64 dev eth1 nodad;"
		      "ip route add default via 203.0.113.254;"
		      "ip route add default via 2001:db8:113::fe");
}

static int tear_down(void **state)
{
	(void)state;
	umount(folder);
	return rmdir(folder);
}

/* A life of its own for each test, with nothing left of another. */
static int begin(void **state)
{
	(void)state;
	make_config();
	assert_int_equal(gate_io_open(&gate, folder), 0);
	assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
	gate_io_clear(&gate, 0);
	gate_io_clear(&gate, 1);
	gate_io_attach(&gate, &config, ports, 2);
	assert_true(ports[0].gated && ports[1].gated);
	float_ipv6();
	return 0;
}

static int end(void **state)
{
	(void)state;
	gate_io_close(&gate);
	return 0;
}

static void hold(bool held)
{
	gate_io_set(&gate, 0, 1, held ? FOREVER : 0);
}

static int run(enum gate_direction direction, const struct frame_bytes *f, size_t size, int repeat,
	       uint32_t *ret_ns)
{
	struct __sk_buff context = {.ifindex = (uint32_t)ports[1].index};
	const struct bpf_program *program = direction == GATE_INGRESS
						    ? gate.programs->progs.gate_ingress
						    : gate.programs->progs.gate_egress;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = f->bytes, .data_size_in = (uint32_t)size,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = repeat);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &options), 0);
	if (ret_ns)
		*ret_ns = options.duration;
	return (int)options.retval;
}

static bool passes(enum gate_direction direction, const struct frame_bytes *f)
{
	int verdict = run(direction, f, f->size, 1, NULL);

	assert_true(verdict == TC_ACT_SHOT || verdict == TC_ACT_UNSPEC);
	return verdict == TC_ACT_UNSPEC;
}

enum rule {
	NEVER_GATED,
	GATED, /* passes only while the lease runs */
	SHUT,  /* for an address of a group that has none */
};

/* The frame as it is, and with a tag, two tags, and that of no VLAN. */
static void check(enum gate_direction direction, const struct frame_bytes *f, enum rule rule)
{
	struct frame_bytes tagged[4] = {*f, *f, *f, *f};

	frame_tag(&tagged[1], ETH_P_8021Q, 5);
	frame_tag(&tagged[2], ETH_P_8021Q, 0);
	frame_tag(&tagged[3], ETH_P_8021Q, 5);
	frame_tag(&tagged[3], ETH_P_8021AD, 4094);
	for (size_t i = 0; i < 4; i++) {
		hold(false);
		assert_int_equal(passes(direction, &tagged[i]), rule == NEVER_GATED);
		hold(true);
		assert_int_equal(passes(direction, &tagged[i]), rule != SHUT);
	}
}

static void check_ip(enum gate_direction direction, const char *source, const char *destination,
		     enum rule rule)
{
	struct frame_bytes f;

	frame_ip(&f, source, destination);
	check(direction, &f, rule);
}

static void check_arp(enum gate_direction direction, unsigned int operation, const char *sender,
		      const char *target, enum rule rule)
{
	struct frame_bytes f;

	frame_arp(&f, operation, sender, target);
	check(direction, &f, rule);
}

static void check_nd(enum gate_direction direction, unsigned int type, const char *source,
		     const char *destination, const char *target, enum rule rule)
{
	struct frame_bytes f;

	frame_nd(&f, type, source, destination, target);
	check(direction, &f, rule);
}

static void nothing_leaves_from_a_floating_address(void **state)
{
	(void)state;
	check_ip(GATE_EGRESS, VIP, CLIENT, GATED);
	check_ip(GATE_EGRESS, PRIVATE, REAL, GATED);
	check_ip(GATE_EGRESS, VIP6, CLIENT6, GATED);
	check_ip(GATE_EGRESS, OTHERS, CLIENT, SHUT);
	check_ip(GATE_EGRESS, OWN, CLIENT, NEVER_GATED);
	check_ip(GATE_EGRESS, OWN6, CLIENT6, NEVER_GATED);
	check_ip(GATE_EGRESS, OWN, VIP, NEVER_GATED); /* as a client of the owner */
	check_ip(GATE_EGRESS, OWN6, VIP6, NEVER_GATED);
}

static void nothing_comes_in_for_a_floating_address(void **state)
{
	(void)state;
	check_ip(GATE_INGRESS, CLIENT, VIP, GATED);
	check_ip(GATE_INGRESS, REAL, PRIVATE, GATED);
	check_ip(GATE_INGRESS, CLIENT6, VIP6, GATED);
	check_ip(GATE_INGRESS, CLIENT, OTHERS, SHUT);
	check_ip(GATE_INGRESS, CLIENT, OWN, NEVER_GATED);
	check_ip(GATE_INGRESS, CLIENT6, OWN6, NEVER_GATED);
	check_ip(GATE_INGRESS, VIP, OWN, NEVER_GATED); /* the owner's answer to this router */
	check_ip(GATE_INGRESS, VIP6, OWN6, NEVER_GATED);
	check_ip(GATE_INGRESS, "10.77.0.12", "10.77.0.11", NEVER_GATED); /* corosync */
	check_ip(GATE_INGRESS, REAL, "10.77.0.255", NEVER_GATED);
	check_ip(GATE_INGRESS, REAL, "224.0.0.1", NEVER_GATED);
	check_ip(GATE_INGRESS, "0.0.0.0", "255.255.255.255", NEVER_GATED);
	check_ip(GATE_INGRESS, "fe80::99", "ff02::1", NEVER_GATED);
}

static void arp(void **state)
{
	(void)state;
	for (unsigned int operation = 1; operation <= 2; operation++) {
		check_arp(GATE_EGRESS, operation, VIP, "203.0.113.1", GATED);
		check_arp(GATE_EGRESS, operation, VIP, VIP, GATED); /* gratuitous */
		check_arp(GATE_EGRESS, operation, OTHERS, OTHERS, SHUT);
		check_arp(GATE_EGRESS, operation, OWN, VIP, NEVER_GATED);
		check_arp(GATE_EGRESS, operation, "0.0.0.0", VIP, NEVER_GATED); /* probe */
		check_arp(GATE_INGRESS, operation, "203.0.113.1", VIP, GATED);
		check_arp(GATE_INGRESS, operation, "0.0.0.0", VIP, GATED);
		check_arp(GATE_INGRESS, operation, "203.0.113.1", OTHERS, SHUT);
		check_arp(GATE_INGRESS, operation, VIP, VIP, NEVER_GATED); /* the owner says so */
		check_arp(GATE_INGRESS, operation, VIP, OWN, NEVER_GATED);
		check_arp(GATE_INGRESS, operation, "203.0.113.1", OWN, NEVER_GATED);
	}
}

static void neighbour_discovery(void **state)
{
	(void)state;
	check_nd(GATE_EGRESS, 136, "fe80::1", "fe80::99", VIP6, GATED);
	check_nd(GATE_EGRESS, 136, "fe80::1", "ff02::1", VIP6, GATED); /* unsolicited */
	check_nd(GATE_EGRESS, 136, VIP6, "ff02::1", VIP6, GATED);
	check_nd(GATE_EGRESS, 136, "fe80::1", "fe80::99", OWN6, NEVER_GATED);
	check_nd(GATE_EGRESS, 135, "fe80::1", "ff02::1:ff00:10", VIP6, NEVER_GATED);
	check_nd(GATE_EGRESS, 135, VIP6, "ff02::1:ff00:99", CLIENT6, GATED);
	check_nd(GATE_INGRESS, 135, "fe80::99", "ff02::1:ff00:10", VIP6, GATED);
	check_nd(GATE_INGRESS, 135, "::", "ff02::1:ff00:10", VIP6, GATED);
	check_nd(GATE_INGRESS, 135, "fe80::99", "ff02::1:ff00:11", OWN6, NEVER_GATED);
	check_nd(GATE_INGRESS, 136, "fe80::99", "ff02::1", VIP6, NEVER_GATED);
}

/* What a VLAN's frames are forwarded as, its own port decides. */
static void check_transit(const char *source, const char *destination)
{
	struct frame_bytes f, other, tagged;

	frame_ip(&f, source, destination);
	other = tagged = f;
	other.bytes[5] ^= 1; /* to another machine */
	frame_tag(&tagged, ETH_P_8021Q, 5);
	hold(false);
	assert_false(passes(GATE_INGRESS, &f));
	assert_true(passes(GATE_INGRESS, &other));
	assert_true(passes(GATE_INGRESS, &tagged));
	assert_true(passes(GATE_EGRESS, &f));
	gate_io_set(&gate, 1, 1, FOREVER); /* of a group that is not on this port */
	assert_false(passes(GATE_INGRESS, &f));
	hold(true);
	assert_true(passes(GATE_INGRESS, &f));
	gate_io_clear(&gate, 1);
	frame_tag(&f, ETH_P_8021Q, 0);
	hold(false);
	assert_false(passes(GATE_INGRESS, &f));
}

static void transit_of_tier_2(void **state)
{
	(void)state;
	check_transit(REAL, CLIENT);
	check_transit(REAL, "203.0.113.99"); /* there is no neighbour of that address yet */
	check_transit(REAL6, CLIENT6);
}

/*
 * Every length up to the last byte that is looked at. Behind a tag, since the kernel itself refuses
 * to run a program on half an IP header that begins where it looks for one.
 */
static void check_short(enum gate_direction direction, const struct frame_bytes *f, size_t needed)
{
	struct frame_bytes tagged = *f;

	frame_tag(&tagged, ETH_P_8021Q, 5);
	for (size_t size = ETH_HLEN + 1; size < ETH_HLEN + 4 + needed; size++)
		assert_int_equal(run(direction, &tagged, size, 1, NULL), TC_ACT_SHOT);
	assert_int_equal(run(direction, &tagged, ETH_HLEN + 4 + needed, 1, NULL), TC_ACT_UNSPEC);
}

static void frames_that_end_too_soon(void **state)
{
	struct frame_bytes f;

	(void)state;
	hold(true);
	frame_arp(&f, 1, OWN, CLIENT);
	check_short(GATE_INGRESS, &f, 28);
	check_short(GATE_EGRESS, &f, 28);
	frame_ip(&f, CLIENT, OWN);
	check_short(GATE_INGRESS, &f, 20);
	check_short(GATE_EGRESS, &f, 20);
	frame_ip(&f, CLIENT6, OWN6);
	check_short(GATE_INGRESS, &f, 40);
	check_short(GATE_EGRESS, &f, 40);
}

/* Past the header of IPv6 there is something to judge from the first byte on. */
static void discovery_that_ends_too_soon(void **state)
{
	struct frame_bytes f;

	(void)state;
	hold(true);
	for (size_t size = ETH_HLEN + 41; size < ETH_HLEN + 64; size++) {
		frame_nd(&f, 135, OWN6, "ff02::1:ff00:11", OWN6);
		assert_int_equal(run(GATE_INGRESS, &f, size, 1, NULL), TC_ACT_SHOT);
		frame_nd(&f, 136, OWN6, "ff02::1", OWN6);
		assert_int_equal(run(GATE_EGRESS, &f, size, 1, NULL), TC_ACT_SHOT);
	}
	assert_int_equal(run(GATE_EGRESS, &f, f.size, 1, NULL), TC_ACT_UNSPEC);
}

static void other_protocols_pass(void **state)
{
	struct frame_bytes f;

	(void)state;
	frame_ip(&f, VIP, VIP);
	memcpy(f.bytes + 12, (uint8_t[]){0x88, 0xcc}, 2); /* LLDP */
	check(GATE_INGRESS, &f, NEVER_GATED);
	check(GATE_EGRESS, &f, NEVER_GATED);
	frame_arp(&f, 1, OWN, CLIENT);
	f.bytes[18] = 8; /* addresses of another size: nothing that Ethernet knows */
	assert_false(passes(GATE_INGRESS, &f));
	assert_false(passes(GATE_EGRESS, &f));
}

static void a_lease_ends_by_itself(void **state)
{
	uint64_t now = clock_boot_ns();
	struct frame_bytes f;

	(void)state;
	frame_ip(&f, VIP, CLIENT);
	gate_io_set(&gate, 0, 1, now + 20 * NSEC_PER_MSEC);
	assert_true(passes(GATE_EGRESS, &f) || clock_boot_ns() > now + 20 * NSEC_PER_MSEC);
	while (clock_boot_ns() <= now + 20 * NSEC_PER_MSEC)
		usleep(1000);
	assert_false(passes(GATE_EGRESS, &f));
}

static void leases_outlive_the_program(void **state)
{
	static struct config before;
	struct frame_bytes f;

	(void)state;
	before = config;
	frame_ip(&f, OTHERS, CLIENT);
	gate_io_set(&gate, 1, 7, FOREVER);
	gate_io_close(&gate);
	/* Another order, and a group that is gone. */
	config.groups[0] = before.groups[1];
	config.n_groups = 1;
	assert_int_equal(gate_io_open(&gate, folder), 0);
	assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
	assert_true(gate_io_lease(&gate, 0)->epoch == 7);
	assert_true(gate_io_lease(&gate, 0)->deadline == FOREVER);
	assert_true(passes(GATE_EGRESS, &f));
	frame_ip(&f, VIP, CLIENT);
	assert_true(passes(GATE_EGRESS, &f)); /* it floats no longer */
	config = before;
	assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
	assert_false(passes(GATE_EGRESS, &f));
	assert_false(gate_lease_runs(gate_io_lease(&gate, 0), clock_boot_ns()));
	assert_true(gate_io_lease(&gate, 1)->epoch == 7);
}

static int packet_socket(const char *port)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ALL),
				 .sll_ifindex = (int)if_nametoindex(port)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

/* How many frames with that source have come to the socket. */
static size_t heard(int fd, const struct frame_bytes *f)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint8_t bytes[2048];
	size_t n = 0;

	while (poll(&p, 1, 20) > 0)
		if (read(fd, bytes, sizeof(bytes)) == (ssize_t)f->size &&
		    memcmp(bytes, f->bytes, f->size) == 0)
			n++;
	return n;
}

/* Sends the frame over and over from a program of its own. */
static pid_t flood(const struct frame_bytes *f)
{
	int fd = packet_socket("eth0");
	pid_t child = fork();

	assert_true(child >= 0);
	while (child == 0)
		if (write(fd, f->bytes, f->size) < 0 && errno != ENOBUFS)
			_exit(1);
	close(fd);
	return child;
}

/* As when the agent starts anew: another program takes the place, and no frame slips through. */
static void is_replaced_without_a_window(void **state)
{
	struct frame_bytes f;
	int peer = packet_socket("peer0"), own = packet_socket("eth0");
	pid_t child;

	(void)state;
	frame_arp(&f, 2, VIP, VIP);
	child = flood(&f);
	for (int i = 0; i < 40 / TEST_SHARE; i++) {
		uint32_t before = gate.ids[GATE_EGRESS];

		gate_io_close(&gate);
		assert_int_equal(gate_io_open(&gate, folder), 0);
		assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
		assert_true(gate.ids[GATE_EGRESS] != before);
		ports[0].gated = false;
		gate_io_attach(&gate, &config, ports, 1);
		assert_true(ports[0].gated);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(heard(peer, &f), 0);
	hold(true);
	assert_true(write(own, f.bytes, f.size) == (ssize_t)f.size);
	assert_int_equal(heard(peer, &f), 1);
	close(peer);
	close(own);
}

static void is_put_back_where_it_was_taken_away(void **state)
{
	struct frame_bytes f;
	int peer = packet_socket("peer0"), own = packet_socket("eth0");

	(void)state;
	frame_ip(&f, VIP, CLIENT);
	assert_int_equal(system("tc qdisc del dev eth0 clsact"), 0);
	assert_true(write(own, f.bytes, f.size) > 0);
	assert_int_equal(heard(peer, &f), 1);
	ports[0].gated = false;
	gate_io_attach(&gate, &config, ports, 2);
	assert_true(ports_gated(ports, 2));
	assert_int_equal(write(own, f.bytes, f.size), -1);
	assert_int_equal(errno, ENOBUFS); /* packet(7) tells that it was dropped on its way */
	assert_int_equal(heard(peer, &f), 0);
	close(peer);
	close(own);
}

static void ports_that_refuse(void **state)
{
	static struct gate_io none;
	struct port_state gone = {.name = "eth9", .index = 9999};

	(void)state;
	assert_int_equal(system("tc qdisc del dev eth0 clsact; tc qdisc add dev eth0 ingress"), 0);
	ports[0].gated = false;
	gate_io_attach(&gate, &config, ports, 2);
	assert_false(ports[0].gated);
	assert_int_equal(ports[0].gate_error, -EEXIST);
	assert_true(ports[1].gated);
	assert_int_equal(system("tc qdisc del dev eth0 ingress"), 0);
	gate_io_attach(&gate, &config, ports, 2);
	assert_true(ports_gated(ports, 2));
	gate_io_attach(&gate, &config, &gone, 1);
	assert_false(gone.gated);
	assert_int_equal(gone.gate_error, -ENODEV);

	/* Where there is no bpf file system no port has a gate, and nothing else fails. */
	assert_int_equal(gate_io_open(&none, "/proc"), -ENOENT);
	assert_int_equal(gate_io_configure(&none, &config, &node), -ENOENT);
	ports[0].gated = false;
	gate_io_attach(&none, &config, ports, 1);
	assert_int_equal(ports[0].gate_error, -ENOENT);
	gate_io_set(&none, 0, 1, FOREVER);
	gate_io_clear(&none, 0);
	assert_null(gate_io_lease(&none, 0));
	gate_io_close(&none);
}

static void cost(const char *what, enum gate_direction direction, const char *source,
		 const char *destination)
{
	struct frame_bytes f;
	uint32_t ns;

	frame_ip(&f, source, destination);
	assert_int_equal(run(direction, &f, f.size, 200000, &ns), TC_ACT_UNSPEC);
	print_message("%s: %u ns\n", what, ns);
}

static void what_a_frame_costs(void **state)
{
	(void)state;
	hold(true);
	cost("leaves, IPv4, from a floating address", GATE_EGRESS, VIP, CLIENT);
	cost("leaves, IPv4, from another address", GATE_EGRESS, OWN, CLIENT);
	cost("leaves, IPv6, from another address", GATE_EGRESS, OWN6, CLIENT6);
	cost("comes, IPv4, to a floating address", GATE_INGRESS, CLIENT, VIP);
	cost("comes, IPv4, to be forwarded", GATE_INGRESS, REAL, CLIENT);
	hold(false);
	cost("comes, IPv4, to this router, which holds nothing", GATE_INGRESS, CLIENT, OWN);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		CASE(nothing_leaves_from_a_floating_address),
		CASE(nothing_comes_in_for_a_floating_address),
		CASE(arp),
		CASE(neighbour_discovery),
		CASE(transit_of_tier_2),
		CASE(frames_that_end_too_soon),
		CASE(discovery_that_ends_too_soon),
		CASE(other_protocols_pass),
		CASE(a_lease_ends_by_itself),
		CASE(leases_outlive_the_program),
		CASE(is_replaced_without_a_window),
		CASE(is_put_back_where_it_was_taken_away),
		CASE(ports_that_refuse),
		CASE(what_a_frame_costs),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
