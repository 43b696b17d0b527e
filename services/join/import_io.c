// SPDX-License-Identifier: GPL-2.0-or-later
#include "join/import_io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/file_io.h"
#include "join/tls_io.h"
#include "join/words.h"
#include "proto/bundle.h"

#define SELF "/proc/self/exe"
#define PROGRAM "trireme-config"
#define DATA "/data/trireme"
#define NODE "/run/trireme/node" /* which one this machine is */
#define NODE_MAX 64

static int path_of(const struct import_target *target, const char *path, char *ret_path)
{
	return snprintf(ret_path, PATH_MAX, "%s%s", target->root, path) >= PATH_MAX ? -ENAMETOOLONG
										    : 0;
}

int import_path(const struct import_target *target, char *ret_path)
{
	return path_of(target, BUNDLE_PATH, ret_path);
}

/* Where the start of a machine looks for a configuration (rootfs/init/boot/config). */
static bool has_configuration(const struct import_target *target)
{
	static const char *const names[] = {"config.db", "config.json", "config.previous.json"};
	char path[PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (snprintf(path, sizeof(path), "%s" DATA "/%s", target->root, names[i]) <
			    (int)sizeof(path) &&
		    access(path, F_OK) == 0)
			return true;
	}
	return false;
}

static int refuse(const struct import_target *target, char *words)
{
	_cleanup_free_ char *node = NULL;
	char path[PATH_MAX];

	if (path_of(target, NODE, path) == 0 && file_read(path, NODE_MAX, &node, NULL) == 0)
		node[strcspn(node, "\n")] = '\0';
	words_set(words, CLUSTER_WORDS_MAX,
		  "this machine has a configuration%s%s: --force puts another one in its place, "
		  "and its history goes",
		  node ? ", as " : "", node ? node : "");
	return -EEXIST;
}

static int lock_folder(const char *path, int *ret_lock, char *words)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0) {
		int r = errno == EWOULDBLOCK ? -EBUSY : -errno;

		words_set(words, CLUSTER_WORDS_MAX, "%s: %s", path,
			  r == -EBUSY ? "another trireme-join or trireme-backup is at it now"
				      : strerror(-r));
		return r;
	}
	*ret_lock = take_fd(&fd);
	return 0;
}

int import_prepare(const struct import_target *target, int *ret_lock, char *words)
{
	static const struct {
		const char *path;
		mode_t mode;
	} folders[] = {{"/data", 0755}, {DATA, 0700}};
	char path[PATH_MAX] = DATA;
	int r = 0;

	if (!target->force && has_configuration(target))
		return refuse(target, words);
	for (size_t i = 0; i < ARRAY_SIZE(folders) && r == 0; i++) {
		r = path_of(target, folders[i].path, path);
		if (r == 0 && mkdir(path, folders[i].mode) < 0 && errno != EEXIST)
			r = -errno;
	}
	if (r == 0)
		return lock_folder(path, ret_lock, words);
	words_set(words, CLUSTER_WORDS_MAX, "%s: %s", path, strerror(-r));
	return r;
}

int import_begin(const struct import_target *target, int *ret_fd, char *words)
{
	char path[PATH_MAX] = BUNDLE_PATH;
	int r = path_of(target, BUNDLE_PATH, path), fd = -1;

	if (r == 0 && unlink(path) < 0 && errno != ENOENT)
		r = -errno;
	if (r == 0) {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		r = fd < 0 ? -errno : 0;
	}
	if (r < 0)
		words_set(words, CLUSTER_WORDS_MAX, "%s: %s", path, strerror(-r));
	else
		*ret_fd = fd;
	return r;
}

int import_sink(void *fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t n = write(*(const int *)fd, at, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The program of the same release: it lies beside this one. */
static int program_path(char *ret_path)
{
	ssize_t n = readlink(SELF, ret_path, PATH_MAX - sizeof(PROGRAM));
	char *slash;

	if (n < 0)
		return -errno;
	ret_path[n] = '\0';
	slash = strrchr(ret_path, '/');
	if (!slash)
		return -ENOENT;
	memcpy(slash + 1, PROGRAM, sizeof(PROGRAM));
	return 0;
}

static void become_program(const struct import_target *target, const char *program,
			   const char *file, bool check, int words_fd)
{
	const char *const with_check[] = {PROGRAM,	    "import",	  file,
					  "--root",	    target->root, "--yang",
					  target->yang_dir, "--check",	  NULL};
	const char *const without[] = {PROGRAM,	 "import",	   file, "--root", target->root,
				       "--yang", target->yang_dir, NULL};

	if (dup2(words_fd, STDERR_FILENO) >= 0)
		execv(program, (char *const *)(check ? with_check : without));
	dprintf(words_fd, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

/* What the program says, until it ends. What does not fit is read and left out. */
static int read_words(int fd, char *words)
{
	uint64_t deadline = clock_boot_ns() + IMPORT_NS;
	char rest[256];
	size_t used = 0;
	ssize_t n;

	do {
		size_t room = CLUSTER_WORDS_MAX - 1 - used;
		int r = tls_wait(fd, POLLIN, deadline);

		if (r < 0)
			return r;
		n = room ? read(fd, words + used, room) : read(fd, rest, sizeof(rest));
		if (n > 0 && room)
			used += (size_t)n;
	} while (n > 0);
	words[used] = '\0';
	return 0;
}

/* Lines of a report as one. */
static void join_lines(char *words)
{
	size_t length = strlen(words);

	while (length > 0 && words[length - 1] == '\n')
		words[--length] = '\0';
	for (char *c = words; *c; c++) {
		if (*c == '\n')
			*c = ';';
	}
}

static int wait_for_end(pid_t pid, int words_fd, char *words)
{
	int r = read_words(words_fd, words), status;

	if (r < 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (r < 0) {
		words_set(words, CLUSTER_WORDS_MAX, PROGRAM ": %s", strerror(-r));
		return r;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	join_lines(words);
	if (!words[0])
		words_set(words, CLUSTER_WORDS_MAX, PROGRAM " ended without a word");
	return -EBADMSG;
}

int import_run(const struct import_target *target, bool check, char *words)
{
	char program[PATH_MAX], file[PATH_MAX];
	int pipes[2] = {-1, -1};
	pid_t pid;
	int r = program_path(program);

	if (r == 0)
		r = path_of(target, BUNDLE_PATH, file);
	if (r == 0 && pipe2(pipes, O_CLOEXEC) < 0)
		r = -errno;
	if (r < 0) {
		words_set(words, CLUSTER_WORDS_MAX, PROGRAM ": %s", strerror(-r));
		return r;
	}
	words[0] = '\0';
	pid = fork();
	if (pid == 0)
		become_program(target, program, file, check, pipes[1]);
	close(pipes[1]);
	r = pid < 0 ? -EAGAIN : wait_for_end(pid, pipes[0], words);
	close(pipes[0]);
	return r;
}

void import_end(const struct import_target *target)
{
	char path[PATH_MAX];

	if (path_of(target, BUNDLE_PATH, path) == 0)
		unlink(path);
}
