/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A TCP connection that is only begun, to see whether it is accepted. */
#ifndef TRIREME_HEALTH_CONNECT_IO_H
#define TRIREME_HEALTH_CONNECT_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/config.h"

/*
 * Begins to connect; the caller closes *ret_fd, which becomes writable when there is a result.
 * An error is the network's answer, unless connect_is_local() says that it was never asked.
 */
int connect_begin(const struct config_inet *address, uint16_t port, int *ret_fd);

/* 0: accepted; -EINPROGRESS: no answer yet; else what the network answered. */
int connect_result(int fd);

/* The errno tells of a shortage on this machine and nothing of the real server. */
bool connect_is_local(int error);

#endif
