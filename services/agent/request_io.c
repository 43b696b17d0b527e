// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/request_io.h"

#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>

#include "agent/explain.h"
#include "base/clock_io.h"

static void fill_status(void *data, struct agent_status *ret_status)
{
	struct agent *a = data;

	const struct explain_clock clock = {.now = clock_boot_ns(), .wall = clock_wall_ns()};

	explain_status(&a->state, &clock, ret_status);
}

static int request_switchover(void *data, const char *name, size_t *ret_group, uint32_t *ret_target,
			      char *text, size_t size)
{
	struct agent *a = data;
	size_t group = 0;
	int r;

	while (group < a->config->n_groups && name[0] &&
	       strcmp(a->config->groups[group].name, name) != 0)
		group++;
	if (group == a->config->n_groups) {
		snprintf(text, size, "refused: there is no alias group '%s'", name);
		return -ENOENT;
	}
	if (!name[0] && a->config->n_groups > 1) {
		snprintf(text, size, "refused: which of the %zu alias groups is meant?",
			 a->config->n_groups);
		return -EINVAL;
	}
	r = decide_switchover(&a->state, group, clock_boot_ns(), ret_target, text, size);
	*ret_group = group;
	/* The answer is due when this returns, the release must not wait for it. */
	act(a);
	return r;
}

static int request_force(void *data, char *text, size_t size)
{
	struct agent *a = data;
	int r = decide_force(&a->state, clock_boot_ns(), text, size);

	qb_log(LOG_WARNING, "an operator wants the quorum to be forced%s%s", r < 0 ? "; " : "",
	       r < 0 ? text : "");
	act(a);
	return r;
}

int request_open(struct agent *a)
{
	static const struct ipc_io_handler handler = {fill_status, request_switchover,
						      request_force};
	int r = ipc_io_open(&a->ipc, a->daemon.loop, &handler, a);

	if (r < 0)
		qb_log(LOG_ERR, "the local socket %s: %s", AGENT_IPC_NAME, strerror(-r));
	return r;
}
