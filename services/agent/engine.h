/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the forwarding engine's sign of life (proto/turn.h) means for the fitness to own a group.
 * The kernel forwards while the engine is started again, so that one that is gone counts only after
 * a while; what it could not set counts at once. Pure; times are CLOCK_BOOTTIME, ns.
 */
#ifndef TRIREME_AGENT_ENGINE_H
#define TRIREME_AGENT_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/agent_wire.h"

struct engine_sight {
	bool runs;
	uint64_t turn; /* its last one; 0: none since the boot */
	uint64_t word; /* ENGINE_WORD_…: a trouble may be one that a later release has added */
};

/* started: when this agent began to look. ret_object: what of the configuration is not in force. */
enum agent_wire_health engine_health(const struct engine_sight *sight, uint64_t started,
				     uint64_t now, char ret_object[AGENT_WIRE_OBJECT_MAX]);

/* Whether the other routers have this one's connections: as an engine says that is at work. */
bool engine_synchronised(const struct engine_sight *sight, uint64_t now);

#endif
