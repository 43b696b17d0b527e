// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/vote_io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"

int vote_io_open(struct vote_io *io, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *map;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (ftruncate(fd, sizeof(*io->until)) < 0)
		return -errno;
	map = mmap(NULL, sizeof(*io->until), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	io->until = map;
	io->fd = take_fd(&fd);
	return 0;
}

void vote_io_close(struct vote_io *io)
{
	if (io->until)
		munmap(io->until, sizeof(*io->until));
	io->until = NULL;
	closep(&io->fd);
	io->fd = -1;
}

uint64_t vote_io_get(const struct vote_io *io)
{
	return *io->until;
}

void vote_io_set(struct vote_io *io, uint64_t until)
{
	*(volatile uint64_t *)io->until = until;
}
