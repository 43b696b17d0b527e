/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said on the ports about floating addresses (packet(7), ARP): hearing it, and probing for
 * them (probe.h). One socket for all ports, so that one that is made anew is heard as well.
 */
#ifndef TRIREME_AGENT_PROBE_IO_H
#define TRIREME_AGENT_PROBE_IO_H

#include "agent/ports.h"
#include "agent/probe.h"
#include "schema/config.h"

/* filter: gate_io_watch(). Returns a descriptor that does not wait, or -errno. */
int probe_io_open(int filter);

/* The next frame that waits to be read, and the interface it came in at; false: none waits. */
bool probe_io_read(int fd, int *ret_index, struct probe_seen *ret_seen);

/*
 * Sends one probe for each alias of the group at its port. -errno: at least one was not sent, so
 * that silence says nothing.
 */
int probe_io_send(int fd, const struct config_group *group, const struct port_state *ports,
		  size_t n_ports);

#endif
