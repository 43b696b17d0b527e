// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/plan.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "system/plan_parts.h"

struct plan_action *plan_add(struct plan *plan, enum plan_kind kind, const char *port)
{
	struct plan_action *action = &plan->actions[plan->n_actions++];

	*action = (struct plan_action){.kind = kind};
	if (port)
		copy_text(action->port, sizeof(action->port), port);
	return action;
}

static void plan_host_name(const struct planning *p)
{
	if (strcmp(p->state->host_name, p->node->name) != 0)
		plan_add(p->plan, PLAN_HOST_NAME, NULL)->host_name = p->node->name;
}

static bool has_link(const struct plan_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_links; i++) {
		if (strcmp(state->links[i].name, name) == 0)
			return true;
	}
	return false;
}

/* A port that is not there yet will have the settings of "default", which come before it. */
static void plan_sysctls(const struct planning *p)
{
	for (size_t i = 0; i < p->state->sysctls.n; i++) {
		const struct sysctl_setting *setting = &p->state->sysctls.entries[i];

		if (setting->port && !has_link(p->state, setting->port))
			continue;
		if (setting->exists ? strcmp(setting->current, setting->value) != 0
				    : !setting->optional)
			plan_add(p->plan, PLAN_SYSCTL, NULL)->sysctl = setting;
	}
}

static void plan_files(const struct planning *p)
{
	for (size_t i = 0; i < p->state->files.n; i++) {
		const struct system_file *file = &p->state->files.entries[i];

		struct plan_action *action;

		if (!file->impossible && file->exists && strcmp(file->current, file->wanted) == 0)
			continue;
		action = plan_add(p->plan, file->impossible ? PLAN_PROBLEM : PLAN_FILE, NULL);
		action->file = file;
		action->error = file->impossible ? -ENOENT : 0;
	}
}

/* What the whole plan can have at most: each thing observed or wanted causes so many actions. */
static size_t most_actions(const struct config *config, const struct config_node *node,
			   const struct plan_state *state)
{
	size_t wanted = 1 + node->n_routes + config->n_kept;

	for (size_t i = 0; i < node->n_ports; i++) {
		const struct config_port *port = &node->ports[i];

		/* Made or changed or a problem, MTU, up; addresses; each member the same. */
		wanted += 4 + 1 + port->n_additional + 3 * port->bond.n_members;
	}
	return 2 + state->sysctls.n + state->files.n + 2 * state->n_links + wanted +
	       state->n_routes + state->n_addresses;
}

int plan_make(const struct config *config, const struct config_node *node,
	      const struct plan_state *state, struct plan *ret_plan)
{
	struct planning p = {.config = config, .node = node, .state = state, .plan = ret_plan};

	if (most_actions(config, node, state) > PLAN_ACTIONS_MAX)
		return -ENOSPC;
	ret_plan->n_actions = 0;
	plan_host_name(&p);
	plan_sysctls(&p);
	plan_links(&p);
	plan_addresses(&p);
	plan_routes(&p);
	plan_address_removal(&p);
	plan_files(&p);
	return 0;
}
