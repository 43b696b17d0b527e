// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/lease_io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"

struct lease_file {
	uint64_t guard_until;
	struct lease_record records[AGENT_WIRE_GROUPS_MAX];
};

int lease_io_open(struct lease_io *io, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *map;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	if (ftruncate(fd, sizeof(struct lease_file)) < 0)
		return -errno;
	map = mmap(NULL, sizeof(struct lease_file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	io->file = map;
	io->fd = take_fd(&fd);
	return 0;
}

void lease_io_close(struct lease_io *io)
{
	if (io->file)
		munmap(io->file, sizeof(struct lease_file));
	io->file = NULL;
	closep(&io->fd);
	io->fd = -1;
}

struct lease_record *lease_io_find(struct lease_io *io, uint64_t key, uint64_t now)
{
	struct lease_record *records = io->file->records, *unused = NULL;

	for (size_t i = 0; i < AGENT_WIRE_GROUPS_MAX; i++) {
		if (records[i].key == key)
			return &records[i];
		if (!unused && records[i].deadline <= now)
			unused = &records[i];
	}
	return unused;
}

/* Stores in an order in which a crash at any point leaves no lease, or the old or the new one. */
void lease_io_set(struct lease_record *record, uint64_t key, uint64_t epoch, uint64_t deadline)
{
	volatile struct lease_record *r = record;

	if (r->key != key || r->epoch != epoch) {
		r->deadline = 0;
		r->key = key;
		r->epoch = epoch;
	}
	r->deadline = deadline;
}

void lease_io_clear(struct lease_record *record)
{
	((volatile struct lease_record *)record)->deadline = 0;
}

uint64_t lease_io_guard(const struct lease_io *io)
{
	return io->file->guard_until;
}

void lease_io_set_guard(struct lease_io *io, uint64_t until)
{
	((volatile struct lease_file *)io->file)->guard_until = until;
}
