/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switch-over by command: asks the agent and watches what comes of it. */
#ifndef TRIREME_CONSOLE_SWITCHOVER_IO_H
#define TRIREME_CONSOLE_SWITCHOVER_IO_H

#include "base/text.h"

#define SWITCHOVER_WAIT_MS 5000

/*
 * group "" is the only one. 0: another router owns the group now; -errno: the agent refused, did
 * not answer, or nothing has changed after SWITCHOVER_WAIT_MS. said gets one sentence either way.
 */
int switchover(const char *group, struct text *said);

#endif
