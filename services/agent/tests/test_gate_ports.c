// SPDX-License-Identifier: GPL-2.0-or-later
/* How the gate gets to a port and stays there, and what outlives a program. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "agent/tests/gate_fixture.h"
#include "base/clock_io.h"
#include "base/tests/share.h"

struct formers {
	size_t n;
	struct in6_addr last;
};

static void count_former(void *data, const struct in6_addr *address)
{
	struct formers *formers = data;

	formers->n++;
	formers->last = *address;
}

static struct formers formers(void)
{
	struct formers f = {0};

	gate_io_each_former(&gate, &config, count_former, &f);
	return f;
}

/* Told before they are let go of. */
static void addresses_that_float_no_longer(void **state)
{
	static struct config before;
	char text[INET6_ADDRSTRLEN];
	struct formers f;

	(void)state;
	before = config;
	assert_int_equal(formers().n, 0);
	config.n_groups = 1;
	f = formers();
	assert_int_equal(f.n, 1);
	assert_string_equal(inet_ntop(AF_INET6, &f.last, text, sizeof(text)), "::ffff:" OTHERS);
	assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
	assert_int_equal(formers().n, 0);
	config = before;
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
	assert_int_equal(gate_io_open(&gate, gate_folder), 0);
	assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
	assert_true(gate_io_lease(&gate, 0)->epoch == 7);
	assert_true(gate_io_lease(&gate, 0)->deadline == FOREVER);
	assert_true(gate_passes(GATE_EGRESS, &f));
	frame_ip(&f, VIP, CLIENT);
	assert_true(gate_passes(GATE_EGRESS, &f)); /* it floats no longer */
	config = before;
	assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
	assert_false(gate_passes(GATE_EGRESS, &f));
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
		assert_int_equal(gate_io_open(&gate, gate_folder), 0);
		assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
		assert_true(gate.ids[GATE_EGRESS] != before);
		ports[0].gated = false;
		gate_io_attach(&gate, &config, ports, 1);
		assert_true(ports[0].gated);
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(heard(peer, &f), 0);
	gate_hold(true);
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

	/* What a gate on it would not say anything of has none, whatever the kernel takes. */
	ports[0].gated = false;
	ports[0].member = true;
	gate_io_attach(&gate, &config, ports, 2);
	assert_false(ports[0].gated);
	assert_int_equal(ports[0].gate_error, -EXDEV);
	ports[0].member = false;
	ports[0].foreign = true;
	gate_io_attach(&gate, &config, ports, 2);
	assert_int_equal(ports[0].gate_error, -EMEDIUMTYPE);
	assert_false(ports_gated(ports, 2));
	ports[0].foreign = false;
	gate_io_attach(&gate, &config, ports, 2);
	assert_true(ports_gated(ports, 2));

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

#define CASE(f) cmocka_unit_test_setup_teardown(f, gate_begin, gate_end)
/* An argument is a pattern of tests that are left out. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(addresses_that_float_no_longer),
		CASE(leases_outlive_the_program),
		CASE(is_replaced_without_a_window),
		CASE(is_put_back_where_it_was_taken_away),
		CASE(ports_that_refuse),
	};

	if (argc > 1)
		cmocka_set_skip_filter(argv[1]);
	return cmocka_run_group_tests(tests, gate_set_up, gate_tear_down);
}
