/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRIREME_API_STATE_SYNC_H
#define TRIREME_API_STATE_SYNC_H

#include "base/buffer.h"
#include "proto/engine_ipc.h"

/* The state's member for what routers tell each other of connections, behind others. */
void state_add_sync(struct buffer *buffer, const struct engine_sync_status *status);

#endif
