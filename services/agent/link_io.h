/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Watches this node's ports by rtnetlink(7): there or not, carrier, own address, MAC. A port that
 * is new, or whose filters were touched, is not `gated` until somebody has looked (gate_io.h).
 */
#ifndef TRIREME_AGENT_LINK_IO_H
#define TRIREME_AGENT_LINK_IO_H

#include <libmnl/libmnl.h>
#include <qb/qbloop.h>

#include "agent/ports.h"

struct link_io {
	qb_loop_t *loop;
	struct mnl_socket *events;
	void (*changed)(void *data); /* some port is not as it was */
	void *data;
	struct port_state ports[CONFIG_PORTS_MAX];
	size_t n_ports;
};

/* Reads the present state of the node's ports and watches them from then on. */
int link_io_open(struct link_io *io, qb_loop_t *loop, const struct config_node *node,
		 void (*changed)(void *data), void *data);
void link_io_close(struct link_io *io);

#endif
