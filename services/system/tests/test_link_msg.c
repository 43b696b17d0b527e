// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages byte by byte, as `ip link` of iproute2 has them too but for the order of attributes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/parse.h"
#include "system/link_msg.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the bytes below are of a little-endian machine"
#endif

/* Everything after the message's length and number: type and flags, header, attributes. */
static void expect(const struct nlmsghdr *message, const char *expected)
{
	const uint8_t *bytes = (const uint8_t *)message;
	char words[3 * LINK_MSG_MAX] = "";
	size_t used = 0;

	for (size_t i = 4; i < message->nlmsg_len; i++) {
		if (i >= 8 && i < 16)
			continue;
		used += (size_t)snprintf(words + used, sizeof(words) - used, "%02x%s", bytes[i],
					 i % 4 == 3 ? " " : "");
	}
	words[used ? used - 1 : 0] = '\0';
	assert_string_equal(words, expected);
}

static struct plan_action vlan(void)
{
	return (struct plan_action){.kind = PLAN_LINK_ADD,
				    .link = PLAN_LINK_VLAN,
				    .port = "eth2",
				    .other = "eth1",
				    .vlan_id = 4094,
				    .mtu = 1496};
}

static struct plan_action bond(uint8_t mode)
{
	return (struct plan_action){
		.kind = PLAN_LINK_ADD,
		.link = PLAN_LINK_BOND,
		.port = "eth1",
		.bond = {.mode = mode, .monitor_ms = 100, .lacp_rate = 1, .hash_policy = 2},
		.mtu = 9000};
}

#define NEWLINK "10000500 "
#define CREATE "10000506 "
#define HEADER(index) "00000000 " index " 00000000 00000000 "

static void a_vlan(void **state)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	struct plan_action action = vlan();

	(void)state;
	expect(link_msg_add(buf, &action, 7),
	       CREATE HEADER("00000000") "09000300 65746832 00000000 " /* IFNAME eth2 */
					 "08000400 d8050000 "	       /* MTU */
					 "08000500 07000000 "	       /* LINK */
					 "1c001280 "		       /* LINKINFO */
					 "09000100 766c616e 00000000 " /* KIND vlan */
					 "0c000280 06000100 fe0f0000" /* DATA: VLAN_ID */);
}

static void a_bond(void **state)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	struct plan_action action = bond(4);

	(void)state;
	expect(link_msg_add(buf, &action, 0),
	       CREATE HEADER("00000000") "09000300 65746831 00000000 " /* IFNAME eth1 */
					 "08000400 28230000 "	       /* MTU */
					 "34001280 "		       /* LINKINFO */
					 "09000100 626f6e64 00000000 " /* KIND bond */
					 "24000280 "		       /* DATA */
					 "05000100 04000000 "	       /* MODE 802.3ad */
					 "08000300 64000000 "	       /* MIIMON */
					 "05000e00 02000000 "	       /* XMIT_HASH_POLICY */
					 "05001500 01000000" /* AD_LACP_RATE */);
	/* The kernel refuses what is not of the mode. */
	action = bond(1);
	expect(link_msg_add(buf, &action, 0),
	       CREATE HEADER("00000000") "09000300 65746831 00000000 08000400 28230000 24001280 "
					 "09000100 626f6e64 00000000 14000280 05000100 01000000 "
					 "08000300 64000000");
}

static void changes(void **state)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	struct plan_bond settings = bond(4).bond;

	(void)state;
	expect(link_msg_bond(buf, 9, &settings, false),
	       NEWLINK HEADER(
		       "09000000") "24001280 09000100 626f6e64 00000000 14000280 08000300 64000000 "
				   "05000e00 02000000");
	expect(link_msg_bond(buf, 9, &settings, true),
	       NEWLINK HEADER(
		       "09000000") "2c001280 09000100 626f6e64 00000000 1c000280 08000300 64000000 "
				   "05000e00 02000000 05001500 01000000");
	expect(link_msg_remove(buf, 9), "11000500 00000000 09000000 00000000 00000000");
	expect(link_msg_master(buf, 9, 3), NEWLINK HEADER("09000000") "08000a00 03000000");
	expect(link_msg_master(buf, 9, 0), NEWLINK HEADER("09000000") "08000a00 00000000");
	expect(link_msg_mtu(buf, 9, 9000), NEWLINK HEADER("09000000") "08000400 28230000");
	expect(link_msg_up(buf, 9, true), NEWLINK "00000000 09000000 01000000 01000000");
	expect(link_msg_up(buf, 9, false), NEWLINK "00000000 09000000 00000000 01000000");
}

/* The kernel tells a link in the form in which it is told. */
static void read_back(void **state)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	struct plan_action action = vlan();
	struct plan_link link;

	(void)state;
	assert_int_equal(link_msg_parse(link_msg_add(buf, &action, 7), &link), 0);
	assert_string_equal(link.name, "eth2");
	assert_int_equal(link.kind, PLAN_LINK_VLAN);
	assert_int_equal(link.parent, 7);
	assert_int_equal(link.vlan_id, 4094);
	assert_int_equal(link.mtu, 1496);
	assert_false(link.up);
	action = bond(4);
	assert_int_equal(link_msg_parse(link_msg_add(buf, &action, 0), &link), 0);
	assert_int_equal(link.kind, PLAN_LINK_BOND);
	assert_memory_equal(&link.bond, &action.bond, sizeof(link.bond));
	assert_int_equal(link_msg_parse(link_msg_up(buf, 5, true), &link), -EBADMSG);
}

static void another_kind_is_a_card(void **state)
{
	char buf[LINK_MSG_MAX] __attribute__((aligned(8)));
	struct plan_action action = vlan();
	struct nlmsghdr *message = link_msg_add(buf, &action, 7);
	char *kind = memmem(buf, message->nlmsg_len, "vlan", 4);
	struct plan_link link;

	(void)state;
	assert_non_null(kind);
	memcpy(kind, "veth", 4);
	assert_int_equal(link_msg_parse(message, &link), 0);
	assert_int_equal(link.kind, PLAN_LINK_CARD);
	assert_int_equal(link.vlan_id, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vlan),
		cmocka_unit_test(a_bond),
		cmocka_unit_test(changes),
		cmocka_unit_test(read_back),
		cmocka_unit_test(another_kind_is_a_card),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
