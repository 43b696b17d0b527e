/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What attach_io.c knows of the ports before anything is decided. */
#ifndef TRIREME_ENGINE_ATTACH_PORTS_IO_H
#define TRIREME_ENGINE_ATTACH_PORTS_IO_H

#include "engine/attach_io.h"

/*
 * The node's ports as they are, CONFIG_PORTS_MAX of them at most; of their cards, what would harm
 * is turned off. node NULL: none. Returns how many.
 */
size_t attach_ports_read(const struct attach_io *io, const struct links *links,
			 const struct config_node *node, struct attach_port *ports);

/* Turns off what would harm a program in the mode that was decided. */
void attach_ports_stop_merging(const struct attach_io *io, const struct attach_port *port);

/* The port of that name, or NULL. */
const struct attach_port *attach_port_find(const struct attach_port *ports, size_t n,
					   const char *name);

#endif
