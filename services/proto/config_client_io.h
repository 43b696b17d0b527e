/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the config service (proto/config_ipc.h); every wait is bounded. */
#ifndef TRIREME_PROTO_CONFIG_CLIENT_IO_H
#define TRIREME_PROTO_CONFIG_CLIENT_IO_H

#include <jansson.h>

/*
 * Sends one request and waits for its answer, at most wait_ms for each of its parts. *ret_answer
 * is the caller's. -ECONNREFUSED, -ENOENT, …: the service does not run; -ETIMEDOUT: it has not
 * answered in time, and whether it has done what was asked is not known.
 */
int config_ask(const json_t *request, int wait_ms, json_t **ret_answer);

#endif
