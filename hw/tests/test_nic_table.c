// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "nic_table.h"

#define HEAD "#driver\txdp\txdp_mtu\txdp_frags\tfirmware\twithout_firmware\n"

static void the_shipped_table(void **state)
{
	static const char *const drivers[] = {"e1000",	 "e1000e",     "igb",	   "igc",
					      "ixgbe",	 "i40e",       "ice",	   "r8169",
					      "tg3",	 "bnxt_en",    "ena",	   "mlx5_core",
					      "vmxnet3", "virtio_net", "hv_netvsc"};
	_cleanup_free_ char *text = NULL;
	struct nic_table table;
	const struct nic_driver *driver;
	unsigned int line = 0;
	size_t size;

	(void)state;
	assert_int_equal(file_read("hw/nics.tsv", 262144, &text, &size), 0);
	assert_int_equal(nic_table_parse(text, &table, &line), 0);
	assert_int_equal(table.n, ARRAY_SIZE(drivers));
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		assert_non_null(nic_table_find(&table, drivers[i]));
	assert_null(nic_table_find(&table, "ne2k"));
	driver = nic_table_find(&table, "igc");
	assert_true(driver->native_xdp);
	assert_int_equal(driver->xdp_mtu, 1500);
	assert_int_equal(driver->n_firmware, 0);
	driver = nic_table_find(&table, "ice");
	assert_int_equal(driver->n_firmware, 1);
	assert_string_equal(driver->firmware[0], "intel/ice/ddp/ice.pkg");
	assert_non_null(strstr(driver->without_firmware, "Safe Mode"));
	assert_false(nic_table_find(&table, "e1000")->native_xdp);
	assert_true(nic_table_find(&table, "mlx5_core")->queue_per_cpu);
	assert_false(nic_table_find(&table, "virtio_net")->queue_per_cpu);
	assert_true(nic_table_find(&table, "virtio_net")->partial_checksums);
	assert_false(nic_table_find(&table, "mlx5_core")->partial_checksums);
}

static void bad_tables(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
	} cases[] = {
		{"", 0},
		{HEAD, 1},
		{"#driver\txdp\n", 1},
		{HEAD "a\tgeneric\t-\t-\t-\t-\nb\tsome\t-\t-\t-\t-\n", 3},
		{HEAD "a\tnative\t-\tno\t-\t-\n", 2},
		{HEAD "a\tnative\t9999999\tno\t-\t-\n", 2},
		{HEAD "a\tgeneric\t-\t-\t-\n", 2},
		{HEAD "a\tgeneric\t-\t-\t-\t-\t-\n", 2},
	};
	struct nic_table table = {.n = 3};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256];
		unsigned int line = 99;

		memcpy(text, cases[i].text, strlen(cases[i].text) + 1);
		assert_int_equal(nic_table_parse(text, &table, &line), -EINVAL);
		assert_int_equal(line, cases[i].line);
		assert_int_equal(table.n, 3);
	}
}

int main(void)
{
	const struct CMUnitTest all[] = {
		cmocka_unit_test(the_shipped_table),
		cmocka_unit_test(bad_tables),
	};

	return cmocka_run_group_tests_name("hw nic table", all, NULL, NULL);
}
