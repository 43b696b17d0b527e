// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/announce_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/announce.h"

int announce_io_open(void)
{
	/* Protocol 0: it receives nothing. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* An Ethernet frame as it is. */
static int send_frame(int fd, const uint8_t *frame, size_t size, uint16_t protocol, int port)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(protocol),
				 .sll_ifindex = port,
				 .sll_halen = 6};

	memcpy(to.sll_addr, frame, 6);
	if (sendto(fd, frame, size, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return 0;
}

static int send_arp(int fd, enum announce_form form, uint32_t address,
		    const struct port_state *port)
{
	uint8_t frame[ANNOUNCE_FRAME_SIZE];

	announce_frame(frame, form, port->mac, address);
	return send_frame(fd, frame, sizeof(frame), ETH_P_ARP, port->index);
}

static int send_advertisement(int fd, const struct in6_addr *address, const struct port_state *port)
{
	uint8_t frame[ANNOUNCE_IPV6_SIZE];

	announce_ipv6_frame(frame, port->mac, address);
	return send_frame(fd, frame, sizeof(frame), ETH_P_IPV6, port->index);
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
