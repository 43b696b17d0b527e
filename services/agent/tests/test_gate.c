// SPDX-License-Identifier: GPL-2.0-or-later
/* What the gate lets pass of single frames (BPF_PROG_TEST_RUN). Prints what a frame costs. */
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include "agent/tests/gate_fixture.h"
#include "base/clock_io.h"

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
		gate_hold(false);
		assert_int_equal(gate_passes(direction, &tagged[i]), rule == NEVER_GATED);
		gate_hold(true);
		assert_int_equal(gate_passes(direction, &tagged[i]), rule != SHUT);
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
	gate_hold(false);
	assert_false(gate_passes(GATE_INGRESS, &f));
	assert_true(gate_passes(GATE_INGRESS, &other));
	assert_true(gate_passes(GATE_INGRESS, &tagged));
	assert_true(gate_passes(GATE_EGRESS, &f));
	gate_io_set(&gate, 1, 1, FOREVER); /* of a group that is not on this port */
	assert_false(gate_passes(GATE_INGRESS, &f));
	gate_hold(true);
	assert_true(gate_passes(GATE_INGRESS, &f));
	gate_io_clear(&gate, 1);
	frame_tag(&f, ETH_P_8021Q, 0);
	gate_hold(false);
	assert_false(gate_passes(GATE_INGRESS, &f));
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
		assert_int_equal(gate_run(direction, &tagged, size, 1, NULL), TC_ACT_SHOT);
	assert_int_equal(gate_run(direction, &tagged, ETH_HLEN + 4 + needed, 1, NULL),
			 TC_ACT_UNSPEC);
}

static void frames_that_end_too_soon(void **state)
{
	struct frame_bytes f;

	(void)state;
	gate_hold(true);
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
	gate_hold(true);
	for (size_t size = ETH_HLEN + 41; size < ETH_HLEN + 64; size++) {
		frame_nd(&f, 135, OWN6, "ff02::1:ff00:11", OWN6);
		assert_int_equal(gate_run(GATE_INGRESS, &f, size, 1, NULL), TC_ACT_SHOT);
		frame_nd(&f, 136, OWN6, "ff02::1", OWN6);
		assert_int_equal(gate_run(GATE_EGRESS, &f, size, 1, NULL), TC_ACT_SHOT);
	}
	assert_int_equal(gate_run(GATE_EGRESS, &f, f.size, 1, NULL), TC_ACT_UNSPEC);
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
	assert_false(gate_passes(GATE_INGRESS, &f));
	assert_false(gate_passes(GATE_EGRESS, &f));
}

static void a_lease_ends_by_itself(void **state)
{
	uint64_t now = clock_boot_ns();
	struct frame_bytes f;

	(void)state;
	frame_ip(&f, VIP, CLIENT);
	gate_io_set(&gate, 0, 1, now + 20 * NSEC_PER_MSEC);
	assert_true(gate_passes(GATE_EGRESS, &f) || clock_boot_ns() > now + 20 * NSEC_PER_MSEC);
	while (clock_boot_ns() <= now + 20 * NSEC_PER_MSEC)
		usleep(1000);
	assert_false(gate_passes(GATE_EGRESS, &f));
}

static void cost(const char *what, enum gate_direction direction, const char *source,
		 const char *destination)
{
	struct frame_bytes f;
	uint32_t ns;

	frame_ip(&f, source, destination);
	assert_int_equal(gate_run(direction, &f, f.size, 200000, &ns), TC_ACT_UNSPEC);
	print_message("%s: %u ns\n", what, ns);
}

static void what_a_frame_costs(void **state)
{
	(void)state;
	gate_hold(true);
	cost("leaves, IPv4, from a floating address", GATE_EGRESS, VIP, CLIENT);
	cost("leaves, IPv4, from another address", GATE_EGRESS, OWN, CLIENT);
	cost("leaves, IPv6, from another address", GATE_EGRESS, OWN6, CLIENT6);
	cost("comes, IPv4, to a floating address", GATE_INGRESS, CLIENT, VIP);
	cost("comes, IPv4, to be forwarded", GATE_INGRESS, REAL, CLIENT);
	gate_hold(false);
	cost("comes, IPv4, to this router, which holds nothing", GATE_INGRESS, CLIENT, OWN);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, gate_begin, gate_end)
/* An argument is a pattern of tests that are left out. */
int main(int argc, char **argv)
{
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
		CASE(what_a_frame_costs),
	};

	if (argc > 1)
		cmocka_set_skip_filter(argv[1]);
	return cmocka_run_group_tests(tests, gate_set_up, gate_tear_down);
}
