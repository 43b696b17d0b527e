// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/local_socket_io.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/parse.h"

int local_socket_new(const char *path, int type, struct sockaddr_un *ret_address)
{
	int fd, r;

	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	r = copy_text(ret_address->sun_path, sizeof(ret_address->sun_path), path);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd < 0 ? -errno : fd;
}

int local_socket_bind(const char *path, int type)
{
	struct sockaddr_un address;
	_cleanup_close_ int fd = local_socket_new(path, type, &address);
	mode_t mask;
	int r;

	if (fd < 0)
		return fd;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	mask = umask(0177);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	return r < 0 ? -errno : take_fd(&fd);
}
