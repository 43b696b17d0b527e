// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/record_io.h"

#include <errno.h>
#include <fcntl.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"

/* *ret_size: of the file as it was found. */
static int map_file(const char *path, void **ret_map, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	/* A shorter one is made longer to be looked at: beyond its end it would be SIGBUS. */
	if (st.st_size < AGENT_RECORD_SIZE && ftruncate(fd, AGENT_RECORD_SIZE) < 0)
		return -errno;
	map = mmap(NULL, AGENT_RECORD_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	*ret_map = map;
	*ret_size = (size_t)st.st_size;
	return 0;
}

static int set_aside(const char *path, int error)
{
	char bad[256];

	if (snprintf(bad, sizeof(bad), "%s.bad", path) >= (int)sizeof(bad))
		return -ENAMETOOLONG;
	if (rename(path, bad) < 0)
		return -errno;
	qb_log(LOG_WARNING, "%s is %s: it is now %s, and a new one is begun", path,
	       error == -EPROTO ? "of another version" : "damaged", bad);
	return 0;
}

int record_io_open(struct record_io *io, const char *path)
{
	void *map = NULL;
	size_t size = 0;
	int r, bad;

	*io = (struct record_io){0};
	r = map_file(path, &map, &size);
	if (r < 0)
		return r;
	bad = size ? agent_record_check(map, size) : 0;
	if (bad < 0) {
		munmap(map, AGENT_RECORD_SIZE);
		r = set_aside(path, bad);
		if (r == 0)
			r = map_file(path, &map, &size);
		if (r < 0)
			return r;
	}
	if (size == 0)
		agent_record_clear(map);
	io->file = map;
	io->next = agent_record_newest(map) + 1;
	return 0;
}

void record_io_close(struct record_io *io)
{
	if (io->file)
		munmap(io->file, AGENT_RECORD_SIZE);
	io->file = NULL;
}

void record_io_add(struct record_io *io, const struct decide_settings *settings,
		   const struct decide_log *log)
{
	struct agent_record record = {.number = io->next,
				      .boot = clock_boot_ns(),
				      .epoch = log->epoch,
				      .view = log->view,
				      .owner = log->owner,
				      .subject = (uint8_t)log->subject,
				      .cause = (uint8_t)log->cause};
	struct timespec now;

	if (!io->file)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	record.real = (int64_t)now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
	if (log->group < settings->n_groups)
		snprintf(record.group, sizeof(record.group), "%s", settings->groups[log->group]);
	snprintf(record.text, sizeof(record.text), "%s", log->text);
	agent_record_put(io->file, &record);
	io->next++;
}
