// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/watch_io.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/cleanup.h"
#include "base/parse.h"

int watch_open(const char *path, int *ret_fd)
{
	_cleanup_close_ int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char copy[PATH_MAX];
	int r = copy_text(copy, sizeof(copy), path);

	if (r < 0)
		return r;
	if (fd < 0 || inotify_add_watch(fd, dirname(copy), IN_MOVED_TO | IN_CLOSE_WRITE) < 0)
		return -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

static unsigned int files_of(const struct inotify_event *event, const char *const *names,
			     size_t n_names)
{
	unsigned int files = 0;

	/* After an overflow nobody knows what was missed. */
	for (size_t i = 0; i < n_names; i++)
		if ((event->mask & IN_Q_OVERFLOW) ||
		    (event->len > 0 && strcmp(event->name, names[i]) == 0))
			files |= 1u << i;
	return files;
}

unsigned int watch_take(int fd, const char *const *names, size_t n_names)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(fd, buf, sizeof(buf));
	unsigned int files = 0;

	for (char *p = buf; n > 0 && p < buf + n;) {
		const struct inotify_event *event = (const struct inotify_event *)p;

		files |= files_of(event, names, n_names);
		p += sizeof(*event) + event->len;
	}
	return files;
}
