// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the program gets onto the ports of a network namespace of the test's own, and what is left.
 * eth0, eth1, eth2 are veth, their other ends peer0 …; br0 is a bridge, which has no native XDP.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/tests/share.h"
#include "engine/attach_io.h"
#include "engine/links_io.h"

static struct attach_io io;
static struct links links;
static struct fwd_link table[FWD_LINKS_MAX];
static struct config_node node;
static int program, map;

/* A program that drops all, or lets all pass. */
static int make_program(int verdict)
{
	struct bpf_insn code[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = verdict},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "test", "GPL", code, ARRAY_SIZE(code), NULL);

	assert_true(fd >= 0);
	return fd;
}

static void add_port(const char *name)
{
	strcpy(node.ports[node.n_ports++].name, name);
}

static int set_up(void **state)
{
	(void)state;
	libbpf_set_print(NULL);
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	return system("set -e; for i in 0 1 2; do"
		      "  ip link add eth$i type veth peer name peer$i;"
		      "  ip link set eth$i up; ip link set peer$i up; done;"
		      "ip link add br0 type bridge; ip link set br0 up");
}

/* Everything anew for each test. */
static int begin(void **state)
{
	(void)state;
	memset(&node, 0, sizeof(node));
	memset(table, 0, sizeof(table));
	add_port("eth0");
	add_port("eth1");
	program = make_program(XDP_PASS);
	map = bpf_map_create(BPF_MAP_TYPE_DEVMAP, "test", sizeof(uint32_t),
			     sizeof(struct bpf_devmap_val), FWD_PORTS_MAX, NULL);
	assert_true(map >= 0);
	assert_int_equal(attach_io_open(&io, program, map, -1, table, "hw/nics.tsv"), 0);
	return 0;
}

static int apply(const struct config_node *to)
{
	assert_int_equal(links_io_read(&links), 0);
	return attach_io_apply(&io, &links, to);
}

static int end(void **state)
{
	(void)state;
	apply(NULL);
	attach_io_close(&io);
	close(program);
	close(map);
	return 0;
}

static uint32_t program_on(const char *name, enum attach_mode mode)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, there);

	assert_int_equal(bpf_xdp_query((int)if_nametoindex(name), 0, &there), 0);
	return mode == ATTACH_NATIVE ? there.drv_prog_id : there.skb_prog_id;
}

static void expect(const char *name, enum attach_mode mode)
{
	uint32_t id = io.program_id;

	assert_int_equal(program_on(name, ATTACH_NATIVE), mode == ATTACH_NATIVE ? id : 0);
	assert_int_equal(program_on(name, ATTACH_GENERIC), mode == ATTACH_GENERIC ? id : 0);
}

/* The number that the device map and the data path's links agree on, or -1. */
static int number_of(const char *name)
{
	uint32_t index = if_nametoindex(name);
	const struct fwd_link *link = &table[index % FWD_LINKS_MAX];

	assert_int_equal(link->interface, index);
	for (uint32_t n = 0; n < FWD_PORTS_MAX; n++) {
		struct bpf_devmap_val value;

		if (bpf_map_lookup_elem(map, &n, &value) < 0 || value.ifindex != index)
			continue;
		assert_true(link->usable);
		assert_int_equal(link->port, n);
		return (int)n;
	}
	assert_false(link->usable);
	return -1;
}

static void native_on_all_ports(void **state)
{
	(void)state;
	assert_int_equal(apply(&node), 1);
	expect("eth0", ATTACH_NATIVE);
	expect("eth1", ATTACH_NATIVE);
	expect("eth2", ATTACH_NONE);
	assert_string_equal(io.ports[0].reason, "native");
	assert_string_equal(io.ports[0].cards[0].driver, "veth");
	assert_int_equal(number_of("eth0"), 0);
	assert_int_equal(number_of("eth1"), 1);
	assert_int_equal(number_of("eth2"), -1);
	assert_int_equal(apply(&node), 0);
}

/* As at the start of an engine: what is there is kept, numbers too. */
static void outlives_the_program_that_attached_it(void **state)
{
	int status;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		_exit(apply(&node) == 1 ? 0 : 1);
	assert_true(waitpid(child, &status, 0) == child && status == 0);
	expect("eth0", ATTACH_NATIVE);
	expect("eth1", ATTACH_NATIVE);
	strcpy(node.ports[0].name, "eth1");
	strcpy(node.ports[1].name, "eth0");
	assert_int_equal(apply(&node), 1);
	assert_int_equal(number_of("eth0"), 0);
	assert_int_equal(number_of("eth1"), 1);
}

