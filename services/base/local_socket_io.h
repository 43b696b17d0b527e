/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets between processes of one machine, by the path of one of them: unix(7). */
#ifndef TRIREME_BASE_LOCAL_SOCKET_IO_H
#define TRIREME_BASE_LOCAL_SOCKET_IO_H

#include <sys/socket.h>
#include <sys/un.h>

/*
 * A socket of that type (SOCK_DGRAM, SOCK_SEQPACKET), of which nothing waits, and the address that
 * the path is. Returns it, -ENAMETOOLONG, or why there is none.
 */
int local_socket_new(const char *path, int type, struct sockaddr_un *ret_address);

/*
 * The same, and it is at the path, in place of one that was there: its owner alone may connect or
 * send to it. The process's umask is another one meanwhile.
 */
int local_socket_bind(const char *path, int type);

#endif
