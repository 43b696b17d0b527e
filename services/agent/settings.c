// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/settings.h"

#include <assert.h>
#include <string.h>

#include "base/clock_io.h"

#define ANSWER_S 5u /* by which a verdict may come later than the device's time-out */

static_assert(DECIDE_NODES_MAX >= CONFIG_NODES_MAX, "every node has a place");
static_assert(PREFER_NODES_MAX >= CONFIG_NODES_MAX, "every node can be preferred");
static_assert(DECIDE_GROUPS_MAX >= CONFIG_GROUPS_MAX, "every group has a place");
static_assert(DECIDE_NAME_MAX >= CONFIG_NAME_MAX, "every name fits");

static uint64_t add_text(uint64_t hash, const char *text)
{
	return agent_wire_hash(hash, text, strlen(text) + 1);
}

static uint64_t add_number(uint64_t hash, uint32_t number)
{
	return agent_wire_hash(hash, &number, sizeof(number));
}

/* The same on every node that works with the same configuration, as far as the agents share it. */
static uint64_t revision(const struct config *config)
{
	uint64_t hash = add_number(AGENT_WIRE_HASH, config->token);

	hash = add_number(hash, config->consensus);
	hash = add_number(hash, config->heartbeat);
	if (config->device.host)
		hash = add_number(hash, config->device.sync_timeout);
	for (size_t i = 0; i < config->n_nodes; i++) {
		hash = add_text(hash, config->nodes[i].name);
		hash = add_number(hash, config->nodes[i].id);
		hash = add_number(hash, config->nodes[i].role);
		hash = add_number(hash, config->nodes[i].priority);
	}
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *g = &config->groups[i];

		hash = add_text(hash, g->name);
		hash = add_number(hash, g->preempt);
		for (size_t k = 0; k < g->n_preferred; k++)
			hash = add_number(hash, g->preferred[k]);
		for (size_t k = 0; k < g->n_aliases; k++) {
			hash = add_text(hash, g->aliases[k].label);
			hash = add_number(hash, g->aliases[k].address);
		}
		for (size_t k = 0; k < g->n_ipv6_aliases; k++) {
			hash = add_text(hash, g->ipv6_aliases[k].port);
			hash = agent_wire_hash(hash, &g->ipv6_aliases[k].address,
					       sizeof(g->ipv6_aliases[k].address));
		}
	}
	return hash;
}

static void set_preferred(const struct config_group *group, struct prefer_order *ret_order)
{
	ret_order->preempt = group->preempt;
	ret_order->n_nodes = group->n_preferred;
	for (size_t i = 0; i < group->n_preferred; i++)
		ret_order->nodes[i] = group->preferred[i];
}

void settings_make(const struct config *config, uint32_t self, uint64_t incarnation,
		   struct decide_settings *ret_settings)
{
	struct lease_timing timing = {.token = config->token,
				      .consensus = config->consensus,
				      .heartbeat = config->heartbeat,
				      .device = config->device.host ? config->device.sync_timeout
								    : 0};
	struct decide_settings *s = ret_settings;

	memset(s, 0, sizeof(*s));
	s->self = self;
	s->incarnation = incarnation;
	s->revision = revision(config);
	s->times = lease_times(&timing);
	s->device_votes = config->device.host ? CONFIG_DEVICE_VOTES : 0;
	s->expected_votes = (uint32_t)config->n_nodes + s->device_votes;
	s->n_nodes = config->n_nodes;
	for (size_t i = 0; i < config->n_nodes; i++) {
		s->nodes[i].id = config->nodes[i].id;
		s->nodes[i].witness = config->nodes[i].role == CONFIG_ROLE_WITNESS;
		s->nodes[i].priority = config->nodes[i].priority;
		memcpy(s->nodes[i].name, config->nodes[i].name, CONFIG_NAME_MAX);
	}
	s->n_groups = config->n_groups;
	for (size_t i = 0; i < config->n_groups; i++) {
		memcpy(s->groups[i], config->groups[i].name, CONFIG_NAME_MAX);
		set_preferred(&config->groups[i], &s->preferred[i]);
	}
}

const struct config_fence_device *settings_fence_device(const struct config *config, uint32_t id)
{
	const struct config_node *node = settings_node_by_id(config, id);

	for (size_t i = 0; node && !node->standby && i < config->n_fence_devices; i++)
		if (strcmp(config->fence_devices[i].node, node->name) == 0)
			return &config->fence_devices[i];
	return NULL;
}

void settings_devices(const struct config *config, const struct decide_settings *settings,
		      struct decide_device ret_devices[DECIDE_NODES_MAX])
{
	memset(ret_devices, 0, DECIDE_NODES_MAX * sizeof(ret_devices[0]));
	for (size_t i = 0; i < settings->n_nodes; i++) {
		const struct config_fence_device *device =
			settings_fence_device(config, settings->nodes[i].id);

		if (device)
			ret_devices[i] = (struct decide_device){
				.usable = true,
				.delay = device->delay_s * NSEC_PER_SEC,
				.timeout = (device->timeout_s + ANSWER_S) * NSEC_PER_SEC};
	}
}

/* Bytes that no field uses may differ: then the two only seem not to be equal. */
static bool same(const void *a, const void *b, size_t size)
{
	return memcmp(a, b, size) == 0;
}

/* Whether a node stands by is told to the decision, which goes on (decide_standby()). */
static bool same_nodes(const struct config *a, const struct config *b)
{
	struct config_node node;

	for (size_t i = 0; i < a->n_nodes; i++) {
		memcpy(&node, &a->nodes[i], sizeof(node));
		node.standby = b->nodes[i].standby;
		if (!same(&node, &b->nodes[i], sizeof(node)))
			return false;
	}
	return true;
}

bool settings_equal(const struct config *a, const struct config *b)
{
	return a->token == b->token && a->consensus == b->consensus &&
	       a->heartbeat == b->heartbeat && !a->device.host == !b->device.host &&
	       a->device.sync_timeout == b->device.sync_timeout && a->n_nodes == b->n_nodes &&
	       same_nodes(a, b) && a->n_groups == b->n_groups &&
	       same(a->groups, b->groups, sizeof(a->groups));
}

const struct config_node *settings_node_by_id(const struct config *config, uint32_t id)
{
	for (size_t i = 0; i < config->n_nodes; i++)
		if (config->nodes[i].id == id)
			return &config->nodes[i];
	return NULL;
}
