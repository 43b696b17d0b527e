// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/view.h"

#include <stdlib.h>

#include "base/cleanup.h"

void view_clear(struct view *view)
{
	for (size_t i = 0; i < view->n_services; i++)
		free(view->services[i].reals);
	free(view->services);
	free(view->sources);
	*view = (struct view){0};
}

static const struct agent_status_node *node_by_id(const struct agent_status *agent, uint32_t id)
{
	for (uint32_t i = 0; i < agent->n_nodes; i++) {
		if (agent->nodes[i].id == id)
			return &agent->nodes[i];
	}
	return NULL;
}

const struct agent_status_node *view_this_node(const struct agent_status *agent)
{
	return node_by_id(agent, agent->node_id);
}

bool view_may_force(const struct view *view)
{
	const struct agent_status_node *node =
		view->agent_error ? NULL : view_this_node(&view->agent);

	return node && !node->witness && view->agent.quorum == AGENT_QUORUM_NO;
}

size_t view_reals_up(const struct view_service *service)
{
	size_t n = 0;

	for (size_t i = 0; i < service->n_reals; i++)
		n += service->reals[i].health != ENGINE_HEALTH_DOWN && service->reals[i].in_use;
	return n;
}

/* What the agent is doing on the way to another role; NULL: the role is settled. */
static const char *unsettled_role(uint8_t role)
{
	switch (role) {
	case AGENT_ROLE_STARTING:
		return "is still starting";
	case AGENT_ROLE_WAITING:
		return "is about to take over";
	case AGENT_ROLE_RELEASING:
		return "is handing over";
	default:
		return NULL;
	}
}

static bool agent_ready(const struct view *view, struct text *why)
{
	if (view->agent_error) {
		word_no_answer("agent", view->agent_error, why);
		return false;
	}
	if (view->agent.quorum != AGENT_QUORUM_YES) {
		text_add(why, "there is no quorum (%s)", word_quorum(view->agent.quorum));
		return false;
	}
	for (uint32_t i = 0; i < view->agent.n_groups; i++) {
		const char *unsettled = unsettled_role(view->agent.groups[i].role);

		if (!unsettled)
			continue;
		text_add(why, "group %s: the agent %s", view->agent.groups[i].name, unsettled);
		return false;
	}
	return true;
}

/* A real server that is kept out until its first check says something. */
static const struct engine_real_status *unchecked_real(const struct view_service *service)
{
	for (size_t i = 0; i < service->n_reals; i++) {
		const struct engine_real_status *real = &service->reals[i];

		if (real->admin == ENGINE_ADMIN_ENABLED && real->weight > 0 && !real->in_use &&
		    real->health == ENGINE_HEALTH_UNKNOWN)
			return real;
	}
	return NULL;
}

static bool service_ready(const struct view_service *service, struct text *why)
{
	const struct engine_real_status *real = unchecked_real(service);

	if (!service->applied)
		text_add(why, "service %s is not in the kernel yet", service->name);
	else if (real)
		text_add(why, "service %s: real server %s is not checked yet", service->name,
			 real->name);
	return service->applied && !real;
}

static bool engine_ready(const struct view *view, struct text *why)
{
	if (view->engine_error) {
		word_no_answer("engine", view->engine_error, why);
		return false;
	}
	for (size_t i = 0; i < view->n_services; i++) {
		if (!service_ready(&view->services[i], why))
			return false;
	}
	return true;
}

bool view_ready(const struct view *view, struct text *why)
{
	const struct agent_status_node *node;

	if (!agent_ready(view, why))
		return false;
	node = view_this_node(&view->agent);
	return (node && node->witness) || engine_ready(view, why);
}
