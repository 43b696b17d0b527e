/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is looked at of this machine, beside its ports, for the fitness to own a group. Once a
 * second, without a file that is opened.
 */
#ifndef TRIREME_AGENT_HEALTH_IO_H
#define TRIREME_AGENT_HEALTH_IO_H

#include "agent/engine.h"
#include "agent/ports.h"
#include "agent/reach_io.h"
#include "base/poke_io.h"
#include "base/turn_io.h"

struct health_io {
	struct turn_io engine;
	struct poke_io poke; /* the engine's */
	struct reach_io reach;
	uint64_t started; /* CLOCK_BOOTTIME, ns, as all times here */
	uint64_t next;	  /* when it is looked again */
	enum agent_wire_health engine_code;
	char engine_object[AGENT_WIRE_OBJECT_MAX];
	bool synchronised; /* connections, as the engine said when it was looked at */
};

/* engine: the file of its sign of life; "": it is not looked at. -errno: it cannot be. */
int health_io_open(struct health_io *io, const char *engine, uint64_t now);
void health_io_close(struct health_io *io);

/* Looks, if it is time. True: something is another than before. */
bool health_io_look(struct health_io *io, const struct port_state *ports, size_t n_ports,
		    uint64_t now);

/* The first thing that is wrong for this group, or AGENT_HEALTH_FIT; as ports_health(). */
enum agent_wire_health health_io_of(const struct health_io *io, const struct port_state *ports,
				    size_t n_ports, const struct config_group *group,
				    char ret_object[AGENT_WIRE_OBJECT_MAX]);

#endif