static void generic_where_a_driver_refuses(void **state)
{
	(void)state;
	assert_int_equal(apply(&node), 1);
	add_port("br0");
	assert_int_equal(apply(&node), 1);
	expect("eth0", ATTACH_GENERIC);
	expect("eth1", ATTACH_GENERIC);
	expect("br0", ATTACH_GENERIC);
	assert_string_equal(io.ports[0].reason, "generic: as br0, to which its frames go");
	assert_string_equal(io.ports[2].reason,
			    "generic: the driver bridge has refused: Operation not supported");
	assert_int_equal(number_of("br0"), 2);
	/* What was refused is remembered. */
	assert_int_equal(apply(&node), 0);
	expect("br0", ATTACH_GENERIC);
	node.n_ports = 2;
	assert_int_equal(apply(&node), 1);
	expect("eth0", ATTACH_NATIVE);
	expect("br0", ATTACH_NONE);
	assert_int_equal(number_of("br0"), -1);
}

static void is_taken_off_what_is_no_port(void **state)
{
	(void)state;
	add_port("eth2");
	assert_int_equal(apply(&node), 1);
	assert_int_equal(number_of("eth2"), 2);
	assert_int_equal(system("ip link set eth1 master br0"), 0);
	node.n_ports = 2;
	assert_int_equal(apply(&node), 1);
	expect("eth0", ATTACH_NATIVE);
	expect("eth1", ATTACH_NONE);
	expect("eth2", ATTACH_NONE);
	assert_string_equal(io.ports[1].reason,
			    "not at all: a member of br0, which has its frames");
	assert_int_equal(number_of("eth1"), -1);
	assert_int_equal(number_of("eth2"), -1);
	assert_int_equal(apply(NULL), 1);
	expect("eth0", ATTACH_NONE);
	assert_int_equal(number_of("eth0"), -1);
	assert_int_equal(apply(NULL), 0);
	assert_int_equal(system("ip link set eth1 nomaster"), 0);
}

static void is_put_back(void **state)
{
	int foreign = make_program(XDP_DROP);

	(void)state;
	assert_int_equal(apply(&node), 1);
	assert_int_equal(system("ip link set eth0 xdp off"), 0);
	assert_int_equal(
		bpf_xdp_attach((int)if_nametoindex("eth1"), foreign, XDP_FLAGS_DRV_MODE, NULL), 0);
	apply(&node);
	expect("eth0", ATTACH_NATIVE);
	expect("eth1", ATTACH_NATIVE);
	/* In the other mode it would keep ours away. */
	assert_int_equal(system("ip link set eth0 xdp off"), 0);
	assert_int_equal(
		bpf_xdp_attach((int)if_nametoindex("eth0"), foreign, XDP_FLAGS_SKB_MODE, NULL), 0);
	apply(&node);
	expect("eth0", ATTACH_NATIVE);
	close(foreign);
}

/* A port that is made anew has another index. */
static void a_port_that_comes_later(void **state)
{
	(void)state;
	assert_int_equal(system("ip link del eth1"), 0);
	assert_int_equal(apply(&node), 1);
	assert_string_equal(io.ports[1].reason, "not at all: the port is not there");
	assert_int_equal(system("ip link add eth1 type veth peer name peer1; ip link set peer1 up;"
				"ip link set eth1 up"),
			 0);
	assert_int_equal(apply(&node), 1);
	expect("eth1", ATTACH_NATIVE);
	assert_int_equal(number_of("eth0"), 0);
	assert_int_equal(number_of("eth1"), 1);
}

static void tags_stay_in_the_frames(void **state)
{
	struct offload_io offload;
	uint32_t left = 99;

	(void)state;
	assert_int_equal(apply(&node), 1);
	assert_int_equal(system("ethtool -k eth0 2>/dev/null | grep -q '^rx-vlan-offload: off'"),
			 0);
	assert_int_equal(offload_io_open(&offload), 0);
	assert_int_equal(offload_io_stop(&offload, "eth0", OFFLOAD_BIT(OFFLOAD_TAGS), &left), 0);
	assert_int_equal(left, 0);
	/* One that cannot be turned off is said. */
	assert_int_equal(offload_io_stop(&offload, "lo", OFFLOAD_BIT(OFFLOAD_GRO), &left), 0);
	assert_int_equal(offload_io_stop(&offload, "nobody", OFFLOAD_BIT(OFFLOAD_GRO), &left),
			 -ENODEV);
	offload_io_close(&offload);
}

static int packet_socket(const char *port, int protocol)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons((uint16_t)protocol),
				 .sll_ifindex = (int)if_nametoindex(port)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons((uint16_t)protocol));

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

