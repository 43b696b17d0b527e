// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/announce_io.h"

#include <linux/if_ether.h>

#include "agent/announce.h"
#include "agent/frame_io.h"

static int send_arp(int fd, enum announce_form form, uint32_t address,
		    const struct port_state *port)
{
	uint8_t frame[ANNOUNCE_FRAME_SIZE];

	announce_frame(frame, form, port->mac, address);
	return frame_io_send(fd, frame, sizeof(frame), ETH_P_ARP, port->index);
}

static int send_advertisement(int fd, const struct in6_addr *address, const struct port_state *port)
{
	uint8_t frame[ANNOUNCE_IPV6_SIZE];

	announce_ipv6_frame(frame, port->mac, address);
	return frame_io_send(fd, frame, sizeof(frame), ETH_P_IPV6, port->index);
}

static int announce(int fd, const struct config_floating *alias, const struct port_state *port)
{
	int r;

	if (!alias->label)
		return send_advertisement(fd, &alias->address, port);
	r = send_arp(fd, ANNOUNCE_REQUEST, alias->address.s6_addr32[3], port);
	return r < 0 ? r : send_arp(fd, ANNOUNCE_REPLY, alias->address.s6_addr32[3], port);
}

int announce_io_send(int fd, const struct config_group *group, const struct port_state *ports,
		     size_t n_ports)
{
	int result = 0;

	for (size_t i = 0; i < config_n_floating(group); i++) {
		const struct config_floating alias = config_floating(group, i);
		const struct port_state *port = ports_find(ports, n_ports, alias.port);
		int r;

		if (!port || !port->index)
			continue;
		r = announce(fd, &alias, port);
		if (r < 0)
			result = r;
	}
	return result;
}
