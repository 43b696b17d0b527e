// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/ports.h"

#include <assert.h>
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

enum agent_wire_health ports_health(const struct port_state *ports, size_t n_ports,
				    const struct config_group *group,
				    char ret_object[AGENT_WIRE_OBJECT_MAX])
{
	for (size_t i = 0; i < group->n_aliases; i++) {
		const char *name = group->aliases[i].port;
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