#define OWN_TYPE 0x88b5 /* for local experiments (IEEE 802) */

static pid_t flood(void)
{
	struct ethhdr frame[2] = {{.h_dest = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
				   .h_source = {2},
				   .h_proto = htons(OWN_TYPE)}};
	int fd = packet_socket("peer0", 0);
	pid_t child = fork();

	assert_true(child >= 0);
	while (child == 0)
		if (write(fd, frame, sizeof(frame)) < 0 && errno != ENOBUFS)
			_exit(1);
	close(fd);
	return child;
}

static bool hears(int fd, int wait_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, wait_ms) > 0;
}

/* Programs that drop all take each other's place: no frame slips through between them. */
static void replaced(enum attach_mode mode)
{
	int heard = packet_socket("eth0", OWN_TYPE);
	pid_t child;

	if (mode == ATTACH_GENERIC)
		add_port("br0");
	assert_int_equal(apply(&node), 1);
	child = flood();
	/* The first one lets them pass: the flood is real. */
	assert_true(hears(heard, 2000));
	close(heard);
	for (int i = 0; i < 16 / TEST_SHARE; i++) {
		attach_io_close(&io);
		close(program);
		program = make_program(XDP_DROP);
		assert_int_equal(attach_io_open(&io, program, map, -1, table, "hw/nics.tsv"), 0);
		apply(&node);
		expect("eth0", mode);
		if (i == 0)
			heard = packet_socket("eth0", OWN_TYPE);
	}
	assert_false(hears(heard, 20));
	close(heard);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void is_replaced_without_a_window(void **state)
{
	(void)state;
	replaced(ATTACH_NATIVE);
}

static void is_replaced_without_a_window_where_it_is_generic(void **state)
{
	(void)state;
	replaced(ATTACH_GENERIC);
}

int __real_bpf_map_delete_elem(int fd, const void *key);
int __wrap_bpf_map_delete_elem(int fd, const void *key);

static size_t n_deleted, n_late; /* numbers; of these, of ports without the program by then */

int __wrap_bpf_map_delete_elem(int fd, const void *key)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, there);
	struct bpf_devmap_val value;

	if (bpf_map_lookup_elem(fd, key, &value) == 0 &&
	    bpf_xdp_query((int)value.ifindex, 0, &there) == 0) {
		n_deleted++;
		n_late += !there.drv_prog_id && !there.skb_prog_id;
	}
	return __real_bpf_map_delete_elem(fd, key);
}

/*
 * Who sees that the program is gone puts it back, as the engine does, and relies on the number that
 * is there: it must not be taken away after that.
 */
static void the_number_goes_before_the_program(void **state)
{
	(void)state;
	assert_int_equal(apply(&node), 1);
	n_deleted = n_late = 0;
	assert_int_equal(apply(NULL), 1);
	assert_int_equal(n_deleted, 2);
	assert_int_equal(n_late, 0);
	assert_int_equal(number_of("eth1"), -1);
}

/* As the boot step, that changes ports as well; the engine begins when it has ended. */
static void who_changes_ports_is_waited_for(void **state)
{
	int folder = open("/", O_RDONLY | O_DIRECTORY), other = open("/", O_RDONLY | O_DIRECTORY);
	int done[2];
	char byte;
	pid_t child;

	(void)state;
	assert_true(folder >= 0 && other >= 0 && pipe2(done, O_NONBLOCK) == 0);
	io.folder = folder;
	assert_int_equal(flock(other, LOCK_EX), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		usleep(100000);
		_exit(write(done[1], "", 1) == 1 && flock(other, LOCK_UN) == 0 ? 0 : 1);
	}
	assert_int_equal(apply(&node), 1);
	assert_int_equal(read(done[0], &byte, 1), 1);
	assert_int_equal(waitpid(child, NULL, 0), child);
	/* And nobody is kept from it. */
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	close(other);
	close(folder);
	io.folder = -1;
	close(done[0]);
	close(done[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest all[] = {
		TEST(the_number_goes_before_the_program),
		TEST(who_changes_ports_is_waited_for),
		TEST(native_on_all_ports),
		TEST(outlives_the_program_that_attached_it),
		TEST(generic_where_a_driver_refuses),
		TEST(is_taken_off_what_is_no_port),
		TEST(is_put_back),
		TEST(a_port_that_comes_later),
		TEST(tags_stay_in_the_frames),
		TEST(is_replaced_without_a_window),
		TEST(is_replaced_without_a_window_where_it_is_generic),
	};

	return cmocka_run_group_tests(all, set_up, NULL);
}
