/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking rtnetlink(7) for ways and neighbours, and to keep these fresh. */
#ifndef TRIREME_ENGINE_ROUTE_IO_H
#define TRIREME_ENGINE_ROUTE_IO_H

#include "engine/neighbours.h"
#include "engine/route_msg.h"

/* For the functions below; netlink_closep(). 0 or -errno. */
int route_io_open(struct mnl_socket **ret_socket);

/* 0: answered; the route may be unusable. -ETIMEDOUT, -ENOBUFS: not. */
int route_io_ask(struct mnl_socket *socket, const struct net_address *to, struct route *ret_route);

/* neighbour_msg_care(). 0, or the kernel's -errno. */
int neighbour_io_care(struct mnl_socket *socket, uint32_t interface,
		      const struct net_address *address, enum neighbour_care care);

/* All of both families, in one dump; the caller frees the table. 0 or -errno. */
int neighbours_io_read(struct neighbours **ret_table);

#endif
