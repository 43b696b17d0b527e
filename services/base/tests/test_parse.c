// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/parse.h"

static void numbers(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_int_equal(parse_u64("0", 0, 10, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(parse_u64("18446744073709551615", 0, UINT64_MAX, &v), 0);
	assert_true(v == UINT64_MAX);
	v = 7;
	assert_int_equal(parse_u64("18446744073709551616", 0, UINT64_MAX, &v), -ERANGE);
	assert_int_equal(parse_u64("11", 0, 10, &v), -ERANGE);
	assert_int_equal(parse_u64("", 0, 10, &v), -EINVAL);
	assert_int_equal(parse_u64("-1", 0, 10, &v), -EINVAL);
	assert_int_equal(parse_u64(" 1", 0, 10, &v), -EINVAL);
	assert_int_equal(parse_u64("0x1", 0, 10, &v), -EINVAL);
	assert_int_equal(v, 7);
}

static void addresses(void **state)
{
	uint32_t a = 1;
	char text[16];

	(void)state;
	assert_int_equal(parse_ipv4("203.0.113.10", &a), 0);
	assert_string_equal(format_ipv4(a, text, sizeof(text)), "203.0.113.10");
	assert_int_equal(parse_ipv4("203.0.113", &a), -EINVAL);
	assert_int_equal(parse_ipv4("203.0.113.256", &a), -EINVAL);
	assert_string_equal(format_ipv4(a, text, sizeof(text)), "203.0.113.10");
}

static void netmasks(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(format_ipv4(ipv4_netmask(0), text, sizeof(text)), "0.0.0.0");
	assert_string_equal(format_ipv4(ipv4_netmask(24), text, sizeof(text)), "255.255.255.0");
	assert_string_equal(format_ipv4(ipv4_netmask(32), text, sizeof(text)), "255.255.255.255");
}

static void macs(void **state)
{
	static const uint8_t expected[6] = {0x52, 0x54, 0, 0xab, 0xcd, 0xef};
	uint8_t mac[6] = {0};

	(void)state;
	assert_int_equal(parse_mac("52:54:00:ab:CD:ef", mac), 0);
	assert_memory_equal(mac, expected, 6);
	assert_int_equal(parse_mac("52:54:00:ab:cd", mac), -EINVAL);
	assert_int_equal(parse_mac("52-54-00-ab-cd-ef", mac), -EINVAL);
	assert_int_equal(parse_mac("52:54:00:ab:cd:eg", mac), -EINVAL);
}

static void text_is_never_cut(void **state)
{
	char dst[4] = "old";

	(void)state;
	assert_int_equal(copy_text(dst, sizeof(dst), "four"), -ENAMETOOLONG);
	assert_string_equal(dst, "old");
	assert_int_equal(copy_text(dst, sizeof(dst), "new"), 0);
	assert_string_equal(dst, "new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),	     cmocka_unit_test(addresses),
		cmocka_unit_test(netmasks),	     cmocka_unit_test(macs),
		cmocka_unit_test(text_is_never_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
