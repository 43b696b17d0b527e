// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/switchover_io.h"

#include "console/view.h"
#include "proto/daemon_client_io.h"

int switchover(const char *group, struct text *said)
{
	struct agent_result result;
	int r = daemon_switchover(group, &result);

	if (r < 0) {
		word_no_answer("agent", r, said);
		return r;
	}
	text_add(said, "%s", result.message);
	return result.header.error;
}
