/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State of this node's ports and what it means for the fitness to own a group. Pure. */
#ifndef TRIREME_AGENT_PORTS_H
#define TRIREME_AGENT_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/agent_wire.h"
#include "schema/config.h"

struct port_state {
	char name[CONFIG_PORT_NAME_MAX];
	uint32_t address; /* that it should have, network byte order */
	int index;	  /* 0: not there */
	bool carrier;	  /* up and with a carrier */
	bool has_address;
	bool member;	/* of a bond or a bridge: frames pass the master's gate, not its own */
	bool foreign;	/* not Ethernet: the gate reads Ethernet's frames */
	bool gated;	/* the kernel's gate is attached, and counts */
	int gate_error; /* not gated: -errno, why */
	uint8_t mac[6];
};

/* The first thing that is wrong with a port the group needs, or AGENT_HEALTH_FIT. */
enum agent_wire_health ports_health(const struct port_state *ports, size_t n_ports,
				    const struct config_group *group,
				    char ret_object[AGENT_WIRE_OBJECT_MAX]);

/* -EXDEV: a member; -EMEDIUMTYPE: not Ethernet; 0: a gate on it counts. */
int ports_obstacle(const struct port_state *port);

/* Whether every port that is there has the gate. */
bool ports_gated(const struct port_state *ports, size_t n_ports);

const struct port_state *ports_find(const struct port_state *ports, size_t n_ports,
				    const char *name);

#endif
