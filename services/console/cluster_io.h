/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks the agent to do. */
#ifndef TRIREME_CONSOLE_CLUSTER_IO_H
#define TRIREME_CONSOLE_CLUSTER_IO_H

#include "base/text.h"

/*
 * Asks the agent to give the group to another router and waits until it has; group "" is the only
 * one. 0: it has; -errno: it has not, or nobody answered. said gets one sentence either way.
 */
int switchover(const char *group, struct text *said);

/* An operator's word that every other node is off: the agent goes on alone. As switchover(). */
int force_quorum(struct text *said);

#endif
