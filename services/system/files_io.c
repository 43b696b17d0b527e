// SPDX-License-Identifier: GPL-2.0-or-later
#include "system/files_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"
#include "schema/machine_io.h"

/* Where runsv(8) of each service keeps its state. */
#define SERVICES "/run/service"

static int place(const char *config_path, const char *name, const char *end, char path[PATH_MAX])
{
	const char *slash = strrchr(config_path, '/');
	int length = slash ? (int)(slash - config_path) + 1 : 0;
	int n = snprintf(path, PATH_MAX, "%.*s%s%s", length, config_path, name, end);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static void read_link(const char *path, struct system_file *file)
{
	ssize_t n = readlink(path, file->current, sizeof(file->current) - 1);

	file->exists = n >= 0;
	file->current[n < 0 ? 0 : n] = '\0';
	file->impossible = !machine_has_zone(file->zone);
}

static void read_text(const char *path, struct system_file *file)
{
	_cleanup_free_ char *text = NULL;

	file->exists = file_read(path, sizeof(file->current) - 1, &text, NULL) == 0;
	if (file->exists)
		copy_text(file->current, sizeof(file->current), text);
}

void files_read(const char *config_path, struct system_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		struct system_file *file = &files->entries[i];
		char path[PATH_MAX];

		if (place(config_path, file->name, "", path) < 0)
			continue;
		if (file->zone)
			read_link(path, file);
		else
			read_text(path, file);
	}
}

/* A service that does not run yet, or that is not supervised, reads the file when it starts. */
static int start_again(const char *service)
{
	static const char commands[] = {'t', 'u'}; /* sv(8): term, and up if it was down */
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), SERVICES "/%s/control", service);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENXIO ? 0 : -errno;
	return write(fd, commands, sizeof(commands)) < 0 ? -errno : 0;
}

static int write_link(const char *path, const char *beside, const char *target)
{
	if (unlink(beside) < 0 && errno != ENOENT)
		return -errno;
	if (symlink(target, beside) < 0 || rename(beside, path) < 0)
		return -errno;
	return 0;
}

int files_write(const char *config_path, const struct system_file *file)
{
	char path[PATH_MAX], beside[PATH_MAX];
	int r = place(config_path, file->name, "", path);

	if (r == 0)
		r = place(config_path, file->name, ".new", beside);
	if (r == 0)
		r = file->zone ? write_link(path, beside, file->wanted)
			       : file_write_atomic(path, file->wanted, strlen(file->wanted), 0644);
	return r == 0 && file->service ? start_again(file->service) : r;
}
