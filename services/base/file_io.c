// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"

#define TURN_MS 5 /* between two tries */

/* Reads until end of file or size bytes; returns the bytes read or -errno. */
static ssize_t read_full(int fd, char *data, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int file_read(const char *path, size_t max, char **ret_data, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *data = NULL;
	ssize_t n;

	if (fd < 0)
		return -errno;
	/* One byte more than allowed tells "exactly max" from "too large". */
	data = malloc(max + 2);
	if (!data)
		return -ENOMEM;
	n = read_full(fd, data, max + 1);
	if (n < 0)
		return (int)n;
	if ((size_t)n > max)
		return -EFBIG;
	data[n] = '\0';
	*ret_data = take_ptr(data);
	if (ret_size)
		*ret_size = (size_t)n;
	return 0;
}

static int write_full(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

static int sync_parent(const char *path)
{
	char copy[PATH_MAX];
	_cleanup_close_ int fd = -1;

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy))
		return -ENAMETOOLONG;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	return fsync(fd) < 0 ? -errno : 0;
}

static int write_temporary(const char *path, const void *data, size_t size, mode_t mode)
{
	_cleanup_close_ int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
	int r;

	if (fd < 0)
		return -errno;
	/* An old temporary file keeps its mode: set it again. */
	if (fchmod(fd, mode) < 0)
		return -errno;
	r = write_full(fd, data, size);
	if (r < 0)
		return r;
	return fsync(fd) < 0 ? -errno : 0;
}

static int move_over(const char *from, const char *to)
{
	return rename(from, to) < 0 ? -errno : 0;
}

static int move_beside(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) < 0 ? -errno : 0;
}

static int write_and_move(const char *path, const void *data, size_t size, mode_t mode,
			  int (*move)(const char *from, const char *to))
{
	char temporary[PATH_MAX];
	int r;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	r = write_temporary(temporary, data, size, mode);
	if (r == 0)
		r = move(temporary, path);
	if (r < 0) {
		unlink(temporary);
		return r;
	}
	return sync_parent(path);
}

int file_write_atomic(const char *path, const void *data, size_t size, mode_t mode)
{
	return write_and_move(path, data, size, mode, move_over);
}

int file_write_new(const char *path, const void *data, size_t size, mode_t mode)
{
	return write_and_move(path, data, size, mode, move_beside);
}

void file_wait_turn(int fd, unsigned int ms)
{
	static const struct timespec pause = {.tv_nsec = TURN_MS * NSEC_PER_MSEC};

	for (unsigned int i = 0; i < ms / TURN_MS && flock(fd, LOCK_EX | LOCK_NB) < 0; i++)
		(void)nanosleep(&pause, NULL);
}
