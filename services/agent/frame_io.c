// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/frame_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

int frame_io_open(void)
{
	/* Protocol 0: it receives nothing. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

int frame_io_listen(int fd, uint16_t protocol)
{
	const struct sockaddr_ll all = {.sll_family = AF_PACKET, .sll_protocol = htons(protocol)};

	return bind(fd, (const struct sockaddr *)&all, sizeof(all)) < 0 ? -errno : 0;
}

ssize_t frame_io_read(int fd, uint8_t *ret_frame, size_t size, int *ret_port)
{
	struct sockaddr_ll from = {0};
	socklen_t length = sizeof(from);
	ssize_t n = recvfrom(fd, ret_frame, size, 0, (struct sockaddr *)&from, &length);

	if (n < 0)
		return -errno;
	*ret_port = from.sll_ifindex;
	return n;
}

int frame_io_send(int fd, const uint8_t *frame, size_t size, uint16_t protocol, int port)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(protocol),
				 .sll_ifindex = port,
				 .sll_halen = ETH_ALEN};

	memcpy(to.sll_addr, frame, ETH_ALEN);
	if (sendto(fd, frame, size, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return 0;
}
