// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/program_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

static bool is_trusted(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_uid == 0 && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

int program_find(char *const *folders, const char *name, char *ret_path, size_t size)
{
	for (; *folders; folders++) {
		struct stat st;
		int n = snprintf(ret_path, size, "%s/%s", *folders, name);

		if (n >= (int)size || stat(ret_path, &st) < 0)
			continue;
		return is_trusted(&st) ? 0 : -EPERM;
	}
	return -ENOENT;
}

bool program_is_script(const char *path)
{
	static const char shell[] = "#!/bin/sh\n";
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	char begin[sizeof(shell)] = "";
	ssize_t n = fd < 0 ? -1 : read(fd, begin, sizeof(begin) - 1);

	return n == (ssize_t)strlen(shell) && strcmp(begin, shell) == 0;
}
