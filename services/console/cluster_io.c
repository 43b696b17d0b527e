// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/cluster_io.h"

#include "console/view.h"
#include "proto/daemon_client_io.h"

static int say(int r, const struct agent_result *result, struct text *said)
{
	if (r < 0) {
		word_no_answer("agent", r, said);
		return r;
	}
	text_add(said, "%s", result->message);
	return result->header.error;
}

int switchover(const char *group, struct text *said)
{
	struct agent_result result;
	int r = daemon_switchover(group, &result);

	return say(r, &result, said);
}

int force_quorum(struct text *said)
{
	struct agent_result result;
	int r = daemon_force_quorum(&result);

	return say(r, &result, said);
}
