// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "ports.h"

static void pci_addresses(void **state)
{
	(void)state;
	assert_true(port_path_is_pci("0000:00:03.0"));
	assert_true(port_path_is_pci("10000:e1:1f.7"));
	assert_false(port_path_is_pci("0000:00:03"));
	assert_false(port_path_is_pci("000:00:03.0"));
	assert_false(port_path_is_pci("0000:00:03.8"));
	assert_false(port_path_is_pci("0000:00:20.0"));
	assert_false(port_path_is_pci("0000:0A:03.0"));
	assert_false(port_path_is_pci("0000:00:03.0 "));
	assert_false(port_path_is_pci("vmbus/0000:00:03.0"));
	assert_false(port_path_is_pci(""));
}

/* In ascending order of place. */
static const struct nic ordered[] = {
	{.path = "0000:00:03.0"},
	{.path = "0000:00:10.0"},
	{.path = "0000:02:00.0"},
	{.path = "0000:02:00.1"},
	{.path = "0000:02:00.1", .dev_port = 1},
	{.path = "0000:10:00.0"},
	{.path = "0001:00:00.0"},
	{.path = "10000:00:00.0", .mac = {1}},
	{.path = "10000:00:00.0", .mac = {2}},
	{.path = "vmbus/635161f8"},
	{.path = "vmbus/735161f8"},
};

static void order_of_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ordered); i++)
		for (size_t j = 0; j < ARRAY_SIZE(ordered); j++) {
			int order = nic_compare(&ordered[i], &ordered[j]);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

static void good_rules(void **state)
{
	struct port_rules rules;
	char problem[PORT_PROBLEM_SIZE] = "";

	(void)state;
	assert_int_equal(port_rules_parse("", &rules, problem), 0);
	assert_int_equal(rules.n, 0);
	assert_int_equal(port_rules_parse("# by hand\n\n  eth1\tmac 52:54:00:AA:bb:01 # left\r\n"
					  "eth10 pci 0000:03:00.0\n"
					  "eth2 virtual\neth2a mac 52:54:00:aa:bb:02",
					  &rules, problem),
			 0);
	assert_int_equal(rules.n, 4);
	assert_int_equal(rules.rules[2].match, PORT_VIRTUAL);
	assert_string_equal(rules.rules[3].port, "eth2a");
	assert_string_equal(rules.rules[0].port, "eth1");
	assert_int_equal(rules.rules[0].match, PORT_BY_MAC);
	assert_memory_equal(rules.rules[0].mac, "\x52\x54\x00\xaa\xbb\x01", 6);
	assert_string_equal(rules.rules[1].port, "eth10");
	assert_int_equal(rules.rules[1].match, PORT_BY_PCI);
	assert_string_equal(rules.rules[1].path, "0000:03:00.0");
}

#define WORDS "these words are needed: PORT mac ADDRESS, PORT pci PLACE or PORT virtual"

static void bad_rules(void **state)
{
	static const struct {
		const char *text, *problem;
	} cases[] = {
		{"eth100 mac 52:54:00:00:00:01",
		 "line 1: port \"eth100\": allowed are eth0 to eth99, and eth0a to eth99z"},
		{"\neth01 mac 52:54:00:00:00:01",
		 "line 2: port \"eth01\": allowed are eth0 to eth99, and eth0a to eth99z"},
		{"wan mac 52:54:00:00:00:01",
		 "line 1: port \"wan\": allowed are eth0 to eth99, and eth0a to eth99z"},
		{"eth0 mac 52:54:00:00:00",
		 "line 1: port eth0: mac \"52:54:00:00:00\": six hexadecimal bytes are allowed, "
		 "as in 52:54:00:12:34:56"},
		{"eth0 pci 00:03.0", "line 1: port eth0: pci \"00:03.0\": a PCI address in lower "
				     "case is allowed, as in 0000:03:00.0"},
		{"eth0 usb 1-1", "line 1: port eth0: \"usb\": mac, pci or virtual is allowed"},
		{"eth0 mac", "line 1: port eth0: " WORDS},
		{"eth0", "line 1: port eth0: " WORDS},
		{"eth0 pci 0000:03:00.0 now", "line 1: port eth0: " WORDS},
		{"eth0 virtual now", "line 1: port eth0: " WORDS},
		{"eth0A virtual",
		 "line 1: port \"eth0A\": allowed are eth0 to eth99, and eth0a to eth99z"},
		{"eth0ab virtual",
		 "line 1: port \"eth0ab\": allowed are eth0 to eth99, and eth0a to eth99z"},
		{"eth0 pci 0000:03:00.0\neth0 pci 0000:04:00.0",
		 "line 2: port eth0: has a rule already"},
	};
	struct port_rules rules = {.n = 7};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char problem[PORT_PROBLEM_SIZE] = "";

		assert_int_equal(port_rules_parse(cases[i].text, &rules, problem), -EINVAL);
		assert_string_equal(problem, cases[i].problem);
		assert_int_equal(rules.n, 7);
	}
}

static void bounds_of_rules(void **state)
{
	char text[(PORT_RULES_MAX + 1) * 32] = "", problem[PORT_PROBLEM_SIZE];
	char line[200];
	struct port_rules rules;
	size_t used = 0;

	(void)state;
	for (int i = 0; i < PORT_RULES_MAX; i++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "eth%d%c mac 52:54:00:00:00:%02x\n", i / 8,
					 (char)('a' + i % 8), i);
	}
	assert_int_equal(port_rules_parse(text, &rules, problem), 0);
	assert_int_equal(rules.n, PORT_RULES_MAX);
	snprintf(text + used, sizeof(text) - used, "eth99 mac 52:54:00:00:00:ff\n");
	assert_int_equal(port_rules_parse(text, &rules, problem), -EINVAL);
	assert_string_equal(problem, "line 161: more than 160 rules");
	memset(line, ' ', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(port_rules_parse(line, &rules, problem), -EINVAL);
	assert_string_equal(problem, "line 1: longer than 127 characters");
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(pci_addresses),   cmocka_unit_test(order_of_places),
		cmocka_unit_test(good_rules),	   cmocka_unit_test(bad_rules),
		cmocka_unit_test(bounds_of_rules),
	};

	return cmocka_run_group_tests_name("hw ports", all, NULL, NULL);
}
