/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What corosync, the ports, the clock and the fencing helper say goes to the decision. */
#ifndef TRIREME_AGENT_EVENT_IO_H
#define TRIREME_AGENT_EVENT_IO_H

#include "agent/act_io.h"

/*
 * Begins to listen, corosync excepted; a->gate is open. 0 or -errno. Whatever it returned,
 * event_close() may follow.
 */
int event_open(struct agent *a);

/* Looks for corosync, as often as it has to. 0 or -errno: it cannot even be looked for. */
int event_connect(struct agent *a);

/*
 * Who this node is, is known: from the document, or from corosync, which has the last word. 0 or
 * -errno: ports cannot be watched, or aliases not removed.
 */
int event_become(struct agent *a, uint32_t id);

void event_close(struct agent *a);

#endif
