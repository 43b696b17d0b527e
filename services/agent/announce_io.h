/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends announcements (announce.h). */
#ifndef TRIREME_AGENT_ANNOUNCE_IO_H
#define TRIREME_AGENT_ANNOUNCE_IO_H

#include "agent/ports.h"

/*
 * Announces every alias of the group, those of IPv4 in both forms, by a socket of frame_io_open().
 * 0, or -errno of the last frame that failed.
 */
int announce_io_send(int fd, const struct config_group *group, const struct port_state *ports,
		     size_t n_ports);

#endif
