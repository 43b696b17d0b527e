/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why each node is or is not the owner, in one sentence a person understands. Pure. */
#ifndef TRIREME_AGENT_EXPLAIN_H
#define TRIREME_AGENT_EXPLAIN_H

#include "agent/decide.h"
#include "proto/agent_ipc.h"

/* About settings.nodes[node], over all groups; buf is returned. */
const char *explain_node(const struct decide_state *s, size_t node, uint64_t now, char *buf,
			 size_t size);

/* Everything but the header. */
void explain_status(const struct decide_state *s, uint64_t now, struct agent_status *ret_status);

#endif
