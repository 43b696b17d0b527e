/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the configuration to the settings of the decision. Pure. */
#ifndef TRIREME_AGENT_SETTINGS_H
#define TRIREME_AGENT_SETTINGS_H

#include "agent/decide.h"
#include "schema/config.h"

/* self: this node's id, 0 when not known yet. incarnation: differs in every life of the agent. */
void settings_make(const struct config *config, uint32_t self, uint64_t incarnation,
		   struct decide_settings *ret_settings);

/* Whether the agent would do the same with either: ports, groups and times are equal. */
bool settings_equal(const struct config *a, const struct config *b);

const struct config_node *settings_node_by_id(const struct config *config, uint32_t id);

/* The device of that node, or NULL; none of one that stands by. */
const struct config_fence_device *settings_fence_device(const struct config *config, uint32_t id);

/*
 * How the nodes of the settings can be fenced, as decide_fencing() takes it: those that have a
 * device and do not stand by.
 */
void settings_devices(const struct config *config, const struct decide_settings *settings,
		      struct decide_device ret_devices[DECIDE_NODES_MAX]);

#endif
