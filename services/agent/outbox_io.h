/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to the other agents that corosync has not taken yet. A newer one of its kind and group
 * replaces a waiting one: an old heartbeat would only delay what is true now.
 */
#ifndef TRIREME_AGENT_OUTBOX_IO_H
#define TRIREME_AGENT_OUTBOX_IO_H

#include <stdbool.h>

#include "base/cpg_io.h"
#include "proto/agent_wire.h"

/* One place for every kind of message of every group, so it cannot overflow. */
#define OUTBOX_MAX (AGENT_WIRE_GROUPS_MAX * AGENT_WIRE_TYPE_LAST)

struct outbox_entry {
	enum agent_wire_type type;
	uint64_t key;
	size_t length;
	uint8_t bytes[AGENT_WIRE_MAX];
};

struct outbox {
	struct outbox_entry list[OUTBOX_MAX];
	size_t n;
};

/* Sends, or keeps it until corosync takes it. Without a connection the message is dropped. */
void outbox_send(struct outbox *outbox, struct cpg_io *cpg, const struct agent_message *message);

/* Sends what waits, as far as corosync takes it; of the rest cpg's handler is told again. */
void outbox_flush(struct outbox *outbox, struct cpg_io *cpg);

/* The connection has ended, or another one has begun: nothing waits any more. */
void outbox_clear(struct outbox *outbox);

bool outbox_idle(const struct outbox *outbox); /* nothing waits to be sent */

#endif
