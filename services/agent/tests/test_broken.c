// SPDX-License-Identifier: GPL-2.0-or-later
/* Linked with a variant of the decision that is broken: the simulation must notice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "agent/tests/sim.h"

#define SEEDS 3000

static bool shows_two(uint64_t seed)
{
	return !sim_schedule(seed, false) &&
	       (strstr(sim_last_report(), "two leases") || strstr(sim_last_report(), "two serve"));
}

static void is_caught(void **state)
{
	uint64_t seed = 1;

	(void)state;
	while (seed <= SEEDS && !shows_two(seed))
		seed++;
	if (seed > SEEDS)
		fail_msg("%d schedules did not show the fault", SEEDS);
	print_message("# caught by schedule %llu of at most %d: %s\n", (unsigned long long)seed,
		      SEEDS, sim_last_report());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
