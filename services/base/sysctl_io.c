// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sysctl_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

#define PATH_MAX_LENGTH 128

static int open_setting(const char *path, int flags)
{
	char full[PATH_MAX_LENGTH];
	int fd, n = snprintf(full, sizeof(full), "/proc/sys/%s", path);

	if (n < 0 || n >= (int)sizeof(full))
		return -ENAMETOOLONG;
	fd = open(full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sysctl_get(const char *path, char *value, size_t size)
{
	_cleanup_close_ int fd = open_setting(path, O_RDWR);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = read(fd, value, size);
	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -EFBIG;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

int sysctl_set(const char *path, const char *value)
{
	_cleanup_close_ int fd = open_setting(path, O_WRONLY);
	ssize_t length = (ssize_t)strlen(value), n;

	if (fd < 0)
		return fd;
	n = write(fd, value, (size_t)length);
	if (n < 0)
		return -errno;
	return n == length ? 0 : -EIO;
}
