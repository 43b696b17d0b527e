// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_agent_simulation [SEEDS [FIRST [verbose]]]: schedules of faults on the production decision,
 * on every processor; of the kinds without faults a tenth as many. Without arguments a number of
 * seeds that takes a second. A seed that failed is run again by `test_agent_simulation 1 SEED v`.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "agent/tests/sim.h"
#include "base/clock_io.h"
#include "base/tests/share.h"

#define PROCESSES_MAX 64
#define PROGRESS_SEEDS 100000

static uint64_t seeds = 400 / TEST_SHARE, first = 1;
static bool verbose;

/* What a process has to say in the end: one write to a pipe. */
struct result {
	bool failed;
	char report[SIM_REPORT_MAX + 64];
	uint64_t longest_recovery;
};

typedef bool (*schedule)(uint64_t seed, bool verbose);

static struct result run_share(schedule run, uint64_t n, uint64_t share, uint64_t shares)
{
	struct result result = {.failed = false};

	for (uint64_t i = share; i < n && !result.failed; i += shares) {
		if (share == 0 && i && i / PROGRESS_SEEDS > (i - shares) / PROGRESS_SEEDS)
			print_message("# %llu of %llu seeds\n", (unsigned long long)i,
				      (unsigned long long)n);
		result.failed = !run(first + i, verbose);
	}
	if (result.failed)
		snprintf(result.report, sizeof(result.report), "%s", sim_last_report());
	result.longest_recovery = sim_longest_recovery();
	return result;
}

static uint64_t count_processes(void)
{
	long processors = verbose ? 1 : sysconf(_SC_NPROCESSORS_ONLN);

	if (processors < 1)
		return 1;
	return processors > PROCESSES_MAX ? PROCESSES_MAX : (uint64_t)processors;
}

static void start_processes(schedule run, uint64_t n, uint64_t shares, pid_t *ret_pids, int out)
{
	fflush(stdout);
	for (uint64_t i = 0; i < shares; i++) {
		struct result result;

		ret_pids[i] = fork();
		assert_true(ret_pids[i] >= 0);
		if (ret_pids[i] > 0)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		result = run_share(run, n, i, shares);
		fflush(stdout);
		_exit(write(out, &result, sizeof(result)) == sizeof(result) ? 0 : 1);
	}
}

/* Runs n seeds and returns the longest recovery, ns. The first failure ends all of it. */
static uint64_t run_all(schedule run, uint64_t n)
{
	uint64_t shares = count_processes(), heard = 0, longest = 0;
	struct result result = {.failed = false};
	pid_t pids[PROCESSES_MAX];
	int pipes[2];

	assert_int_equal(pipe(pipes), 0);
	start_processes(run, n, shares, pids, pipes[1]);
	close(pipes[1]);
	while (!result.failed && read(pipes[0], &result, sizeof(result)) == sizeof(result)) {
		heard++;
		longest = result.longest_recovery > longest ? result.longest_recovery : longest;
	}
	close(pipes[0]);
	for (uint64_t i = 0; i < shares; i++) {
		if (result.failed)
			kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	if (result.failed)
		fail_msg("%s", result.report);
	assert_int_equal(heard, shares);
	return longest;
}

static void at_most_one_lease_and_always_an_owner(void **state)
{
	uint64_t longest;

	(void)state;
	longest = run_all(sim_schedule, seeds);
	print_message("# %llu seeds from %llu; from the repair to the owner at most %llu ms\n",
		      (unsigned long long)seeds, (unsigned long long)first,
		      (unsigned long long)(longest / NSEC_PER_MSEC));
}

static void death_of_another_never_interrupts(void **state)
{
	(void)state;
	run_all(sim_standby_death, (seeds + 9) / 10);
}

static void operators_let_routers_stand_by(void **state)
{
	(void)state;
	run_all(sim_operators_standby, (seeds + 9) / 10);
}

static void degraded_routers_make_way(void **state)
{
	(void)state;
	run_all(sim_degraded, (seeds + 9) / 10);
}

static void preferred_router_gets_the_group_back(void **state)
{
	(void)state;
	run_all(sim_preferred_returns, (seeds + 99) / 100);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_most_one_lease_and_always_an_owner),
		cmocka_unit_test(death_of_another_never_interrupts),
		cmocka_unit_test(operators_let_routers_stand_by),
		cmocka_unit_test(degraded_routers_make_way),
		cmocka_unit_test(preferred_router_gets_the_group_back),
	};

	if (argc > 1)
		seeds = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		first = strtoull(argv[2], NULL, 10);
	verbose = argc > 3;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
