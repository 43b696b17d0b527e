// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_agent_simulation [SEEDS [FIRST [verbose]]]: schedules of faults on the production decision.
 * Without arguments a number of seeds that takes a few seconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "agent/tests/sim.h"
#include "base/tests/share.h"

static uint64_t seeds = 150 / TEST_SHARE, first = 1;
static bool verbose;

static void at_most_one_lease_and_always_an_owner(void **state)
{
	(void)state;
	for (uint64_t seed = first; seed < first + seeds; seed++)
		if (!sim_schedule(seed, verbose))
			fail_msg("%s", sim_last_report());
}

static void death_of_another_never_interrupts(void **state)
{
	(void)state;
	for (uint64_t seed = first; seed < first + seeds; seed++)
		if (!sim_standby_death(seed, verbose))
			fail_msg("%s", sim_last_report());
}

static void operators_let_routers_stand_by(void **state)
{
	(void)state;
	for (uint64_t seed = first; seed < first + seeds; seed++)
		if (!sim_operators_standby(seed, verbose))
			fail_msg("%s", sim_last_report());
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_most_one_lease_and_always_an_owner),
		cmocka_unit_test(death_of_another_never_interrupts),
		cmocka_unit_test(operators_let_routers_stand_by),
	};

	if (argc > 1)
		seeds = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		first = strtoull(argv[2], NULL, 10);
	verbose = argc > 3;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
