// SPDX-License-Identifier: GPL-2.0-or-later
/* Tracked addresses: what the answers mean, and asking on real ports behind the gate. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "agent/arp.h"
#include "agent/reach_io.h"
#include "agent/tests/gate_fixture.h"
#include "base/cleanup.h"

#define GATEWAY "203.0.113.1" /* on eth0 */
#define SECOND "203.0.113.2"

/* '.': no answer in this second, '!': an answer; which of them makes `here` another, and what. */
static void turns(bool here, const char *seconds, const char *expected)
{
	struct reach r = {.here = here, .fresh = !here};

	assert_int_equal(strlen(seconds), strlen(expected));
	assert_false(reach_turn(&r)); /* begins to ask */
	for (size_t i = 0; seconds[i]; i++) {
		r.answered = seconds[i] == '!';
		assert_int_equal(reach_turn(&r), expected[i] != '-');
		if (expected[i] != '-')
			assert_int_equal(r.here, expected[i] == 'H');
	}
}

static void a_lost_frame_counts_for_nothing(void **state)
{
	(void)state;
	/* After a start. */
	turns(false, "!!..!..!", "H-------");
	turns(false, "....!", "----H");
	turns(true, "....", "--A-");
	/* Later. */
	turns(true, "!...!.!!", "---A---H");
	turns(true, "...!!..!...", "--A-H-----A");
}

static void list_has_each_address_once(void **state)
{
	struct reach list[REACH_MAX];
	char object[AGENT_WIRE_OBJECT_MAX];
	size_t n;

	(void)state;
	n = reach_list(&config, &node, 2, list);
	assert_int_equal(n, 3);
	assert_string_equal(list[0].port, "eth0");
	assert_string_equal(list[1].port, "eth1");
	/* Only the second group's lease was adopted; it tracks the first address, too. */
	assert_true(list[0].here && !list[1].here && list[2].here);
	assert_int_equal(reach_health(list, n, &config.groups[1], object), AGENT_HEALTH_FIT);
	assert_string_equal(object, "");
	assert_int_equal(reach_health(list, n, &config.groups[0], object),
			 AGENT_HEALTH_UNREACHABLE);
	assert_string_equal(object, REAL);
	/* Where the answer comes from counts. */
	reach_answer(list, n, inet_addr(REAL), "eth0");
	assert_false(list[1].answered);
	reach_answer(list, n, inet_addr(REAL), "eth1");
	assert_true(list[1].answered && !list[0].answered && !list[2].answered);
}

static int track(void **state)
{
	gate_begin(state);
	for (size_t i = 0; i < 2; i++) {
		node.ports[i].address = ports[i].address = inet_addr(i ? "10.77.0.11" : OWN);
		node.ports[i].prefix_length = 24;
		ports[i].has_address = true;
		memcpy(ports[i].mac, (uint8_t[6])FRAME_OWN_MAC, 6);
	}
	config.groups[0].tracked[0] = config.groups[1].tracked[1] = inet_addr(GATEWAY);
	config.groups[0].tracked[1] = inet_addr(REAL);
	config.groups[1].tracked[0] = inet_addr(SECOND);
	config.groups[0].n_tracked = config.groups[1].n_tracked = 2;
	return 0;
}

/* The other end of eth1. */
static int peer(void)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ARP),
				 .sll_ifindex = (int)if_nametoindex("peer1")};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ARP));

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

static void say(int fd, unsigned int operation, const char *sender, uint8_t last_of_mac)
{
	struct frame_bytes f;

	frame_arp(&f, operation, sender, "10.77.0.11");
	f.bytes[5] = last_of_mac;
	assert_int_equal(write(fd, f.bytes, f.size), (ssize_t)f.size);
}

/* The next question at the other end, from the port's own addresses. */
static void is_asked(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint8_t frame[128];
	struct arp_packet packet = {0};

	do {
		assert_int_equal(poll(&p, 1, 1000), 1);
		assert_true(arp_parse(frame, (size_t)read(fd, frame, sizeof(frame)), &packet));
	} while (packet.operation != ARP_REQUEST || packet.target != inet_addr(REAL));
	assert_int_equal(packet.sender, inet_addr("10.77.0.11"));
	assert_memory_equal(packet.mac, ((uint8_t[6])FRAME_OWN_MAC), 6);
}

static void own_answers_are_heard_and_nothing_else(void **state)
{
	struct reach_io io = {.fd = -1};
	_cleanup_close_ int other = peer();
	uint8_t byte;

	(void)state;
	assert_int_equal(reach_io_open(&io, &config, &node, 0), 0);
	assert_false(reach_io_turn(&io, ports, 2));
	is_asked(other);
	say(other, ARP_REQUEST, REAL, 0x01);
	say(other, ARP_REPLY, REAL, 0x02);	    /* to another machine */
	say(other, ARP_REPLY, "10.77.0.102", 0x01); /* not tracked */
	assert_true(recv(io.fd, &byte, 1, MSG_PEEK) < 0);
	say(other, ARP_REPLY, GATEWAY, 0x01); /* at another port */
	assert_false(reach_io_turn(&io, ports, 2));
	for (size_t i = 0; i < io.n; i++)
		assert_false(io.list[i].here);
	is_asked(other);
	say(other, ARP_REPLY, REAL, 0x01);
	assert_true(reach_io_turn(&io, ports, 2));
	assert_true(!io.list[0].here && io.list[1].here && !io.list[2].here);
	reach_io_close(&io);
}

static void nothing_is_asked_for_nothing(void **state)
{
	struct reach_io io = {.fd = -1};

	(void)state;
	node.role = CONFIG_ROLE_WITNESS;
	assert_int_equal(reach_io_open(&io, &config, &node, 0), 0);
	assert_int_equal(io.fd, -1);
	node.role = CONFIG_ROLE_ROUTER;
	config.groups[0].n_tracked = config.groups[1].n_tracked = 0;
	assert_int_equal(reach_io_open(&io, &config, &node, 0), 0);
	assert_true(io.fd == -1 && !reach_io_turn(&io, ports, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_frame_counts_for_nothing),
		cmocka_unit_test_setup_teardown(list_has_each_address_once, track, gate_end),
		cmocka_unit_test_setup_teardown(own_answers_are_heard_and_nothing_else, track,
						gate_end),
		cmocka_unit_test_setup_teardown(nothing_is_asked_for_nothing, track, gate_end),
	};

	return cmocka_run_group_tests(tests, gate_set_up, gate_tear_down);
}
