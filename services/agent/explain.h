/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why each node is or is not the owner, in one sentence a person understands. Pure. */
#ifndef TRIREME_AGENT_EXPLAIN_H
#define TRIREME_AGENT_EXPLAIN_H

#include "agent/decide.h"
#include "agent/explain_time.h"
#include "proto/agent_ipc.h"

/* About settings.nodes[node] and a group; buf is returned. */
const char *explain_group(const struct decide_state *s, size_t node, size_t group,
			  const struct explain_clock *clock, char *buf, size_t size);

/* The same over all groups: once, if it is the same for all. */
const char *explain_node(const struct decide_state *s, size_t node,
			 const struct explain_clock *clock, char *buf, size_t size);

/* Everything but the header. */
void explain_status(const struct decide_state *s, const struct explain_clock *clock,
		    struct agent_status *ret_status);

#endif
