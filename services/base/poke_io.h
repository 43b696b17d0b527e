/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A daemon wakes another one up, and neither waits nor is told whether there is one: empty
 * datagrams of unix(7). Root alone may.
 */
#ifndef TRIREME_BASE_POKE_IO_H
#define TRIREME_BASE_POKE_IO_H

#include <sys/socket.h>
#include <sys/un.h>

struct poke_io {
	int fd; /* -1: not open */
	struct sockaddr_un to;
};

/* For who is woken up: a socket at path, in place of one that was there, or -errno. */
int poke_io_listen(const char *path);
/* Takes all that are there. */
void poke_io_take(int fd);

/* For who wakes it up. -ENAMETOOLONG, or why there is no socket. */
int poke_io_open(struct poke_io *io, const char *path);
/* Does nothing when io is not open, nobody listens, or enough are there already. */
void poke_io_send(const struct poke_io *io);
void poke_io_close(struct poke_io *io);

#endif
