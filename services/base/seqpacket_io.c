// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/seqpacket_io.h"

#include <errno.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/local_socket_io.h"

int seqpacket_listen(const char *path, int backlog)
{
	_cleanup_close_ int fd = local_socket_bind(path, SOCK_SEQPACKET);

	if (fd < 0)
		return fd;
	if (listen(fd, backlog) < 0)
		return -errno;
	return take_fd(&fd);
}

int seqpacket_connect(const char *path)
{
	struct sockaddr_un address;
	_cleanup_close_ int fd = local_socket_new(path, SOCK_SEQPACKET, &address);

	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(&fd);
}

bool seqpacket_is_trusted(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}
