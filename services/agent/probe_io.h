/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said on the ports about floating addresses (packet(7), ARP and neighbour discovery):
 * hearing it, and probing for them (probe.h). A socket hears all ports, so that one that is made
 * anew is heard as well.
 */
#ifndef TRIREME_AGENT_PROBE_IO_H
#define TRIREME_AGENT_PROBE_IO_H

#include "agent/ports.h"
#include "agent/probe.h"
#include "schema/config.h"

/* filter: gate_io_watch(); protocol: ETH_P_ARP or ETH_P_IPV6. Returns a descriptor that does not
 * wait, or -errno. */
int probe_io_open(int filter, uint16_t protocol);

/* The next frame that waits to be read, and the interface it came in at; false: none waits. */
bool probe_io_read(int fd, int *ret_index, struct probe_seen *ret_seen);

/*
 * Sends one probe for each floating address of the group at its port, by any of the sockets.
 * -errno: at least one was not sent, so that silence says nothing.
 */
int probe_io_send(int fd, const struct config_group *group, const struct port_state *ports,
		  size_t n_ports);

#endif
