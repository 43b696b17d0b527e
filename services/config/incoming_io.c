// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/incoming_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "config/secret_io.h"
#include "config/tree_io.h"
#include "proto/bundle.h"

#define FOLDER_FILES_MAX 32 /* more is not of this program */

/* What lies ready, in the order in which it is put in place. */
static const struct {
	const char *name;
	size_t min, max; /* bytes, of one that comes in a bundle; 0: it does not */
	bool optional;
} files[] = {
	{INCOMING_AUTHKEY, TREE_KEY_MIN, TREE_KEY_MAX, false},
	{INCOMING_SECRET_KEY, SECRET_KEY_SIZE, SECRET_KEY_SIZE, false},
	{"ca.crt", 1, BUNDLE_FILE_MAX, true},
	{"ca.key", 1, BUNDLE_FILE_MAX, true},
	{BUNDLE_CARDS, 1, BUNDLE_FILE_MAX, true},
	{INCOMING_NODE, 0, 0, false},
	{INCOMING_STORE, 0, 0, false},
};

/* What the machine had and that is another one's now. */
static const char *const former[] = {
	TREE_DOCUMENT,
	TREE_PREVIOUS,
	TREE_RING,
	TREE_RING_BEFORE,
	TREE_RING_KEYS,
	TREE_STORE "-wal",
	TREE_STORE "-shm",
	TREE_STORE "-journal",
	TREE_STORE_DAMAGED "-wal",
	TREE_STORE_DAMAGED "-shm",
	TREE_STORE_DAMAGED,
};

bool incoming_fits(const char *name, size_t size)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (strcmp(files[i].name, name) == 0)
			return size > 0 && size >= files[i].min && size <= files[i].max;
	}
	return false;
}

static void closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int sync_folder(const char *root, const char *path)
{
	_cleanup_close_ int fd = -1;
	char full[PATH_MAX];
	int r = tree_file(root, path, full);

	if (r < 0)
		return r;
	fd = open(full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* A folder of plain files and all in it; that there is none is no error. */
static int remove_folder(const char *root, const char *path)
{
	_cleanup_(closedirp) DIR *dir = NULL;
	const struct dirent *entry;
	char full[PATH_MAX];
	int r = tree_file(root, path, full);

	if (r < 0)
		return r;
	dir = opendir(full);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	for (size_t n = 0; (entry = readdir(dir)) && n < FOLDER_FILES_MAX; n++) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0 && errno != ENOENT)
			return -errno;
	}
	return rmdir(full) < 0 ? -errno : 0;
}

int incoming_begin(const char *root)
{
	char full[PATH_MAX];
	int r = remove_folder(root, TREE_INCOMING_NEW);

	if (r == 0)
		r = tree_file(root, TREE_INCOMING_NEW, full);
	if (r == 0 && mkdir(full, 0700) < 0)
		r = -errno;
	/* An empty file stands for one that did not come: what the machine has of that name goes.
	 */
	for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++) {
		if (files[i].optional)
			r = incoming_write(root, files[i].name, "", 0);
	}
	return r;
}

int incoming_write(const char *root, const char *name, const void *data, size_t size)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", TREE_INCOMING_NEW, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return tree_write(root, path, data, size, 0400);
}

int incoming_write_node(const char *root, const char *node)
{
	char line[CONFIG_NAME_MAX + 1];

	snprintf(line, sizeof(line), "%s\n", node);
	return tree_write(root, TREE_INCOMING_NEW "/" INCOMING_NODE, line, strlen(line), 0644);
}

int incoming_finish(const char *root)
{
	char from[PATH_MAX], to[PATH_MAX];
	int r = sync_folder(root, TREE_INCOMING_NEW);

	if (r == 0)
		r = tree_file(root, TREE_INCOMING_NEW, from);
	if (r == 0)
		r = tree_file(root, TREE_INCOMING, to);
	if (r < 0)
		return r;
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) < 0) {
		/* One that no start has taken up yet: the newer one counts. */
		if (errno != EEXIST || renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) < 0)
			return -errno;
	}
	r = sync_folder(root, TREE_DATA);
	return r < 0 ? r : incoming_clean(root);
}

int incoming_clean(const char *root)
{
	return remove_folder(root, TREE_INCOMING_NEW);
}

/* An empty one that may be: there is none, neither here nor there. */
static int drop_empty(const char *from, const char *to, bool *ret_dropped)
{
	struct stat st;

	*ret_dropped = false;
	if (stat(from, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (st.st_size > 0)
		return 0;
	*ret_dropped = true;
	if (unlink(to) < 0 && errno != ENOENT)
		return -errno;
	return unlink(from) < 0 ? -errno : 0;
}

static int move_file(const char *root, const char *name, bool optional)
{
	char from[PATH_MAX], to[PATH_MAX];
	bool dropped = false;
	int r = 0;

	if (snprintf(from, sizeof(from), "%s%s/%s", root, TREE_INCOMING, name) >=
		    (int)sizeof(from) ||
	    snprintf(to, sizeof(to), "%s%s/%s", root, TREE_DATA, name) >= (int)sizeof(to))
		return -ENAMETOOLONG;
	if (optional)
		r = drop_empty(from, to, &dropped);
	if (r < 0 || dropped)
		return r;
	/* It has been moved before a power cut. */
	return rename(from, to) < 0 && errno != ENOENT ? -errno : 0;
}

int incoming_take(const char *root)
{
	int r = incoming_clean(root);

	/* Has the keys in plain. */
	if (r == 0)
		r = tree_remove(root, BUNDLE_PATH);
	if (r < 0 || !tree_exists(root, TREE_INCOMING))
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(former) && r == 0; i++)
		r = tree_remove(root, former[i]);
	for (size_t i = 0; i < ARRAY_SIZE(files) && r == 0; i++)
		r = move_file(root, files[i].name, files[i].optional);
	if (r == 0)
		r = sync_folder(root, TREE_DATA);
	if (r == 0)
		r = remove_folder(root, TREE_INCOMING);
	return r < 0 ? r : sync_folder(root, TREE_DATA);
}
