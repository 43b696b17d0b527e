/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells the helper that runs resources which groups are owned here (proto/resource_wire.h). Nothing
 * here waits, and telling opens and allocates nothing: what the helper does not take now it hears a
 * second later.
 */
#ifndef TRIREME_AGENT_RESOURCE_IO_H
#define TRIREME_AGENT_RESOURCE_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/resource_wire.h"

struct resource_io {
	const char *path;
	int fd;			    /* -1: no connection */
	struct resource_owned told; /* and taken */
};

/* path must stay valid. */
void resource_io_init(struct resource_io *io, const char *path);

/* Connects if it is not connected, and says again what is owned: once a second. */
void resource_io_meet(struct resource_io *io, const struct resource_owned *owned);

/* After every event: says what is owned if it is not what was said last. */
void resource_io_tell(struct resource_io *io, const struct resource_owned *owned);

void resource_io_close(struct resource_io *io);

#endif
