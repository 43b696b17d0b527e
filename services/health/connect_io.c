// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/connect_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

int connect_begin(const struct config_inet *address, uint16_t port, int *ret_fd)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 to_ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool ipv6 = address->family == AF_INET6;
	_cleanup_close_ int fd =
		socket(address->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	memcpy(&to.sin_addr, address->bytes, sizeof(to.sin_addr));
	memcpy(&to_ipv6.sin6_addr, address->bytes, sizeof(to_ipv6.sin6_addr));
	r = ipv6 ? connect(fd, (struct sockaddr *)&to_ipv6, sizeof(to_ipv6))
		 : connect(fd, (struct sockaddr *)&to, sizeof(to));
	if (r < 0 && errno != EINPROGRESS)
		return -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

int connect_result(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int error = 0;

	if (poll(&p, 1, 0) <= 0)
		return -EINPROGRESS;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

bool connect_is_local(int error)
{
	switch (error) {
	case -EMFILE:
	case -ENFILE:
	case -ENOBUFS:
	case -ENOMEM:
	case -EADDRNOTAVAIL:
	case -EAGAIN:
		return true;
	default:
		return false;
	}
}
