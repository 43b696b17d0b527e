/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPVS's sync daemons in the running engine (ipvs_sync.h). Private to engine_io.c. */
#ifndef TRIREME_ENGINE_ENGINE_IPVS_SYNC_H
#define TRIREME_ENGINE_ENGINE_IPVS_SYNC_H

#include <stdint.h>

#include "engine/engine.h"

/*
 * Starts and stops them as they should run, and tells the other routers of the backup. -ENODEV: no
 * eth1; else the kernel's errno, and *ret_what says what it is of. Without IPVS nothing is done.
 */
int engine_ipvs_sync(struct engine *engine, uint64_t now, const char **ret_what);

#endif
