// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/tests/vfs_crash.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>

#include "base/cleanup.h"

#define STEPS_MAX 8192
#define INODES_MAX 32
#define NAME_SIZE 64
#define SECTOR 512

enum kind { CREATE, DELETE, DELETE_SYNCED, WRITE, TRUNCATE, SYNC };

struct step {
	enum kind kind;
	int inode;
	uint64_t offset; /* or the new size */
	size_t size;
	uint8_t *data;
	size_t marks; /* before it */
};

static struct {
	struct step steps[STEPS_MAX];
	size_t n, marks, syncs;
	char names[INODES_MAX][NAME_SIZE];
	bool deleted[INODES_MAX];
	uint64_t sizes[INODES_MAX];
	int n_inodes;
	char lie[16];
	bool lies, paused;
	size_t kill_at, fail_at, count;
	uint64_t limit;
} disk;

struct file {
	sqlite3_file base;
	int inode;
	sqlite3_file *real; /* behind this structure */
};

static sqlite3_vfs *below;

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int find_inode(const char *path)
{
	for (int i = disk.n_inodes; i-- > 0;) {
		if (!disk.deleted[i] && strcmp(disk.names[i], base_name(path)) == 0)
			return i;
	}
	return -1;
}

/* Counts the step; whether it is the one that fails. */
static int enter(void)
{
	if (disk.paused)
		return SQLITE_OK;
	disk.count++;
	return disk.count == disk.fail_at ? SQLITE_IOERR : SQLITE_OK;
}

static bool killed_here(void)
{
	return !disk.paused && disk.count == disk.kill_at;
}

static void die(void)
{
	kill(getpid(), SIGKILL);
}

static void record(enum kind kind, int inode, const void *data, size_t size, uint64_t offset)
{
	struct step *step = &disk.steps[disk.n];

	if (disk.paused)
		return;
	if (++disk.n > STEPS_MAX)
		abort();
	*step = (struct step){kind, inode, offset, size, NULL, disk.marks};
	if (data) {
		step->data = malloc(size);
		memcpy(step->data, data, size);
	}
}

/* The methods of a file. */

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct file *)file)->real;
}

static int file_close(sqlite3_file *file)
{
	return real_of(file)->pMethods ? real_of(file)->pMethods->xClose(real_of(file)) : 0;
}

static int file_read_at(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

static uint64_t used(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < disk.n_inodes; i++)
		sum += disk.deleted[i] ? 0 : disk.sizes[i];
	return sum;
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
	sqlite3_file *real = real_of(file);
	int inode = ((struct file *)file)->inode;
	uint64_t end = (uint64_t)offset + (uint64_t)size;
	int rc = enter();

	if (rc != SQLITE_OK)
		return rc;
	if (killed_here()) {
		real->pMethods->xWrite(real, data, size / 2, offset);
		die();
	}
	if (!disk.paused && end > disk.sizes[inode]) {
		if (disk.limit && used() + end - disk.sizes[inode] > disk.limit)
			return SQLITE_FULL;
		disk.sizes[inode] = end;
	}
	record(WRITE, inode, data, (size_t)size, (uint64_t)offset);
	return real->pMethods->xWrite(real, data, size, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int inode = ((struct file *)file)->inode;
	int rc = enter();

	if (rc != SQLITE_OK)
		return rc;
	if (killed_here())
		die();
	if (!disk.paused)
		disk.sizes[inode] = (uint64_t)size;
	record(TRUNCATE, inode, NULL, 0, (uint64_t)size);
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
	int inode = ((struct file *)file)->inode;
	const char *name = inode < 0 ? "" : disk.names[inode];
	size_t length = strlen(name), lie = strlen(disk.lie);
	int rc = enter();

	(void)flags;
	if (rc != SQLITE_OK)
		return rc;
	if (killed_here())
		die();
	disk.syncs++;
	if (!disk.lies || length < lie || strcmp(name + length - lie, disk.lie) != 0)
		record(SYNC, inode, NULL, 0, 0);
	return SQLITE_OK;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_lock(sqlite3_file *file, int *held)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), held);
}

static int file_control(sqlite3_file *file, int op, void *data)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, data);
}

