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

static int send_form(int fd, enum announce_form form, const struct config_alias *alias,
		     const struct port_state *port)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ARP),
				 .sll_ifindex = port->index,
				 .sll_halen = 6};
	uint8_t frame[ANNOUNCE_FRAME_SIZE];

	memset(to.sll_addr, 0xff, 6);
	announce_frame(frame, form, port->mac, alias->address);
	if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return 0;
}

int announce_io_send(int fd, const struct config_group *group, const struct port_state *ports,
		     size_t n_ports)
{
	int result = 0;

	for (size_t i = 0; i < group->n_aliases; i++) {
		const struct config_alias *alias = &group->aliases[i];
		const struct port_state *port = ports_find(ports, n_ports, alias->port);
		int r;

		if (!port || !port->index)
			continue;
		r = send_form(fd, ANNOUNCE_REQUEST, alias, port);
		if (r == 0)
			r = send_form(fd, ANNOUNCE_REPLY, alias, port);
		if (r < 0)
			result = r;
	}
	return result;
}
