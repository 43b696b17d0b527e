// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/report_io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"

int report_io_open(const char *path, struct watchdog_report **ret_report)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	void *at;

	if (fd < 0 || ftruncate(fd, sizeof(**ret_report)) < 0)
		return -errno;
	at = mmap(NULL, sizeof(**ret_report), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	*ret_report = at;
	return 0;
}
