// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/probe_io.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <sys/socket.h>

#include "agent/frame_io.h"
#include "base/cleanup.h"

int probe_io_open(int filter, uint16_t protocol)
{
	_cleanup_close_ int fd = frame_io_open();
	int r;

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &filter, sizeof(filter)) < 0)
		return -errno;
	r = frame_io_listen(fd, protocol);
	return r < 0 ? r : take_fd(&fd);
}

bool probe_io_read(int fd, int *ret_index, struct probe_seen *ret_seen)
{
	uint8_t frame[PROBE_SIZE_MAX];
	ssize_t n = frame_io_read(fd, frame, sizeof(frame), ret_index);

	if (n < 0)
		return false;
	if (!probe_parse(frame, (size_t)n, ret_seen))
		*ret_seen = (struct probe_seen){0}; /* the filter has let it through: of nobody */
	return true;
}

static int send_one(int fd, const struct in6_addr *address, const struct port_state *port)
{
	uint16_t protocol = IN6_IS_ADDR_V4MAPPED(address) ? ETH_P_ARP : ETH_P_IPV6;
	uint8_t frame[PROBE_SIZE_MAX];
	size_t size = probe_frame(frame, port->mac, address);

	return frame_io_send(fd, frame, size, protocol, port->index);
}

int probe_io_send(int fd, const struct config_group *group, const struct port_state *ports,
		  size_t n_ports)
{
	for (size_t i = 0; i < config_n_floating(group); i++) {
		const struct config_floating alias = config_floating(group, i);
		const struct port_state *port = ports_find(ports, n_ports, alias.port);
		int r = port && port->index ? send_one(fd, &alias.address, port) : -ENODEV;

		if (r < 0)
			return r;
	}
	return 0;
}
