// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/files_io.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file_io.h"

#define LEVELS 3

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int read_folder(const char *folder, size_t root, int levels, struct files *files);

static int read_entry(const char *path, size_t root, int levels, struct files *files)
{
	struct stat about;
	char *data;
	size_t size;
	int r;

	if (stat(path, &about) < 0)
		return -errno;
	if (S_ISDIR(about.st_mode))
		return levels > 1 ? read_folder(path, root, levels - 1, files) : 0;
	if (!S_ISREG(about.st_mode))
		return 0;
	r = file_read(path, FILES_BYTES_MAX, &data, &size);
	return r < 0 ? r : files_add(files, path + root, data, size);
}

static int read_folder(const char *folder, size_t root, int levels, struct files *files)
{
	_cleanup_(closedirp) DIR *dir = opendir(folder);
	const struct dirent *entry;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (entry = readdir(dir))) {
		char path[PATH_MAX];

		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >=
		    (int)sizeof(path))
			return -ENAMETOOLONG;
		r = read_entry(path, root, levels, files);
	}
	return r;
}

int files_read(const char *folder, struct files *files)
{
	int r = read_folder(folder, strlen(folder), LEVELS, files);

	files_finish(files);
	return r;
}
