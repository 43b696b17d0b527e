/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sends announcements through packet(7) sockets, by way of the qdisc: a gate attached there must
 * see them.
 */
#ifndef TRIREME_AGENT_ANNOUNCE_IO_H
#define TRIREME_AGENT_ANNOUNCE_IO_H

#include "agent/ports.h"

/* Returns the socket, which the caller closes, or -errno. */
int announce_io_open(void);

/* Announces every alias of the group, those of IPv4 in both forms; -errno of the last frame that
 * failed. */
int announce_io_send(int fd, const struct config_group *group, const struct port_state *ports,
		     size_t n_ports);

#endif
