// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/probe_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

int probe_io_open(int filter)
{
	/* Protocol 0: nothing is received before the filter is there. */
	_cleanup_close_ int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ARP)};

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &filter, sizeof(filter)) < 0 ||
	    bind(fd, (const struct sockaddr *)&all, sizeof(all)) < 0)
		return -errno;
	return take_fd(&fd);
}

bool probe_io_read(int fd, int *ret_index, struct probe_seen *ret_seen)
{
	struct sockaddr_ll from;
	socklen_t length = sizeof(from);
	uint8_t frame[PROBE_FRAME_SIZE];
	ssize_t n = recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from, &length);

	if (n < 0)
		return false;
	if (!probe_parse(frame, (size_t)n, ret_seen))
		*ret_seen = (struct probe_seen){0}; /* the filter has let it through: of nobody */
	*ret_index = from.sll_ifindex;
	return true;
}

static int send_one(int fd, const struct config_alias *alias, const struct port_state *port)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ARP),
				 .sll_ifindex = port->index,
				 .sll_halen = 6};
	uint8_t frame[PROBE_FRAME_SIZE];

	memset(to.sll_addr, 0xff, 6);
	probe_frame(frame, port->mac, alias->address);
	if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return 0;
}

int probe_io_send(int fd, const struct config_group *group, const struct port_state *ports,
		  size_t n_ports)
{
	for (size_t i = 0; i < group->n_aliases; i++) {
		const struct config_alias *alias = &group->aliases[i];
		const struct port_state *port = ports_find(ports, n_ports, alias->port);
		int r = port && port->index ? send_one(fd, alias, port) : -ENODEV;

		if (r < 0)
			return r;
	}
	return 0;
}
