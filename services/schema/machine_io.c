// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema/machine_io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "schema/error.h"

/* The folder also has lists and subfolders: a zone's file begins with TZif (RFC 8536). */
bool machine_has_zone(const char *name)
{
	static const char magic[4] = {'T', 'Z', 'i', 'f'};
	_cleanup_close_ int zones = open(MACHINE_ZONES, O_PATH | O_DIRECTORY | O_CLOEXEC);
	_cleanup_close_ int fd = zones < 0 ? -1 : openat(zones, name, O_RDONLY | O_CLOEXEC);
	char head[sizeof(magic)];

	return fd >= 0 && read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
	       memcmp(head, magic, sizeof(magic)) == 0;
}

int machine_can(const struct config *config, struct schema_error *error)
{
	if (machine_has_zone(config->system.time_zone))
		return 0;
	*error = (struct schema_error){0};
	error_text(error->path, sizeof(error->path), "/trireme:system/time-zone");
	error_text(error->value, sizeof(error->value), "%s", config->system.time_zone);
	error_text(error->allowed, sizeof(error->allowed),
		   "a time zone that this firmware knows: a file below " MACHINE_ZONES
		   ", as in Europe/Berlin or UTC");
	error_make_printable(error);
	return -EBADMSG;
}
