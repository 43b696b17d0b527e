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

#endif
