// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conform/NAME.cases on the data path compiled for this machine: under the sanitizers, and with the
 * port that a frame leaves by, which BPF_PROG_TEST_RUN does not tell.
 */
#include "engine/tests/conform/host.h"
#include "engine/tests/conform/suite.h"

static struct tables_path path;

static int set_up(void **state)
{
	(void)state;
	return host_make(&path);
}

static int tear_down(void **state)
{
	(void)state;
	host_free(&path);
	return 0;
}

int main(void)
{
	const struct run_path on = {.kind = CASE_XDP,
				    .data = &path,
				    .begin = tables_path_begin,
				    .send = host_send,
				    .change = tables_path_change,
				    .flow = tables_path_flow,
				    .count = tables_path_count,
				    .reason = tables_path_reason};

	return suite_run("conform-host", &on, (struct CMUnitTest){0}, set_up, tear_down);
}
