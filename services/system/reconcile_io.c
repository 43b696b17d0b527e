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
#include "system/files_io.h"
#include "system/netlink_io.h"
#include "system/plan.h"
#include "system/sysctl_io.h"

struct round {
	const char *config_path;
	struct mnl_socket *socket;
	/* Links that could not be made: what is planned for them cannot be done either. */
	const char *missing[CONFIG_PORTS_MAX];
	size_t n_missing;
};

static int read_state(const struct config *config, const struct config_node *node,
		      const char *config_path, struct plan_state *ret_state)
{
	struct utsname names;
	int r = sysctl_settings(node, &ret_state->sysctls);

	if (r == 0)
		r = files_wanted(&config->system, &ret_state->files);
	if (r < 0)
		return r;
	sysctl_read(&ret_state->sysctls);
	files_read(config_path, &ret_state->files);
	if (uname(&names) < 0)
		return -errno;
	snprintf(ret_state->host_name, sizeof(ret_state->host_name), "%s", names.nodename);
	return netlink_read(ret_state);
}

static bool is_missing(const struct round *round, const char *port)
{
	for (size_t i = 0; i < round->n_missing; i++) {
		if (strcmp(round->missing[i], port) == 0)
			return true;
	}
	return false;
}

static int apply_action(const struct round *round, const struct plan_action *action)
{
	switch (action->kind) {
	case PLAN_HOST_NAME:
		return sethostname(action->host_name, strlen(action->host_name)) < 0 ? -errno : 0;
	case PLAN_SYSCTL:
		return sysctl_write(action->sysctl);
	case PLAN_FILE:
		return files_write(round->config_path, action->file);
	case PLAN_PROBLEM:
		return action->error;
	default:
		return netlink_apply(round->socket, action);
	}
}

static const char *failure(const struct plan_action *action, int result)
{
	if (action->kind == PLAN_LINK_ADD && result == -EOPNOTSUPP)
		return action->link == PLAN_LINK_VLAN ? "this kernel has no VLANs"
						      : "this kernel has no bonds";
	return strerror(-result);
}

static void do_action(struct round *round, const struct plan_action *action, bool dry_run,
		      reconcile_report report, void *data)
{
	char line[256];
	struct text text = TEXT_ON(line);
	int r;

	if (is_missing(round, action->port) ||
	    (action->kind == PLAN_LINK_ADD && is_missing(round, action->other)))
		r = -ENODEV;
	else
		r = 0;
	if (r == 0 && !dry_run)
		r = apply_action(round, action);
	plan_describe(action, &text);
	if (r == 0) {
		report(line, NULL, data);
		return;
	}
	if (action->kind == PLAN_LINK_ADD && round->n_missing < CONFIG_PORTS_MAX)
		round->missing[round->n_missing++] = action->port;
	report(line, failure(action, r), data);
}

int reconcile(const struct config *config, const struct config_node *node, const char *config_path,
	      bool dry_run, reconcile_report report, void *data)
{
	_cleanup_(netlink_closep) struct mnl_socket *socket = NULL;
	_cleanup_free_ struct plan_state *state = calloc(1, sizeof(*state));
	_cleanup_free_ struct plan *plan = calloc(1, sizeof(*plan));
	struct round round = {.config_path = config_path};
	int r = state && plan ? read_state(config, node, config_path, state) : -ENOMEM;

	if (r == 0)
		r = plan_make(config, node, state, plan);
	if (r == 0)
		r = netlink_open(NETLINK_ROUTE, NETLINK_WAIT_MS, &socket);
	round.socket = socket;
	for (size_t i = 0; r == 0 && i < plan->n_actions; i++)
		do_action(&round, &plan->actions[i], dry_run, report, data);
	return r;
}
