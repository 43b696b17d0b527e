// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/seqpacket_io.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"

static int new_socket(const char *path, struct sockaddr_un *ret_address)
{
	int fd, r;

	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	r = copy_text(ret_address->sun_path, sizeof(ret_address->sun_path), path);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd < 0 ? -errno : fd;
}

int seqpacket_listen(const char *path, int backlog)
{
	struct sockaddr_un address;
	_cleanup_close_ int fd = new_socket(path, &address);
	mode_t mask;
	int r;

	if (fd < 0)
		return fd;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	mask = umask(0177);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (r < 0 || listen(fd, backlog) < 0)
		return -errno;
	return take_fd(&fd);
}

int seqpacket_connect(const char *path)
{
	struct sockaddr_un address;
	_cleanup_close_ int fd = new_socket(path, &address);

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
