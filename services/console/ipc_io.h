/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemons say (proto/daemon_client_io.h), as part of the picture. */
#ifndef TRIREME_CONSOLE_IPC_IO_H
#define TRIREME_CONSOLE_IPC_IO_H

#include "console/view.h"

/* Fills services and n_services of the view, which must be empty. 0 or -errno. */
int ipc_services(struct view *view);

/* Fills sources and n_sources of the view, which must be empty. */
int ipc_sources(struct view *view);

#endif
