// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/sysctl_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"

#define FOLDER "/proc/sys/net/ipv4/vs/"

static const struct {
	const char *name;
	char value;
} switches[] = {
	/*
	 * A real server that failed is deleted. Without this its connections would hang until
	 * they time out; with it the next packet of each ends it, and a new request goes on.
	 */
	{"expire_nodest_conn", '1'},
	/* Weight 0 drains: a client bound to that real server moves on with its next connection. */
	{"expire_quiescent_template", '1'},
	/* A client's port used again in TIME_WAIT is a new connection, to be scheduled anew. */
	{"conn_reuse_mode", '1'},
	/* The ruleset leaves the services' traffic untracked (ruleset.h). */
	{"conntrack", '0'},
	/* A packet in the middle of an unknown connection makes none. */
	{"sloppy_tcp", '0'},
};

static int reconcile_one(const char *name, char value)
{
	char path[128], now;
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), FOLDER "%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (pread(fd, &now, 1, 0) != 1)
		return -EIO;
	if (now == value)
		return 0;
	return pwrite(fd, &value, 1, 0) == 1 ? 1 : -errno;
}

int sysctl_reconcile(const char **ret_name)
{
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		int r = reconcile_one(switches[i].name, switches[i].value);

		if (r < 0) {
			*ret_name = switches[i].name;
			return r;
		}
		n += r;
	}
	return n;
}
