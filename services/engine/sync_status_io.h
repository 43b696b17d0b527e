/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRIREME_ENGINE_SYNC_STATUS_IO_H
#define TRIREME_ENGINE_SYNC_STATUS_IO_H

#include "engine/sync_io.h"
#include "proto/engine_ipc.h"

/* Everything but the header. config: whose nodes the peers are. */
void sync_status_fill(const struct sync_io *io, const struct config *config,
		      struct engine_sync_status *ret_status);

#endif
