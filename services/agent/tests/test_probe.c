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

static struct in6_addr of(const char *text)
{
	struct in6_addr address = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	if (strchr(text, ':'))
		assert_int_equal(parse_ipv6(text, &address), 0);
	else
		assert_int_equal(parse_ipv4(text, &address.s6_addr32[3]), 0);
	return address;
}

static bool is(const struct probe_seen *seen, const char *text)
{
	const struct in6_addr address = of(text);

	return memcmp(&seen->address, &address, sizeof(address)) == 0;
}

static void frame_of_a_probe(void **state)
{
	static const uint8_t mac[6] = {0x52, 0x54, 0, 0x77, 1, 0};
	static const uint8_t expected[PROBE_ARP_SIZE] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0,   0x77, 1,	 0, 0x08,
		0x06, 0,    1,	  0x08, 0,    6,    4,	  0,	1,   0x52, 0x54, 0, 0x77,
		1,    0,    0,	  0,	0,    0,    0,	  0,	0,   0,	   0,	 0, 203,
		0,    113,  10,	  't',	'r',  'i',  'r',  'e',	'm', 'e',
	};
	const struct in6_addr address = of(VIP);
	uint8_t frame[PROBE_SIZE_MAX];
	struct probe_seen seen;

	(void)state;
	assert_int_equal(probe_frame(frame, mac, &address), PROBE_ARP_SIZE);
	assert_memory_equal(frame, expected, sizeof(expected));
	assert_true(probe_parse(frame, PROBE_ARP_SIZE, &seen));
	assert_true(seen.asks && is(&seen, VIP));
	assert_memory_equal(seen.mac, mac, sizeof(mac));
	for (size_t size = 0; size < 50; size++)
		assert_false(probe_parse(frame, size, &seen));
}

/* To the solicited-node address of 2001:db8:113::10; the sum over all is 0xffff (RFC 1071). */
static void frame_of_a_probe_for_ipv6(void **state)
{
	static const uint8_t mac[6] = {0x52, 0x54, 0, 0x77, 1, 0};
	static const uint8_t solicited[16] = {0xff, 0x02, [11] = 1, [12] = 0xff, [15] = 0x10};
	const struct in6_addr address = of(VIP6);
	uint8_t frame[PROBE_SIZE_MAX];
	struct probe_seen seen;
	uint32_t sum = 32 + 58; /* length and protocol of the pseudo-header */

	(void)state;
	assert_int_equal(probe_frame(frame, mac, &address), PROBE_IPV6_SIZE);
	assert_memory_equal(frame + 38, solicited, 16);
	assert_memory_equal(frame + 62, &address, 16);
	for (size_t i = 22; i < PROBE_IPV6_SIZE; i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	assert_true(probe_parse(frame, PROBE_IPV6_SIZE, &seen));
	assert_true(seen.asks && is(&seen, VIP6));
	assert_memory_equal(seen.mac, mac, sizeof(mac));
	for (size_t size = 0; size < PROBE_IPV6_SIZE; size++)
		assert_false(probe_parse(frame, size, &seen));
}

static void what_a_frame_says_of_its_sender(void **state)
{
	struct probe_seen seen;
	struct frame_bytes f;

	(void)state;
	for (unsigned int operation = 1; operation <= 2; operation++) {
		frame_arp(&f, operation, VIP, CLIENT);
		assert_true(probe_parse(f.bytes, f.size, &seen));
		assert_true(!seen.asks && is(&seen, VIP));
	}
	frame_nd(&f, 136, "fe80::99", "ff02::1", VIP6);
	assert_true(probe_parse(f.bytes, f.size, &seen) && !seen.asks && is(&seen, VIP6));
	frame_nd(&f, 135, "::", "ff02::1:ff00:10", VIP6); /* a host's probe */
	assert_false(probe_parse(f.bytes, f.size, &seen));
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
static void probe(int fd, const char *text)
{
	static const uint8_t mac[6] = {0x02, 0, 0, 0, 0x99, 0x01};
	const struct in6_addr address = of(text);
	uint8_t frame[PROBE_SIZE_MAX];
	size_t size = probe_frame(frame, mac, &address);

	assert_int_equal(write(fd, frame, size), (ssize_t)size);
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
	_cleanup_close_ int fd = probe_io_open(gate_io_watch(&gate), ETH_P_ARP),
			    other = peer("peer1");
	struct probe_seen seen;

	(void)state;
	assert_true(fd >= 0);
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
		assert_true(!seen.asks && is(&seen, PRIVATE));
		say(other, 1, PRIVATE, PRIVATE);
		assert_true(hears(fd, &seen) && !seen.asks);
		probe(other, PRIVATE);
		assert_true(hears(fd, &seen));
		assert_true(seen.asks && is(&seen, PRIVATE));
		assert_false(hears(fd, &seen));
	}
}

static void say_nd(int fd, unsigned int type, const char *source, const char *target)
{
	struct frame_bytes f;

	frame_nd(&f, type, source, "ff02::1", target);
	assert_int_equal(write(fd, f.bytes, f.size), (ssize_t)f.size);
}

static void floating_ipv6_addresses_too(void **state)
{
	_cleanup_close_ int fd = probe_io_open(gate_io_watch(&gate), ETH_P_IPV6);
	_cleanup_close_ int other = peer("peer1");
	struct probe_seen seen;

	(void)state;
	assert_true(fd >= 0);
	for (int held = 0; held < 2; held++) {
		gate_hold(held);
		while (hears(fd,
			     &seen)) /* the kernel's own words on a port that has just come up */
			assert_false(is(&seen, VIP6));
		say_nd(other, 136, "fe80::99", REAL6);
		say_nd(other, 135, "::", VIP6); /* a host's probe */
		say_nd(other, 135, "fe80::99", VIP6);
		assert_false(hears(fd, &seen));
		say_nd(other, 136, "fe80::99", VIP6);
		assert_true(hears(fd, &seen) && !seen.asks && is(&seen, VIP6));
		probe(other, VIP6);
		assert_true(hears(fd, &seen) && seen.asks && is(&seen, VIP6));
		assert_false(hears(fd, &seen));
	}
}

static void a_probe_leaves_without_a_lease(void **state)
{
	_cleanup_close_ int fd = probe_io_open(gate_io_watch(&gate), ETH_P_ARP),
			    other = peer("peer0");
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
		cmocka_unit_test(frame_of_a_probe_for_ipv6),
		cmocka_unit_test(what_a_frame_says_of_its_sender),
		cmocka_unit_test(three_probes_and_the_time_to_answer),
		cmocka_unit_test_setup_teardown(floating_addresses_are_heard_of_and_nothing_else,
						gate_begin, gate_end),
		cmocka_unit_test_setup_teardown(floating_ipv6_addresses_too, gate_begin, gate_end),
		cmocka_unit_test_setup_teardown(a_probe_leaves_without_a_lease, gate_begin,
						gate_end),
	};

	return cmocka_run_group_tests(tests, gate_set_up, gate_tear_down);
}
