/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to the forwarding engine (proto/engine_ipc.h). */
#ifndef TRIREME_HEALTH_ENGINE_IO_H
#define TRIREME_HEALTH_ENGINE_IO_H

#include "health/targets.h"

/* The longest that connecting, or one report, may block the checker. */
#define ENGINE_WAIT_MS 500

/* -errno: the engine is not there; try again later. */
int engine_io_open(qb_ipcc_connection_t **ret_engine);
void engine_io_close(qb_ipcc_connection_t *engine);

/*
 * Reports one verdict. -ENOENT: the engine does not know the real server (yet: it may be about to
 * read the configuration). Any other error: the connection is of no use any more.
 */
int engine_io_report(qb_ipcc_connection_t *engine, const struct subscriber *subscriber,
		     const struct probe *probe);

#endif
