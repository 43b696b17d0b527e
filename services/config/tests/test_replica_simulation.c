// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_config_replica_simulation [SEEDS [FIRST [verbose]]]: schedules of faults on the production
 * replication. Without arguments a number of seeds that takes a few seconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/tests/share.h"
#include "config/tests/replica_sim.h"

static uint64_t seeds = 2000 / TEST_SHARE, first = 1;
static bool verbose;

static void nothing_committed_is_lost_and_all_agree(void **state)
{
	(void)state;
	for (uint64_t seed = first; seed < first + seeds; seed++)
		if (!replica_sim_run(seed, verbose))
			fail_msg("%s", replica_sim_report());
	print_message("%llu revisions committed\n", (unsigned long long)replica_sim_commits());
	assert_true(replica_sim_commits() >= seeds);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_committed_is_lost_and_all_agree),
	};

	if (argc > 1)
		seeds = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		first = strtoull(argv[2], NULL, 10);
	verbose = argc > 3;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
