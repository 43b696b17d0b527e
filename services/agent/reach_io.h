/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks for the addresses that are tracked (reach.h), each from the own address of its port, by a
 * packet(7) socket whose filter lets nothing in but answers to that. Nothing waits: what has come
 * is read when it is asked again.
 */
#ifndef TRIREME_AGENT_REACH_IO_H
#define TRIREME_AGENT_REACH_IO_H

#include "agent/ports.h"
#include "agent/reach.h"

struct reach_io {
	int fd; /* -1: nothing is tracked */
	struct reach list[REACH_MAX];
	size_t n;
};

/*
 * In the place of what was asked for before. node: who this is; a witness asks for nothing.
 * adopted: as reach_list() has it. -errno: nothing is asked for, and nothing counts as away.
 */
int reach_io_open(struct reach_io *io, const struct config *config, const struct config_node *node,
		  uint32_t adopted);
void reach_io_close(struct reach_io *io);

/* Once a second: hears the answers, asks anew. True: one is here, or away, that was not. */
bool reach_io_turn(struct reach_io *io, const struct port_state *ports, size_t n_ports);

#endif
