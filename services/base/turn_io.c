// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/turn_io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

static int map(struct turn_io *io, int *fd, int protection)
{
	void *at = mmap(NULL, sizeof(*io->page), protection, MAP_SHARED, *fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	io->page = at;
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
	if (ftruncate(fd, sizeof(*io->page)) < 0)
		return -errno;
	return map(io, &fd, PROT_READ | PROT_WRITE);
}

void turn_io_set(struct turn_io *io, uint64_t now, uint64_t word)
{
	volatile struct turn_page *page = io->page;

	if (!page)
		return;
	page->word = word;
	page->turn = now;
}

void turn_io_say(struct turn_io *io, uint64_t word)
{
	volatile struct turn_page *page = io->page;

	if (page)
		page->word = word;
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
	if (st.st_size < (off_t)sizeof(*io->page))
		return -ENOENT;
	return map(io, &fd, PROT_READ);
}

int turn_io_await(struct turn_io *io, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, sizeof(*io->page)) < 0)
		return -errno;
	return map(io, &fd, PROT_READ);
}

struct turn_page turn_io_get(const struct turn_io *io, bool *ret_runs)
{
	const volatile struct turn_page *page = io->page;
	struct flock lock = {.l_type = F_WRLCK};

	*ret_runs = fcntl(io->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	return (struct turn_page){.turn = page->turn, .word = page->word};
}

void turn_io_close(struct turn_io *io)
{
	if (!io->page)
		return;
	munmap(io->page, sizeof(*io->page));
	io->page = NULL;
	closep(&io->fd);
	io->fd = -1;
}
