// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/ports.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static_assert(AGENT_WIRE_OBJECT_MAX >= CONFIG_PORT_NAME_MAX, "a port's name fits");

const struct port_state *ports_find(const struct port_state *ports, size_t n_ports,
				    const char *name)
{
	for (size_t i = 0; i < n_ports; i++)
		if (strcmp(ports[i].name, name) == 0)
			return &ports[i];
	return NULL;
}

int ports_obstacle(const struct port_state *port)
{
	if (port->member)
		return -EXDEV;
	return port->foreign ? -EMEDIUMTYPE : 0;
}

/* A port without a gate can do harm whatever is on it. */
static bool find_open_port(const struct port_state *ports, size_t n_ports,
			   char ret_object[AGENT_WIRE_OBJECT_MAX])
{
	for (size_t i = 0; i < n_ports; i++) {
		if (!ports[i].index || ports[i].gated)
			continue;
		snprintf(ret_object, AGENT_WIRE_OBJECT_MAX, "%.9s/%u", ports[i].name,
			 (uint16_t)-ports[i].gate_error);
		return true;
	}
	return false;
}

bool ports_gated(const struct port_state *ports, size_t n_ports)
{
	char object[AGENT_WIRE_OBJECT_MAX];

	return !find_open_port(ports, n_ports, object);
}

enum agent_wire_health ports_health(const struct port_state *ports, size_t n_ports,
				    const struct config_group *group,
				    char ret_object[AGENT_WIRE_OBJECT_MAX])
{
	/* The worst comes first: an owner may go on with most of the others. */
	if (find_open_port(ports, n_ports, ret_object))
		return AGENT_HEALTH_NO_GATE;
	for (size_t i = 0; i < config_n_floating(group); i++) {
		const char *name = config_floating(group, i).port;
		const struct port_state *port = ports_find(ports, n_ports, name);
		enum agent_wire_health code = AGENT_HEALTH_FIT;

		if (!port || !port->index)
			code = AGENT_HEALTH_NO_PORT;
		else if (!port->carrier)
			code = AGENT_HEALTH_NO_CARRIER;
		else if (!port->has_address)
			code = AGENT_HEALTH_NO_ADDRESS;
		if (code == AGENT_HEALTH_FIT)
			continue;
		memcpy(ret_object, name, strlen(name) + 1);
		return code;
	}
	ret_object[0] = '\0';
	return AGENT_HEALTH_FIT;
}
