/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the agent's loop has last turned, in a mapped file: the agent writes, the watchdog reads.
 * The agent's lock on it (F_OFD_SETLK, fcntl(2)) ends with the process, however it ends.
 */
#ifndef TRIREME_AGENT_TURN_IO_H
#define TRIREME_AGENT_TURN_IO_H

#include <stdbool.h>
#include <stdint.h>

#define TURN_FILE "/run/trireme/agent.turn"

struct turn_io {
	int fd;
	uint64_t *turn; /* NULL: not open */
};

/* For the agent. -EAGAIN: another one has it. */
int turn_io_open(struct turn_io *io, const char *path);
/* now: CLOCK_BOOTTIME, ns; 0: from now on it does not turn, as it should be. */
void turn_io_set(struct turn_io *io, uint64_t now);

/* For the watchdog. -ENOENT: no agent has run since the boot. */
int turn_io_watch(struct turn_io *io, const char *path);
/* The last turn, and whether the agent is there. */
uint64_t turn_io_get(const struct turn_io *io, bool *ret_runs);

void turn_io_close(struct turn_io *io);

#endif
