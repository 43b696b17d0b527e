// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
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
	char text[16], text6[INET6_ADDRSTRLEN];
	struct in6_addr v6;

	(void)state;
	assert_int_equal(parse_ipv4("203.0.113.10", &a), 0);
	assert_string_equal(format_ipv4(a, text, sizeof(text)), "203.0.113.10");
	assert_int_equal(parse_ipv6("2001:DB8:0:0::010", &v6), 0);
	assert_string_equal(format_ipv6(&v6, text6, sizeof(text6)), "2001:db8::10");
	assert_int_equal(parse_ipv6("2001:db8::1%eth0", &v6), -EINVAL);
	assert_int_equal(parse_ipv6("203.0.113.10", &v6), -EINVAL);
	assert_int_equal(parse_ipv6(NULL, &v6), -EINVAL);
	assert_string_equal(format_ipv6(&v6, text6, sizeof(text6)), "2001:db8::10");
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

static bool same(const char *a, const char *b, uint8_t length)
{
	struct in6_addr x, y;

	assert_int_equal(parse_ipv6(a, &x), 0);
	assert_int_equal(parse_ipv6(b, &y), 0);
	return ipv6_same_subnet(&x, &y, length);
}

static void subnets_of_ipv6(void **state)
{
	(void)state;
	assert_true(same("2001:db8::1", "fd00::", 0));
	assert_true(same("2001:db8:0:7::1", "2001:db8:0:7:ffff::", 64));
	assert_false(same("2001:db8:0:7::1", "2001:db8:0:6::1", 64));
	assert_true(same("2001:db8:0:7::1", "2001:db8:0:6::1", 63));
	assert_false(same("2001:db8:0:7::1", "2001:db8:0:5::1", 63));
	assert_true(same("fd00::2", "fd00::3", 127));
	assert_false(same("fd00::2", "fd00::3", 128));
	assert_true(same("fd00::3", "fd00::3", 128));
}

static void addresses_of_either_family(void **state)
{
	static const char *const good[] = {"192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "::"};
	static const char *const bad[] = {"", "192.0.2", "192.0.2.1:80", "fe80::1%eth0", "[::1]"};
	char text[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	uint16_t family;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(parse_inet(good[i], &family, bytes), 0);
		assert_int_equal(family, i == 0 ? AF_INET : AF_INET6);
		assert_string_equal(format_inet(family, bytes, text), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_inet(bad[i], &family, bytes), -EINVAL);
	assert_string_equal(format_inet(0, bytes, text), "");
}

static void networks_of_ipv6(void **state)
{
	static const struct {
		uint8_t length;
		const char *text;
	} cases[] = {{0, "::"},
		     {1, "8000::"},
		     {12, "fff0::"},
		     {64, "ffff:ffff:ffff:ffff::"},
		     {127, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
		     {128, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}};
	struct in6_addr ones, network;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	memset(&ones, 0xff, sizeof(ones));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ipv6_network(&ones, cases[i].length, &network);
		assert_string_equal(format_ipv6(&network, text, sizeof(text)), cases[i].text);
	}
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

static void prefixes(void **state)
{
	static const char *const bad[] = {
		"",   "10.0.0.0",    "10.0.0.0/",   "10.0.0.0/33",  "10.0.0/8",
		"/8", "10.0.0.0/8 ", "10.0.0.0/-1", "10.0.0.0/8/8", "2001:db8::/32"};
	uint32_t address = 0;
	uint8_t length = 99;

	(void)state;
	assert_int_equal(parse_prefix("10.1.0.0/16", &address, &length), 0);
	assert_int_equal(address, htonl(0x0a010000));
	assert_int_equal(length, 16);
	assert_int_equal(parse_prefix("10.1.2.3/16", &address, &length), 0);
	assert_int_equal(address, htonl(0x0a010000));
	assert_int_equal(parse_prefix("255.255.255.255/0", &address, &length), 0);
	assert_int_equal(address, 0);
	assert_int_equal(length, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_true(parse_prefix(bad[i], &address, &length) < 0);
	assert_true(parse_prefix(NULL, &address, &length) < 0);
	assert_int_equal(length, 0);
}

/* Seconds as date(1) has them: date -u -d TEXT +%s. */
static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T00:00:00+01:00", -3600},
		{"2000-02-29T23:59:59Z", 951868799},
		{"2000-03-01T00:00:00Z", 951868800},
		{"2026-11-28T12:34:56.789Z", 1795869296},
		{"2026-11-28T12:34:56-05:30", 1795889096},
		{"2100-02-28T23:59:60Z", 4107542400},
		{"9999-12-31T23:59:59Z", 253402300799},
	};
	static const struct {
		const char *text;
		int r;
	} bad[] = {
		{"", -EINVAL},
		{"2026-11-28", -EINVAL},
		{"2026-11-28T12:34:56", -EINVAL},
		{"2026-11-28 12:34:56Z", -EINVAL},
		{"2026-11-28T12:34:56z", -EINVAL},
		{"2026-11-28T12:34:56.Z", -EINVAL},
		{"2026-11-28T12:34:56ZZ", -EINVAL},
		{"2026-11-28T12:34:56+1:00", -EINVAL},
		{"2026-11-28T12:34:56+24:00", -EINVAL},
		{"+026-11-28T12:34:56Z", -EINVAL},
		{"1969-12-31T23:59:59Z", -ERANGE},
		{"2026-00-28T12:34:56Z", -ERANGE},
		{"2026-13-28T12:34:56Z", -ERANGE},
		{"2026-11-31T12:34:56Z", -ERANGE},
		{"2100-02-29T12:34:56Z", -ERANGE},
		{"2026-11-28T24:00:00Z", -ERANGE},
	};
	int64_t seconds = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_time(bad[i].text, &seconds), bad[i].r);
	assert_int_equal(parse_time(NULL, &seconds), -EINVAL);
	assert_int_equal(seconds, 7);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(parse_time(good[i].text, &seconds), 0);
		assert_int_equal(seconds, good[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(addresses),
		cmocka_unit_test(netmasks),
		cmocka_unit_test(subnets_of_ipv6),
		cmocka_unit_test(networks_of_ipv6),
		cmocka_unit_test(addresses_of_either_family),
		cmocka_unit_test(macs),
		cmocka_unit_test(text_is_never_cut),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
