// SPDX-License-Identifier: GPL-2.0-or-later
#include "watchdog_io.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/watchdog.h>
#include <qb/qblog.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"

#define DEVICES_MAX 32 /* that the kernel can have (watchdog_dev.c: MAX_DOGS) */
#define SOFTWARE "Software Watchdog"

/* What the driver calls itself; false: there is no such device. */
static bool read_identity(int number, char *ret_text, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/class/watchdog/watchdog%d/identity", number);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	n = fd < 0 ? -1 : read(fd, ret_text, size - 1);
	if (n < 0)
		return false;
	ret_text[n] = '\0';
	ret_text[strcspn(ret_text, "\n")] = '\0';
	return true;
}

int watchdog_io_find(char *ret_path, size_t size)
{
	int best = -1;

	for (int i = 0; i < DEVICES_MAX; i++) {
		char identity[64];

		if (!read_identity(i, identity, sizeof(identity)))
			continue;
		if (best < 0 || strcmp(identity, SOFTWARE) != 0)
			best = i;
		if (strcmp(identity, SOFTWARE) != 0)
			break;
	}
	if (best < 0)
		return -ENODEV;
	snprintf(ret_path, size, "/dev/watchdog%d", best);
	return 0;
}

int watchdog_io_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

int watchdog_io_set(int fd, unsigned int timeout_s, unsigned int *ret_timeout_s)
{
	int seconds = (int)timeout_s;

	if (ioctl(fd, WDIOC_SETTIMEOUT, &seconds) < 0)
		return -errno;
	*ret_timeout_s = (unsigned int)seconds;
	return 0;
}

int watchdog_io_pet(int fd)
{
	return write(fd, "", 1) < 0 ? -errno : 0;
}

void watchdog_io_close(int fd)
{
	if (write(fd, "V", 1) < 0)
		qb_log(LOG_ERR, "the watchdog cannot be stopped: %s", strerror(errno));
	close(fd);
}
