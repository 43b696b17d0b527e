/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the flight record (proto/agent_record.h): stores to a mapped file on tmpfs, nothing that
 * waits. What was written is there for the next life of the agent, however this one ends; with the
 * machine's power it is gone, and the other nodes' records tell what they have seen.
 */
#ifndef TRIREME_AGENT_RECORD_IO_H
#define TRIREME_AGENT_RECORD_IO_H

#include <stdint.h>

#include "agent/decide.h"
#include "proto/agent_record.h"

struct record_io {
	void *file;    /* AGENT_RECORD_SIZE bytes; NULL: nothing is recorded */
	uint64_t next; /* number of the next record */
};

/*
 * Opens or makes the file. One that is damaged or of another version is renamed to PATH.bad, and a
 * new one is begun. After -errno the other functions do nothing.
 */
int record_io_open(struct record_io *io, const char *path);
void record_io_close(struct record_io *io);

/* A line of the decision; settings has the name of its group. */
void record_io_add(struct record_io *io, const struct decide_settings *settings,
		   const struct decide_log *log);

#endif
