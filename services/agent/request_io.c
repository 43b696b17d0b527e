// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/request_io.h"

#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>

#include "agent/explain.h"
#include "base/clock_io.h"
#include "base/text.h"

static void fill_status(void *data, struct agent_status *ret_status)
{
	struct agent *a = data;

	const struct explain_clock clock = {.now = clock_boot_ns(), .wall = clock_wall_ns()};

	explain_status(&a->state, &clock, ret_status);
}

/* Which one is meant, and which there are. */
static int refuse_group(const struct config *config, const char *name, char *text, size_t size)
{
	struct text words = text_on(text, size);

	if (name[0])
		text_add(&words, "refused: there is no alias group '%s'; allowed is", name);
	else
		text_add(&words, "refused: there are several alias groups; name one:");
	for (size_t i = 0; i < config->n_groups; i++)
		text_add(&words, "%s %s", i ? "," : "", config->groups[i].name);
	return name[0] ? -ENOENT : -EINVAL;
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
	if (group == a->config->n_groups)
		return refuse_group(a->config, name, text, size);
	if (!name[0] && a->config->n_groups > 1)
		return refuse_group(a->config, "", text, size);
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
