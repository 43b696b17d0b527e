// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/poke_io.h"

#include "base/cleanup.h"
#include "base/local_socket_io.h"

#define TAKEN_MAX 64 /* the kernel keeps fewer for a socket (max_dgram_qlen) */

int poke_io_listen(const char *path)
{
	return local_socket_bind(path, SOCK_DGRAM);
}

void poke_io_take(int fd)
{
	char byte;

	for (int i = 0; i < TAKEN_MAX && recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0; i++)
		;
}

int poke_io_open(struct poke_io *io, const char *path)
{
	int fd = local_socket_new(path, SOCK_DGRAM, &io->to);

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
