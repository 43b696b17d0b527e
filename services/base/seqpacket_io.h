/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams over connections between processes of one machine: SOCK_SEQPACKET of unix(7). */
#ifndef TRIREME_BASE_SEQPACKET_IO_H
#define TRIREME_BASE_SEQPACKET_IO_H

#include <stdbool.h>

/*
 * A socket at path, in place of one that was there, that its owner alone may connect to; nothing of
 * it waits. Returns it, or -errno.
 */
int seqpacket_listen(const char *path, int backlog);

/* A connection to it, of which nothing waits. Returns it, or -errno. */
int seqpacket_connect(const char *path);

/* Whether root or this process's own user is at the other end. */
bool seqpacket_is_trusted(int fd);

#endif
