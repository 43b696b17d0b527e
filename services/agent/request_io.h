/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked on the local socket: the status, a switch-over, to force the quorum. */
#ifndef TRIREME_AGENT_REQUEST_IO_H
#define TRIREME_AGENT_REQUEST_IO_H

#include "agent/act_io.h"

/* Until ipc_server_close(). 0, or -errno, which is logged. */
int request_open(struct agent *a);

#endif