static int file_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_traits(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

/* Version 1: neither shared memory nor mapped files, which would go past this. */
static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = file_close,
	.xRead = file_read_at,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_lock,
	.xFileControl = file_control,
	.xSectorSize = file_sector,
	.xDeviceCharacteristics = file_traits,
};

/* The methods of the file system. */

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base, int flags, int *ret)
{
	struct file *file = (struct file *)base;
	int rc;

	(void)vfs;
	*file = (struct file){.inode = path && !disk.paused ? find_inode(path) : -1};
	file->real = (sqlite3_file *)(file + 1);
	rc = below->xOpen(below, path, file->real, flags, ret);
	if (rc != SQLITE_OK)
		return rc;
	if (!path || disk.n_inodes == INODES_MAX)
		abort();
	if (file->inode < 0 && !disk.paused) {
		file->inode = disk.n_inodes++;
		snprintf(disk.names[file->inode], NAME_SIZE, "%s", base_name(path));
		record(CREATE, file->inode, NULL, 0, 0);
	}
	file->base.pMethods = &methods;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	int inode = find_inode(path), rc = enter();

	(void)vfs;
	if (rc != SQLITE_OK)
		return rc;
	if (killed_here())
		die();
	if (inode >= 0 && !disk.paused) {
		record(sync_folder && !disk.lies ? DELETE_SYNCED : DELETE, inode, NULL, 0, 0);
		disk.deleted[inode] = true;
	}
	return below->xDelete(below, path, 0);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
	(void)vfs;
	return below->xAccess(below, path, flags, ret);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int size, char *ret)
{
	(void)vfs;
	return below->xFullPathname(below, path, size, ret);
}

int crash_register(void)
{
	static sqlite3_vfs vfs;

	below = sqlite3_vfs_find(NULL);
	vfs = *below;
	vfs.zName = "crash";
	vfs.szOsFile = (int)sizeof(struct file) + below->szOsFile;
	vfs.xOpen = vfs_open;
	vfs.xDelete = vfs_delete;
	vfs.xAccess = vfs_access;
	vfs.xFullPathname = vfs_full_path;
	return sqlite3_vfs_register(&vfs, 1);
}

void crash_reset(void)
{
	for (size_t i = 0; i < disk.n; i++)
		free(disk.steps[i].data);
	memset(&disk, 0, sizeof(disk));
}

void crash_mark(void)
{
	disk.marks++;
}

size_t crash_points(void)
{
	return disk.n;
}

size_t crash_marks(size_t point)
{
	return point < disk.n ? disk.steps[point].marks : disk.marks;
}

void crash_pause(bool paused)
{
	disk.paused = paused;
}

size_t crash_steps(void)
{
	return disk.count;
}

size_t crash_syncs(void)
{
	return disk.syncs;
}

void crash_lie(const char *ending)
{
	disk.lies = true;
	snprintf(disk.lie, sizeof(disk.lie), "%s", ending);
}

void crash_kill_at(size_t step)
{
	disk.kill_at = step;
}

void crash_fail_at(size_t step)
{
	disk.fail_at = step;
}

void crash_limit(uint64_t bytes)
{
	disk.limit = bytes;
}

/* What is on the disk: the lasting content of every inode, and which of them have names. */
struct image {
	struct {
		uint8_t *data;
		size_t size;
		bool named;
	} inodes[INODES_MAX];
	size_t folder_done; /* steps of the folder before this one last */
	unsigned int seed;
};

static void image_clear(struct image *image)
{
	for (size_t i = 0; i < INODES_MAX; i++)
		free(image->inodes[i].data);
}

static unsigned int draw(struct image *image, unsigned int below_this)
{
	image->seed = image->seed * 1103515245 + 12345;
	return (image->seed >> 16) % below_this;
}

static void resize(struct image *image, int inode, size_t size)
{
	if (size > image->inodes[inode].size) {
		image->inodes[inode].data = realloc(image->inodes[inode].data, size);
		memset(image->inodes[inode].data + image->inodes[inode].size, 0,
		       size - image->inodes[inode].size);
	}
	image->inodes[inode].size = size;
}

