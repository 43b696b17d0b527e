// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/sysctl_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

static int open_setting(const struct sysctl_setting *setting, int flags)
{
	char path[SYSCTL_PATH_MAX + 16];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/%s", setting->path);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

void sysctl_read(struct sysctl_settings *settings)
{
	for (size_t i = 0; i < settings->n; i++) {
		struct sysctl_setting *setting = &settings->entries[i];
		_cleanup_close_ int fd = open_setting(setting, O_RDONLY);
		ssize_t n;

		setting->exists = false;
		if (fd < 0)
			continue;
		n = read(fd, setting->current, sizeof(setting->current) - 1);
		if (n < 0)
			continue;
		setting->current[n] = '\0';
		setting->current[strcspn(setting->current, "\n")] = '\0';
		setting->exists = true;
	}
}

int sysctl_write(const struct sysctl_setting *setting)
{
	_cleanup_close_ int fd = open_setting(setting, O_WRONLY);
	size_t length = strlen(setting->value);

	if (fd < 0)
		return fd;
	return write(fd, setting->value, length) == (ssize_t)length ? 0 : -errno;
}
