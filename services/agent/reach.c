// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/reach.h"

#include <assert.h>
#include <string.h>

static_assert(AGENT_WIRE_OBJECT_MAX >= INET_ADDRSTRLEN, "an address fits");
static_assert(CONFIG_GROUPS_MAX <= 32, "every group has a bit");

static const struct reach *find(const struct reach *list, size_t n, uint32_t address)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].address == address)
			return &list[i];
	return NULL;
}

/* Of groups that track the same address all are served by one question. */
static bool is_adopted(const struct config *config, uint32_t adopted, uint32_t address)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *g = &config->groups[i];

		for (size_t k = 0; adopted >> i & 1 && k < g->n_tracked; k++)
			if (g->tracked[k] == address)
				return true;
	}
	return false;
}

static size_t add(const struct config *config, const struct config_node *node, uint32_t adopted,
		  uint32_t address, struct reach *list, size_t n)
{
	const struct config_port *port = config_port_by_neighbour(node, address);
	bool here = is_adopted(config, adopted, address);

	if (!port || find(list, n, address))
		return n;
	list[n] = (struct reach){.address = address, .here = here, .fresh = !here};
	memcpy(list[n].port, port->name, sizeof(list[n].port));
	return n + 1;
}

size_t reach_list(const struct config *config, const struct config_node *node, uint32_t adopted,
		  struct reach ret_list[REACH_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *g = &config->groups[i];

		for (size_t k = 0; k < g->n_tracked; k++)
			n = add(config, node, adopted, g->tracked[k], ret_list, n);
	}
	return n;
}

void reach_answer(struct reach *list, size_t n, uint32_t address, const char *port)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].address == address && strcmp(list[i].port, port) == 0)
			list[i].answered = true;
}

/* How many seconds against it make `here` another. */
static uint8_t patience(const struct reach *r)
{
	if (r->here)
		return REACH_MISSES;
	return r->fresh ? 1 : REACH_ANSWERS;
}

bool reach_turn(struct reach *r)
{
	bool against = r->asked && r->answered != r->here;

	r->asked = true;
	r->answered = false;
	r->against = against ? r->against + 1 : 0;
	if (r->against < patience(r))
		return false;
	r->here = !r->here;
	r->fresh = false;
	r->against = 0;
	return true;
}

enum agent_wire_health reach_health(const struct reach *list, size_t n,
				    const struct config_group *group,
				    char ret_object[AGENT_WIRE_OBJECT_MAX])
{
	for (size_t k = 0; k < group->n_tracked; k++) {
		const struct reach *r = find(list, n, group->tracked[k]);

		if (!r || r->here)
			continue;
		inet_ntop(AF_INET, &r->address, ret_object, AGENT_WIRE_OBJECT_MAX);
		return AGENT_HEALTH_UNREACHABLE;
	}
	ret_object[0] = '\0';
	return AGENT_HEALTH_FIT;
}
