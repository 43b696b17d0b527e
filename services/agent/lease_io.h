/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The leases of this node, and the end of those it has voted for, where they outlive the agent: a
 * mapped file on tmpfs. Setting one is a store to memory. An agent that restarts finds here what it
 * may still serve, and what it has to wait for though its configuration may be another one.
 */
#ifndef TRIREME_AGENT_LEASE_IO_H
#define TRIREME_AGENT_LEASE_IO_H

#include <stdint.h>

#include "proto/agent_wire.h"

struct lease_record {
	uint64_t key; /* of the group */
	uint64_t epoch;
	uint64_t deadline; /* CLOCK_BOOTTIME; 0: none */
};

struct lease_io {
	int fd;
	struct lease_file *file;
};

/* Opens or makes the file. -EBUSY: another agent has it. */
int lease_io_open(struct lease_io *io, const char *path);
void lease_io_close(struct lease_io *io);

/* The group's record, or a free one for it; NULL: all are taken by groups with running leases. */
struct lease_record *lease_io_find(struct lease_io *io, uint64_t key, uint64_t now);

void lease_io_set(struct lease_record *record, uint64_t key, uint64_t epoch, uint64_t deadline);
void lease_io_clear(struct lease_record *record);

uint64_t lease_io_guard(const struct lease_io *io); /* CLOCK_BOOTTIME; 0: no vote */
void lease_io_set_guard(struct lease_io *io, uint64_t until);

#endif