/* Bytes [from, to) of a write; a cut is whole. */
static void apply(struct image *image, const struct step *step, size_t from, size_t to)
{
	if (step->kind == TRUNCATE)
		resize(image, step->inode, step->offset);
	if (step->kind != WRITE || from == to)
		return;
	if (step->offset + to > image->inodes[step->inode].size)
		resize(image, step->inode, step->offset + to);
	memcpy(image->inodes[step->inode].data + step->offset + from, step->data + from, to - from);
}

/* The end, within the write, of the sector that its byte `at` is in. */
static size_t sector_end(const struct step *step, size_t at)
{
	size_t end = at + SECTOR - (step->offset + at) % SECTOR;

	return end < step->size ? end : step->size;
}

static void apply_torn(struct image *image, const struct step *step)
{
	for (size_t at = 0, end; at < step->size; at = end) {
		end = sector_end(step, at);
		if (draw(image, 2))
			apply(image, step, at, end);
	}
}

/* Changes of the folder before step `end` last. */
static void settle_folder(struct image *image, size_t end)
{
	for (; image->folder_done < end; image->folder_done++) {
		const struct step *step = &disk.steps[image->folder_done];

		if (step->kind == CREATE)
			image->inodes[step->inode].named = true;
		if (step->kind == DELETE || step->kind == DELETE_SYNCED)
			image->inodes[step->inode].named = false;
	}
}

/* The last sync of the inode before `point`; its number, or -1. */
static ssize_t last_sync(int inode, size_t point)
{
	for (size_t i = point; i-- > 0;) {
		if (disk.steps[i].kind == SYNC && disk.steps[i].inode == inode)
			return (ssize_t)i;
	}
	return -1;
}

static void settle_synced(struct image *image, size_t point)
{
	for (size_t i = 0; i < point; i++) {
		if (disk.steps[i].kind == DELETE_SYNCED)
			settle_folder(image, i + 1);
		if (disk.steps[i].kind == CREATE && last_sync(disk.steps[i].inode, point) >= 0)
			settle_folder(image, i + 1);
	}
}

static void apply_unsynced(struct image *image, const struct step *step, bool last,
			   enum crash_variant variant)
{
	if (variant == CRASH_NONE)
		return;
	if (variant == CRASH_ALL || (variant == CRASH_TORN && !last)) {
		apply(image, step, 0, step->size);
	} else if (variant == CRASH_TORN) {
		size_t end = sector_end(step, step->size / 2);

		apply(image, step, 0, end < step->size ? end : 0);
	} else if (draw(image, 4) == 0) {
		apply_torn(image, step);
	} else if (draw(image, 2)) {
		apply(image, step, 0, step->size);
	}
}

static int write_out(const struct image *image, const char *folder)
{
	for (int i = 0; i < disk.n_inodes; i++) {
		char path[PATH_MAX];
		FILE *out;

		if (!image->inodes[i].named)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, disk.names[i]);
		out = fopen(path, "w");
		if (!out)
			return -errno;
		if (image->inodes[i].size > 0)
			fwrite(image->inodes[i].data, 1, image->inodes[i].size, out);
		if (fclose(out) != 0)
			return -errno;
	}
	return 0;
}

int crash_image(size_t point, enum crash_variant variant, unsigned int seed, const char *folder)
{
	_cleanup_(image_clear) struct image image = {.seed = seed + (unsigned int)variant};
	ssize_t synced[INODES_MAX] = {0};

	for (int i = 0; i < disk.n_inodes; i++)
		synced[i] = last_sync(i, point);
	settle_synced(&image, point);
	if (variant == CRASH_ALL || variant == CRASH_TORN)
		settle_folder(&image, point);
	if (variant >= CRASH_SOME)
		settle_folder(&image,
			      image.folder_done +
				      draw(&image, (unsigned int)(point - image.folder_done) + 1));
	for (size_t i = 0; i < point; i++) {
		const struct step *step = &disk.steps[i];

		if ((ssize_t)i < synced[step->inode])
			apply(&image, step, 0, step->size);
		else
			apply_unsynced(&image, step, i + 1 == point, variant);
	}
	return write_out(&image, folder);
}
