/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of the leases this node has voted for, where it outlives the agent: a mapped file on
 * tmpfs, and the lock that keeps a second agent away. An agent that restarts finds here what it has
 * to wait for, though its configuration may be another one.
 */
#ifndef TRIREME_AGENT_VOTE_IO_H
#define TRIREME_AGENT_VOTE_IO_H

#include <stdint.h>

#define VOTE_FILE "/run/trireme/agent.vote"

struct vote_io {
	int fd;
	uint64_t *until; /* CLOCK_BOOTTIME; 0: no vote */
};

/* Opens or makes the file. -EBUSY: another agent has it. */
int vote_io_open(struct vote_io *io, const char *path);
void vote_io_close(struct vote_io *io);

uint64_t vote_io_get(const struct vote_io *io);
void vote_io_set(struct vote_io *io, uint64_t until);

#endif
