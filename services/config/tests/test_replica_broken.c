// SPDX-License-Identifier: GPL-2.0-or-later
/* Linked with a variant of the replication that is broken: the simulation must notice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "config/tests/replica_sim.h"

#define SEEDS 20000

/* Something wrong or lost, and not only that it goes no further. */
static bool is_harm(const char *report)
{
	return strstr(report, "committed") || strstr(report, "diverged") ||
	       strstr(report, "current in term");
}

static void is_caught(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		if (!replica_sim_run(seed, false) && is_harm(replica_sim_report())) {
			print_message("%s\n", replica_sim_report());
			return;
		}
	fail_msg("%d schedules did not show the fault", SEEDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
