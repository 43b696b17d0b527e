/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the config service (proto/config_ipc.h); every wait is bounded. For threads. */
#ifndef TRIREME_PROTO_CONFIG_CLIENT_IO_H
#define TRIREME_PROTO_CONFIG_CLIENT_IO_H

#include <jansson.h>
#include <stddef.h>

/*
 * Sends one request, a JSON text of size bytes, and waits for its answer, at most wait_ms for each
 * of its parts, after half of that to be heard at all: a slow disk holds the service up.
 * *ret_answer is the caller's, ends with NUL and is freed by free(). -ECONNREFUSED, -ENOENT, …: the
 * service does not run; -ETIMEDOUT: it has not answered in time, and whether it has done what was
 * asked is not known; -EFBIG: larger than CONFIG_IPC_JSON_MAX.
 */
int config_ask_text(const char *request, size_t size, int wait_ms, char **ret_answer,
		    size_t *ret_size);

/* The same with JSON that is parsed. *ret_answer is the caller's. */
int config_ask(const json_t *request, int wait_ms, json_t **ret_answer);

#endif
