// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/poke_io.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

#define TAKEN_MAX 64 /* the kernel keeps fewer for a socket (max_dgram_qlen) */

static int new_socket(const char *path, struct sockaddr_un *ret_address)
{
	size_t length = strlen(path);
	int fd;

	*ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (length >= sizeof(ret_address->sun_path))
		return -ENAMETOOLONG;
	memcpy(ret_address->sun_path, path, length);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd < 0 ? -errno : fd;
}

int poke_io_listen(const char *path)
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
	return r < 0 ? -errno : take_fd(&fd);
}

void poke_io_take(int fd)
{
	char byte;

	for (int i = 0; i < TAKEN_MAX && recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0; i++)
		;
}

int poke_io_open(struct poke_io *io, const char *path)
{
	int fd = new_socket(path, &io->to);

	io->fd = fd < 0 ? -1 : fd;
	return fd < 0 ? fd : 0;
}

void poke_io_send(const struct poke_io *io)
{
	if (io->fd >= 0)
		sendto(io->fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&io->to,
		       sizeof(io->to));
}

void poke_io_close(struct poke_io *io)
{
	closep(&io->fd);
	io->fd = -1;
}
