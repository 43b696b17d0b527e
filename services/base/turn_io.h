/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a daemon's loop has last turned, and a word of it, in a mapped file: the daemon writes,
 * another one reads. The daemon's lock on it (F_OFD_SETLK, fcntl(2)) ends with the process, however
 * it ends. proto/turn.h has the files.
 */
#ifndef TRIREME_BASE_TURN_IO_H
#define TRIREME_BASE_TURN_IO_H

#include <stdbool.h>
#include <stdint.h>

struct turn_page {
	uint64_t turn; /* CLOCK_BOOTTIME, ns */
	uint64_t word;
};

struct turn_io {
	int fd;
	struct turn_page *page; /* NULL: not open */
};

/* For the daemon. -EAGAIN: another one has it. What its former life has written stays. */
int turn_io_open(struct turn_io *io, const char *path);
/* now: CLOCK_BOOTTIME, ns; 0: from now on it does not turn, as it should be. */
void turn_io_set(struct turn_io *io, uint64_t now, uint64_t word);
/* Another word since the last turn. */
void turn_io_say(struct turn_io *io, uint64_t word);

/* For who watches it. -ENOENT: the daemon has not run since the boot. */
int turn_io_watch(struct turn_io *io, const char *path);
/* The same, before the daemon has run: the file is made. */
int turn_io_await(struct turn_io *io, const char *path);
/* The last turn and the word, and whether the daemon is there. No file is opened. */
struct turn_page turn_io_get(const struct turn_io *io, bool *ret_runs);

void turn_io_close(struct turn_io *io);

#endif
