// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/turn_io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

static int map(struct turn_io *io, int *fd, int protection)
{
	void *at = mmap(NULL, sizeof(*io->turn), protection, MAP_SHARED, *fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	io->turn = at;
	io->fd = take_fd(fd);
	return 0;
}

int turn_io_open(struct turn_io *io, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	struct flock lock = {.l_type = F_WRLCK};

	if (fd < 0)
		return -errno;
	if (fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return -errno;
	if (ftruncate(fd, sizeof(*io->turn)) < 0)
		return -errno;
	return map(io, &fd, PROT_READ | PROT_WRITE);
}

void turn_io_set(struct turn_io *io, uint64_t now)
{
	if (io->turn)
		*(volatile uint64_t *)io->turn = now;
}

int turn_io_watch(struct turn_io *io, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	/* Of one that is empty yet nothing could be read. */
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < (off_t)sizeof(*io->turn))
		return -ENOENT;
	return map(io, &fd, PROT_READ);
}

uint64_t turn_io_get(const struct turn_io *io, bool *ret_runs)
{
	struct flock lock = {.l_type = F_WRLCK};

	*ret_runs = fcntl(io->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	return *(volatile const uint64_t *)io->turn;
}

void turn_io_close(struct turn_io *io)
{
	if (!io->turn)
		return;
	munmap(io->turn, sizeof(*io->turn));
	io->turn = NULL;
	closep(&io->fd);
	io->fd = -1;
}
