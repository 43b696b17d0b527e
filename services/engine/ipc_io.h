/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's end of proto/engine_ipc.h. */
#ifndef TRIREME_ENGINE_IPC_IO_H
#define TRIREME_ENGINE_IPC_IO_H

#include <qb/qbloop.h>

#include "engine/engine.h"

/* The user that the health checker runs as; root may ask for everything, it may report only. */
#define IPC_CHECKER_USER "trireme-health"

struct ipc_io_handler {
	void (*changed)(void *data); /* a report has changed a verdict */
	/* A machine may join for so many seconds; 0: no more. 0 or -errno, which the client gets.
	 */
	int (*joining)(void *data, uint32_t seconds);
};

/* Serves until ipc_server_close(); handler stays valid. -EADDRINUSE: another engine runs. */
int ipc_io_open(qb_loop_t *loop, struct engine *engine, const struct ipc_io_handler *handler,
		void *data);

#endif
