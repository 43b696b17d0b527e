/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's end of proto/engine_ipc.h. */
#ifndef TRIREME_ENGINE_IPC_IO_H
#define TRIREME_ENGINE_IPC_IO_H

#include <qb/qbloop.h>

#include "engine/engine.h"

/* The user that the health checker runs as; root may ask for everything, it may report only. */
#define IPC_CHECKER_USER "trireme-health"

/*
 * Serves until ipc_server_close(). changed(data) is called after a report that changed a verdict.
 * -EADDRINUSE: another engine runs.
 */
int ipc_io_open(qb_loop_t *loop, struct engine *engine, void (*changed)(void *data), void *data);

#endif
