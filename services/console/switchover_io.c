// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/switchover_io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock_io.h"
#include "console/ipc_io.h"

#define POLL_US 50000

static const struct agent_status_group *find_group(const struct agent_status *status,
						   const char *name)
{
	for (uint32_t i = 0; i < status->n_groups; i++) {
		if (strcmp(status->groups[i].name, name) == 0)
			return &status->groups[i];
	}
	return NULL;
}

/* Which group is meant: the named one, or the only one. */
static int choose_group(const struct agent_status *status, const char *name,
			struct agent_status_group *ret_group, struct text *said)
{
	const struct agent_status_group *group = NULL;

	if (name[0])
		group = find_group(status, name);
	else if (status->n_groups == 1)
		group = &status->groups[0];
	if (group) {
		*ret_group = *group;
		return 0;
	}
	if (status->n_groups == 0)
		text_add(said, "there is no alias group");
	else if (name[0])
		text_add(said, "there is no alias group %.32s; allowed:", name);
	else
		text_add(said, "which alias group? One of:");
	for (uint32_t i = 0; i < status->n_groups; i++)
		text_add(said, " %s", status->groups[i].name);
	return -ENOENT;
}

static int wait_for_owner(const struct agent_status_group *before, struct text *said)
{
	uint64_t start = clock_boot_ns(), now = start;
	struct agent_status status;

	while (now - start < SWITCHOVER_WAIT_MS * NSEC_PER_MSEC) {
		const struct agent_status_group *group = NULL;

		if (ipc_agent_status(&status) == 0)
			group = find_group(&status, before->name);
		now = clock_boot_ns();
		if (group && group->owner && group->owner != before->owner) {
			text_add(said, "group %s: %s is the owner now, after %llu ms", before->name,
				 view_node_name(&status, group->owner),
				 (unsigned long long)((now - start) / NSEC_PER_MSEC));
			return 0;
		}
		usleep(POLL_US);
	}
	text_add(said, "group %s: no other owner after %d s; see the status", before->name,
		 SWITCHOVER_WAIT_MS / 1000);
	return -ETIMEDOUT;
}

int switchover(const char *group, struct text *said)
{
	struct agent_status_group before;
	struct agent_status status;
	struct agent_result result;
	int r = ipc_agent_status(&status);

	if (r < 0) {
		view_no_answer("agent", r, said);
		return r;
	}
	r = choose_group(&status, group, &before, said);
	if (r < 0)
		return r;
	r = ipc_switchover(before.name, &result);
	if (r < 0) {
		view_no_answer("agent", r, said);
		return r;
	}
	if (result.header.error < 0) {
		text_add(said, "group %s stays where it is: %s", before.name, result.message);
		return result.header.error;
	}
	return wait_for_owner(&before, said);
}
