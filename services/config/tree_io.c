// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/tree_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file_io.h"
#include "base/parse.h"

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

int tree_file(const char *root, const char *path, char *ret_path)
{
	int n = snprintf(ret_path, PATH_MAX, "%s%s", root, path);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

bool tree_exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	return tree_file(root, path, full) == 0 && access(full, F_OK) == 0;
}

static int make_folder(const char *root, const char *path, mode_t mode)
{
	char full[PATH_MAX];
	int r = tree_file(root, path, full);

	if (r < 0)
		return r;
	return mkdir(full, mode) < 0 && errno != EEXIST ? -errno : 0;
}

int tree_make_folders(const char *root)
{
	static const struct {
		const char *path;
		mode_t mode;
	} folders[] = {
		{"/data", 0755},  {TREE_DATA, 0700},	 {"/run", 0755},
		{TREE_RUN, 0755}, {TREE_COROSYNC, 0755},
	};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		int r = make_folder(root, folders[i].path, folders[i].mode);

		if (r < 0)
			return r;
	}
	return 0;
}

int tree_read(const char *root, const char *path, size_t max, char **ret_data, size_t *ret_size)
{
	char full[PATH_MAX];
	int r = tree_file(root, path, full);

	return r < 0 ? r : file_read(full, max, ret_data, ret_size);
}

int tree_write(const char *root, const char *path, const void *data, size_t size, mode_t mode)
{
	char full[PATH_MAX];
	int r = tree_file(root, path, full);

	return r < 0 ? r : file_write_atomic(full, data, size, mode);
}

int tree_write_if_changed(const char *root, const char *path, const void *data, size_t size,
			  mode_t mode)
{
	_cleanup_free_ char *old = NULL;
	size_t old_size;

	if (tree_read(root, path, size, &old, &old_size) == 0 && old_size == size &&
	    memcmp(old, data, size) == 0)
		return 0;
	return tree_write(root, path, data, size, mode);
}

int tree_remove(const char *root, const char *path)
{
	char full[PATH_MAX];
	int r = tree_file(root, path, full);

	if (r < 0)
		return r;
	return unlink(full) < 0 && errno != ENOENT ? -errno : 0;
}

int tree_make_key(const char *root, const char *path)
{
	unsigned char key[TREE_KEY_NEW];
	/* Up to 256 bytes come whole or not at all (getrandom(2)). */
	ssize_t n = getrandom(key, sizeof(key), 0);
	int r;

	if (n != (ssize_t)sizeof(key))
		return n < 0 ? -errno : -EIO;
	r = tree_write(root, path, key, sizeof(key), 0400);
	explicit_bzero(key, sizeof(key));
	return r;
}

static int read_attribute(int dir, const char *name, const char *attribute, char *buf, size_t size)
{
	_cleanup_close_ int fd = -1;
	char path[NAME_MAX + 32];
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/%s", name, attribute) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		return -errno;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

int tree_macs(const char *root, struct identity_macs *ret_macs)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	struct identity_macs macs = {.n = 0};
	char path[PATH_MAX], text[64];
	const struct dirent *entry;
	int r = tree_file(root, "/sys/class/net", path);

	if (r < 0)
		return r;
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (macs.n < IDENTITY_MACS_MAX && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		/* ARPHRD_ETHER, linux/if_arp.h */
		if (read_attribute(dirfd(dir), entry->d_name, "type", text, sizeof(text)) < 0 ||
		    strcmp(text, "1") != 0)
			continue;
		if (read_attribute(dirfd(dir), entry->d_name, "address", text, sizeof(text)) == 0 &&
		    parse_mac(text, macs.macs[macs.n]) == 0)
			macs.n++;
	}
	*ret_macs = macs;
	return 0;
}

void tree_tell_console(const char *root, const char *line)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_MAX];

	if (tree_file(root, "/dev/kmsg", path) < 0)
		return;
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	/* <3>: an error, which every console shows (syslog(2)). */
	if (fd >= 0)
		dprintf(fd, "<3>trireme: %s\n", line);
}
