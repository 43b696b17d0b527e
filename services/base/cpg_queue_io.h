/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages that corosync has not taken yet, first in, first out, for a group whose every message
 * counts. */
#ifndef TRIREME_BASE_CPG_QUEUE_IO_H
#define TRIREME_BASE_CPG_QUEUE_IO_H

#include "base/cpg_io.h"

#define CPG_QUEUE_MAX 64
#define CPG_MESSAGE_MAX 8192 /* bytes */

struct cpg_queue_entry {
	void *bytes;
	size_t size;
};

struct cpg_queue {
	struct cpg_queue_entry list[CPG_QUEUE_MAX]; /* from `first` on, round about */
	size_t first, n;
};

/*
 * Sends a copy, or keeps it until corosync takes it. -EAGAIN: the queue is full, there is room
 * again after a later cpg_queue_flush(); -ENOTCONN: there is no connection; -EMSGSIZE: larger than
 * CPG_MESSAGE_MAX; -ENOMEM.
 */
int cpg_queue_send(struct cpg_queue *queue, struct cpg_io *cpg, const void *bytes, size_t size);

/*
 * Sends what waits, as far as corosync takes it. To be called from cpg's handler->writable(),
 * which is told again of the rest. Returns how many more messages fit.
 */
size_t cpg_queue_flush(struct cpg_queue *queue, struct cpg_io *cpg);

/* Drops what waits: the connection has ended, what it was about may not be true any more. */
void cpg_queue_clear(struct cpg_queue *queue);

#endif
