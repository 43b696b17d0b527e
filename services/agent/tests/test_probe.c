// SPDX-License-Identifier: GPL-2.0-or-later
/* Probes for floating addresses: frames, times, and what the agent's socket hears of the others. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "agent/probe_io.h"
#include "agent/tests/gate_fixture.h"
#include "base/cleanup.h"
#include "base/parse.h"

static void frame_of_a_probe(void **state)
{
	static const uint8_t mac[6] = {0x52, 0x54, 0, 0x77, 1, 0};
	static const uint8_t expected[PROBE_FRAME_SIZE] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0,   0x77, 1,	 0, 0x08,
		0x06, 0,    1,	  0x08, 0,    6,    4,	  0,	1,   0x52, 0x54, 0, 0x77,
		1,    0,    0,	  0,	0,    0,    0,	  0,	0,   0,	   0,	 0, 203,
		0,    113,  10,	  't',	'r',  'i',  'r',  'e',	'm', 'e',
	};
	uint8_t frame[PROBE_FRAME_SIZE];
	struct probe_seen seen;
	uint32_t address;

	(void)state;
	assert_int_equal(parse_ipv4(VIP, &address), 0);
	probe_frame(frame, mac, address);
	assert_memory_equal(frame, expected, sizeof(frame));
	assert_true(probe_parse(frame, sizeof(frame), &seen));
	assert_true(seen.asks && seen.address == address);
	assert_memory_equal(seen.mac, mac, sizeof(mac));
	for (size_t size = 0; size < 50; size++)
		assert_false(probe_parse(frame, size, &seen));
}

static void what_a_frame_says_of_its_sender(void **state)
{
	struct probe_seen seen;
	struct frame_bytes f;
	uint32_t address;

	(void)state;
	assert_int_equal(parse_ipv4(VIP, &address), 0);
	for (unsigned int operation = 1; operation <= 2; operation++) {
		frame_arp(&f, operation, VIP, CLIENT);
		assert_true(probe_parse(f.bytes, f.size, &seen));
		assert_true(!seen.asks && seen.address == address);
	}
	frame_arp(&f, 1, "0.0.0.0", VIP); /* a host's probe */
	assert_false(probe_parse(f.bytes, f.size, &seen));
	frame_arp(&f, 1, VIP, CLIENT);
	f.bytes[17] = 1; /* of another protocol than IPv4 */
	assert_false(probe_parse(f.bytes, f.size, &seen));
	frame_ip(&f, VIP, CLIENT);
	f.size = 42;
	assert_false(probe_parse(f.bytes, f.size, &seen));
}

static void three_probes_and_the_time_to_answer(void **state)
{
	uint64_t now = 7 * NSEC_PER_SEC, start = now;
	struct probe_schedule p;

	(void)state;
	probe_start(&p, now);
	for (int i = 0; i < PROBE_COUNT; i++) {
		assert_int_equal(probe_step(&p, now), PROBE_SEND);
		assert_int_equal(probe_step(&p, now), PROBE_WAIT);
		now = p.next;
	}
	assert_int_equal(now - start, PROBE_TOTAL_NS);
	assert_in_range(now - start, 1, 500 * NSEC_PER_MSEC);
	assert_int_equal(probe_step(&p, now), PROBE_END);
	assert_int_equal(probe_step(&p, UINT64_MAX - 1), PROBE_WAIT);
	/* Who was stopped gives the others their time all the same. */
	probe_start(&p, start);
	assert_int_equal(probe_step(&p, start + 10 * NSEC_PER_SEC), PROBE_SEND);
	assert_int_equal(p.next, start + 10 * NSEC_PER_SEC + PROBE_SPACING_NS);
}

/* The other end of a port. */
static int peer(const char *name)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ARP),
				 .sll_ifindex = (int)if_nametoindex(name)};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ARP));

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

static void say(int fd, unsigned int operation, const char *sender, const char *target)
{
	struct frame_bytes f;

	frame_arp(&f, operation, sender, target);
	assert_int_equal(write(fd, f.bytes, f.size), (ssize_t)f.size);
}

/* As another router does. */
static void probe(int fd, uint32_t address)
{
	static const uint8_t mac[6] = {0x02, 0, 0, 0, 0x99, 0x01};
	uint8_t frame[PROBE_FRAME_SIZE];

	probe_frame(frame, mac, address);
	assert_int_equal(write(fd, frame, sizeof(frame)), sizeof(frame));
}

/* The next frame at eth1; a veth delivers before it returns. */
static bool hears(int fd, struct probe_seen *ret_seen)
{
	int index;

	if (!probe_io_read(fd, &index, ret_seen))
		return false;
	assert_int_equal(index, ports[1].index);
	return true;
}

static void floating_addresses_are_heard_of_and_nothing_else(void **state)
{
	_cleanup_close_ int fd = probe_io_open(gate_io_watch(&gate)), other = peer("peer1");
	struct probe_seen seen;
	uint32_t address;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(parse_ipv4(PRIVATE, &address), 0);
	assert_false(hears(fd, &seen));
	for (int held = 0; held < 2; held++) {
		gate_hold(held);
		say(other, 1, REAL, PRIVATE);
		say(other, 1, "0.0.0.0", REAL);
		say(other, 1, "0.0.0.0", PRIVATE); /* a host's probe */
		say(other, 2, REAL, "10.77.0.11");
		assert_false(hears(fd, &seen));
		say(other, 2, PRIVATE, "0.0.0.0"); /* as an owner's kernel answers a probe */
		assert_true(hears(fd, &seen));
		assert_true(!seen.asks && seen.address == address);
		say(other, 1, PRIVATE, PRIVATE);
		assert_true(hears(fd, &seen) && !seen.asks);
		probe(other, address);
		assert_true(hears(fd, &seen));
		assert_true(seen.asks && seen.address == address);
		assert_false(hears(fd, &seen));
	}
}

static void a_probe_leaves_without_a_lease(void **state)
{
	_cleanup_close_ int fd = probe_io_open(gate_io_watch(&gate)), other = peer("peer0");
	struct pollfd p = {.fd = other, .events = POLLIN};
	uint8_t frame[128];
	struct probe_seen seen;

	(void)state;
	gate_hold(false);
	assert_int_equal(probe_io_send(fd, &config.groups[0], ports, 2), 0);
	assert_int_equal(poll(&p, 1, 1000), 1);
	assert_true(probe_parse(frame, (size_t)read(other, frame, sizeof(frame)), &seen));
	assert_true(seen.asks);
	assert_int_equal(probe_io_send(fd, &config.groups[0], ports, 1), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_of_a_probe),
		cmocka_unit_test(what_a_frame_says_of_its_sender),
		cmocka_unit_test(three_probes_and_the_time_to_answer),
		cmocka_unit_test_setup_teardown(floating_addresses_are_heard_of_and_nothing_else,
						gate_begin, gate_end),
		cmocka_unit_test_setup_teardown(a_probe_leaves_without_a_lease, gate_begin,
						gate_end),
	};

	return cmocka_run_group_tests(tests, gate_set_up, gate_tear_down);
}
