/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRIREME_API_STATE_DATAPATH_H
#define TRIREME_API_STATE_DATAPATH_H

#include "base/buffer.h"
#include "proto/engine_ipc.h"

/* The state's member for the data path, behind others. */
void state_add_datapath(struct buffer *buffer, const struct engine_totals *totals);

#endif
