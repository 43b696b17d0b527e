// SPDX-License-Identifier: GPL-2.0-or-later
/* The suite itself: what it says of a case file with mistakes, and that no byte of a frame escapes
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/tests/conform/check.h"

#define BEGIN "case a\nservice s tcp vip4:80 nat rr\nreal s ann4:80\n"
#define IN "in eth0 tcp client4:1 > vip4:80 syn\n"

struct kept {
	unsigned int n;
	struct conform_case last;
};

static int keep(void *data, const struct conform_case *c)
{
	struct kept *kept = data;

	kept->n++;
	kept->last = *c;
	return 0;
}

static const char *error_of(const char *text)
{
	static char error[CASE_ERROR_MAX];
	static struct kept kept;
	char *copy = strdup(text);

	assert_non_null(copy);
	assert_int_not_equal(case_read("f", copy, keep, &kept, error), 0);
	free(copy);
	return error;
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *text, *error;
	} mistakes[] = {
		{"in\n", "f:1: 'in', allowed is 'case NAME'"},
		{"case a\n", "f:1: case 'a' has no step"},
		{BEGIN "in eth9 tcp client4:1 > vip4:80\n",
		 "f:4: lan: 'eth9', allowed are eth0 eth0.5 eth1 eth1.7 eth2"},
		{BEGIN "in eth0 gre client4:1 > vip4:80\n",
		 "f:4: protocol: 'gre', allowed are tcp udp icmp sctp"},
		{BEGIN "in eth0 tcp client4:1 > vip4:80 ttl 256\n",
		 "f:4: ttl: '256', allowed are 0 to 255"},
		{BEGIN "in eth0 tcp client4:1 > vip4:80 ttl\n",
		 "f:4: ttl: missing at the end of the line"},
		{BEGIN "in eth0 tcp client4:70000 > vip4:80\n",
		 "f:4: from: 'client4:70000', its port is none of 0 to 65535"},
		{BEGIN "in eth0 tcp client4:1 > vip6:80\n", "f:4: to: of another family than from"},
		{BEGIN "in eth0 tcp client4:1 vip4:80\n", "f:4: '>' is missing behind the source"},
		{BEGIN "in eth0 udp client4:1 > vip4:80 frag 3 8\n",
		 "f:4: frag offset: 3, allowed are multiples of 8"},
		{BEGIN "out eth1 client4:1 > ann4:80\n", "f:4: out: no 'in' is before it"},
		{BEGIN IN "drop gone\n",
		 "f:5: reason: 'gone', allowed are fragment hop malformed redirect too-big ttl "
		 "lease stray no-real source reply options full flood rescheduled"},
		{BEGIN IN "pass stray now\n", "f:5: 'now' is not known here"},
		{BEGIN IN "answer 3\n", "f:5: type/code: '3', allowed is as 3/4"},
		{BEGIN IN "weight t ann4 1\n", "f:5: service: 't', allowed are s"},
		{"case a\nonly xdp\n" IN, "f:2: only: the reason is missing"},
		{"case a\nfor k\n" IN, "f:2: for k: allowed are 1 to 16 values"},
		{"case a\nin eth0 $k\n", "f:2: '$k' names no variable of the case"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		assert_string_equal(error_of(mistakes[i].text), mistakes[i].error);
}

static void test_variables(void **state)
{
	char error[CASE_ERROR_MAX];
	char text[] = "case a\nfor f 4 6\nfor flag syn -\n"
		      "in eth0 tcp client$f:1 > vip$f:80 $flag # the longer name\npass\n";
	struct kept kept = {0};

	(void)state;
	assert_int_equal(case_read("f", text, keep, &kept, error), 0);
	assert_int_equal(kept.n, 4);
	assert_string_equal(kept.last.name, "a/6/-");
	assert_int_equal(kept.last.steps[0].frame.packet.from.address.family, 6);
	assert_int_equal(kept.last.steps[0].frame.packet.flags, 0);
}

/* One in, one out. */
static void read_pair(const char *in, const char *out, struct kept *kept)
{
	char text[1024], error[CASE_ERROR_MAX];

	snprintf(text, sizeof(text), "case a\n%s\n%s\n", in, out);
	assert_int_equal(case_read("f", text, keep, kept, error), 0);
	assert_int_equal(kept->last.n_steps, 2);
}

/* Each bit of the frame that should come out is missed. */
static void test_every_bit(void **state)
{
	static const char *const pairs[][2] = {
		{"in eth0 tcp client4:1 > vip4:80 syn len 3", "out eth1.7 client4:1 > tag4:80"},
		{"in eth0 udp client6:1 > vip6:80 len 3", "out eth1 client6:1 > ann6:80"},
		{"in eth0 udp client4:1 > vip4:80 len 64 frag 0 32 more",
		 "out eth1 client4:1 > ann4:80"},
		{"in eth0 icmp 3/4 far4:0 > vip4:0 quote tcp vip4:80 > client4:1 len 9",
		 "out eth1 far4:0 > ann4:0 quote ann4:80 > client4:1"},
	};
	const struct packet_free wild = {0};
	static struct run_result r;
	static struct kept kept;
	char why[CHECK_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct case_frame *in = &kept.last.steps[0].frame;
		const struct case_frame *out = &kept.last.steps[1].frame;

		read_pair(pairs[i][0], pairs[i][1], &kept);
		r.size = packet_make(out, PACKET_OUT, &wild, r.bytes);
		assert_int_equal(check_out(out, in, &r, why), 0);
		for (size_t bit = 0; bit < 8 * r.size; bit++) {
			r.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_not_equal(check_out(out, in, &r, why), 0);
			r.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		r.size--;
		assert_int_not_equal(check_out(out, in, &r, why), 0);
	}
}

/* RFC 1071, 3: its example. */
static void test_sum(void **state)
{
	const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	(void)state;
	assert_int_equal(packet_fold(packet_sum(bytes, sizeof(bytes), 0)), (uint16_t)~0xddf2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_every_bit),
		cmocka_unit_test(test_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
