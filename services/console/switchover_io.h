/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switch-over by command. */
#ifndef TRIREME_CONSOLE_SWITCHOVER_IO_H
#define TRIREME_CONSOLE_SWITCHOVER_IO_H

#include "base/text.h"

/*
 * Asks the agent to give the group to another router and waits until it has; group "" is the only
 * one. 0: it has; -errno: it has not, or nobody answered. said gets one sentence either way.
 */
int switchover(const char *group, struct text *said);

#endif
