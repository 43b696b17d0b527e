// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/resource_io.h"

#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/seqpacket_io.h"

void resource_io_init(struct resource_io *io, const char *path)
{
	*io = (struct resource_io){.path = path, .fd = -1};
}

static void say(struct resource_io *io, const struct resource_owned *owned)
{
	ssize_t n;

	if (io->fd < 0)
		return;
	n = send(io->fd, owned, sizeof(*owned), MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n == (ssize_t)sizeof(*owned))
		io->told = *owned;
	else
		closep(&io->fd);
}

void resource_io_meet(struct resource_io *io, const struct resource_owned *owned)
{
	if (io->fd < 0)
		io->fd = seqpacket_connect(io->path);
	say(io, owned);
}

void resource_io_tell(struct resource_io *io, const struct resource_owned *owned)
{
	if (memcmp(&io->told, owned, sizeof(*owned)) != 0)
		say(io, owned);
}

void resource_io_close(struct resource_io *io)
{
	closep(&io->fd);
}
