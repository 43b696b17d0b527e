// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/switchover_io.h"

#include "console/ipc_io.h"

int switchover(const char *group, struct text *said)
{
	struct agent_result result;
	int r = ipc_switchover(group, &result);

	if (r < 0) {
		view_no_answer("agent", r, said);
		return r;
	}
	text_add(said, "%s", result.message);
	return result.header.error;
}
