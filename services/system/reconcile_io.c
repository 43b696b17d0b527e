// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/reconcile_io.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/netlink_io.h"
#include "system/netlink_io.h"
#include "system/plan.h"
#include "system/sysctl_io.h"

static int read_state(const struct config_node *node, struct plan_state *ret_state)
{
	struct utsname names;
	int r = sysctl_settings(node, &ret_state->sysctls);

	if (r < 0)
		return r;
	sysctl_read(&ret_state->sysctls);
	if (uname(&names) < 0)
		return -errno;
	snprintf(ret_state->host_name, sizeof(ret_state->host_name), "%s", names.nodename);
	return netlink_read(ret_state);
}

static int apply_action(struct mnl_socket *socket, const struct plan_action *action)
{
	switch (action->kind) {
	case PLAN_HOST_NAME:
		return sethostname(action->host_name, strlen(action->host_name)) < 0 ? -errno : 0;
	case PLAN_SYSCTL:
		return sysctl_write(action->sysctl);
	case PLAN_PROBLEM:
		return -ENODEV;
	default:
		return netlink_apply(socket, action);
	}
}

int reconcile(const struct config *config, const struct config_node *node, bool dry_run,
	      reconcile_report report, void *data)
{
	_cleanup_(netlink_closep) struct mnl_socket *socket = NULL;
	_cleanup_free_ struct plan_state *state = calloc(1, sizeof(*state));
	_cleanup_free_ struct plan *plan = calloc(1, sizeof(*plan));
	int r = state && plan ? read_state(node, state) : -ENOMEM;

	if (r == 0)
		r = plan_make(config, node, state, plan);
	if (r == 0)
		r = netlink_open(NETLINK_ROUTE, NETLINK_WAIT_MS, &socket);
	for (size_t i = 0; r == 0 && i < plan->n_actions; i++) {
		char line[256];
		struct text text = TEXT_ON(line);

		plan_describe(&plan->actions[i], &text);
		report(line, dry_run ? 0 : apply_action(socket, &plan->actions[i]), data);
	}
	return r;
}
