// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/audit_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/file_io.h"

#define TURN_MS 500

void audit_open(const char *folder, struct audit_io *ret_audit)
{
	*ret_audit = (struct audit_io){.folder = folder};
	pthread_mutex_init(&ret_audit->lock, NULL);
}

static int path_of(const struct audit_io *audit, const char *name, char ret_path[PATH_MAX])
{
	int n = snprintf(ret_path, PATH_MAX, "%s/%s", audit->folder, name);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

/* The file is full: it takes the other one's place. */
static int rotate(int folder, size_t more)
{
	struct stat st;

	/* One byte more: the line before may have no end. */
	if (fstatat(folder, AUDIT_FILE, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if ((size_t)st.st_size + 1 + more <= AUDIT_FILE_MAX)
		return 0;
	return renameat(folder, AUDIT_FILE, folder, AUDIT_FILE_OLD) < 0 ? -errno : 0;
}

/* A power cut or a full disk may have left a part of a line, which must not spoil the next one. */
static int end_line(int fd, off_t size)
{
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
		return -EIO;
	return last == '\n' || write(fd, "\n", 1) == 1 ? 0 : -EIO;
}

static int write_line(int folder, const char *line, size_t length)
{
	_cleanup_close_ int fd = openat(folder, AUDIT_FILE,
					O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	r = end_line(fd, st.st_size);
	if (r < 0)
		return r;
	if (write(fd, line, length) != (ssize_t)length || fdatasync(fd) < 0)
		return -EIO;
	/* A new file survives a power cut only with its folder. */
	return st.st_size == 0 && fsync(folder) < 0 ? -errno : 0;
}

static int append(const struct audit_io *audit, const char *line, size_t length)
{
	_cleanup_close_ int folder = open(audit->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (folder < 0)
		return -errno;
	/* Another process may be writing. */
	file_wait_turn(folder, TURN_MS);
	r = rotate(folder, length);
	return r < 0 ? r : write_line(folder, line, length);
}

void audit_note(struct audit_io *audit, struct audit_entry *entry)
{
	char line[AUDIT_LINE_MAX];
	size_t length;
	int r;

	entry->time = (int64_t)time(NULL);
	length = audit_line(entry, line);
	pthread_mutex_lock(&audit->lock);
	r = append(audit, line, length);
	pthread_mutex_unlock(&audit->lock);
	line[length - 1] = '\0';
	qb_log(LOG_NOTICE, "audit: %s", line);
	if (r < 0)
		qb_log(LOG_ERR, "the audit in %s cannot be written: %s", audit->folder,
		       strerror(-r));
}

void audit_note_console(const char *root, const char *action, const char *target, int error)
{
	struct audit_entry entry = {.user = "console",
				    .from = "",
				    .action = action,
				    .target = target,
				    .outcome = error == 0	  ? "ok"
					       : error == -EACCES ? "refused"
								  : "operation-failed"};
	char folder[PATH_MAX];
	struct audit_io audit;
	int n = snprintf(folder, sizeof(folder), "%s" AUDIT_FOLDER, root);

	if (n < 0 || n >= PATH_MAX)
		return;
	audit_open(folder, &audit);
	audit_note(&audit, &entry);
}

static int add_file(const struct audit_io *audit, const char *name, struct buffer *buffer)
{
	_cleanup_free_ char *data = NULL;
	char path[PATH_MAX];
	size_t size = 0;
	int r = path_of(audit, name, path);

	if (r == 0)
		r = file_read(path, 2 * AUDIT_FILE_MAX, &data, &size);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		buffer_add(buffer, data, size);
	return r;
}

int audit_read(struct audit_io *audit, size_t n, json_t **ret_entries)
{
	_cleanup_buffer_ struct buffer lines = buffer_of(4 * AUDIT_FILE_MAX);
	int r;

	pthread_mutex_lock(&audit->lock);
	r = add_file(audit, AUDIT_FILE_OLD, &lines);
	if (r == 0)
		r = add_file(audit, AUDIT_FILE, &lines);
	pthread_mutex_unlock(&audit->lock);
	if (r == 0)
		r = lines.error;
	if (r < 0)
		return r;
	*ret_entries = audit_last(lines.data ? lines.data : "", lines.used, n);
	return *ret_entries ? 0 : -ENOMEM;
}
