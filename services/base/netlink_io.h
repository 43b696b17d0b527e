/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking the kernel by netlink(7), with libmnl: a request and its whole answer, and reading tables
 * that change while they are read.
 */
#ifndef TRIREME_BASE_NETLINK_IO_H
#define TRIREME_BASE_NETLINK_IO_H

#include <libmnl/libmnl.h>
#include <stddef.h>

/* A part of a dump is at most this large (bytes; net/netlink/af_netlink.c: netlink_recvmsg()). */
#define NETLINK_PART_MAX 32768

/* protocol as NETLINK_ROUTE; wait_ms limits the wait for each part of an answer. 0 or -errno. */
int netlink_open(int protocol, unsigned int wait_ms, struct mnl_socket **ret_socket);
void netlink_closep(struct mnl_socket **socket);

/*
 * Numbers and sends the request, and hands callback (may be NULL) every message of the answer up to
 * the end of the dump or the acknowledgement. buf takes the parts (NETLINK_PART_MAX for a dump);
 * the request may lie in it. 0; the kernel's or the callback's -errno; -EINTR when the dump is not
 * whole because something changed meanwhile; -ETIMEDOUT. After an error parts may still be queued:
 * a dump is tried again on a new socket only.
 */
int netlink_talk(struct mnl_socket *socket, struct nlmsghdr *request, void *buf, size_t size,
		 mnl_cb_t callback, void *data);

/*
 * Calls read with a socket of its own, and again with a new one while it returns -EINTR; -EINTR
 * after many tries. read starts from the beginning each time.
 */
int netlink_read_whole(int protocol, unsigned int wait_ms,
		       int (*read)(struct mnl_socket *socket, void *data), void *data);

#endif
