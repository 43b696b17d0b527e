// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ipc_io.h"

#include <errno.h>
#include <poll.h>

int ipc_connect(const char *name, size_t max, int wait_ms, qb_ipcc_connection_t **ret_connection)
{
	struct pollfd wait = {.events = POLLIN};
	qb_ipcc_connection_t *connection = qb_ipcc_connect_async(name, max, &wait.fd);
	int r;

	if (!connection)
		return errno ? -errno : -ECONNREFUSED;
	r = poll(&wait, 1, wait_ms);
	if (r <= 0) {
		r = r < 0 ? -errno : -ETIMEDOUT;
		qb_ipcc_disconnect(connection);
		return r;
	}
	/* It frees the connection itself when it fails. */
	r = qb_ipcc_connect_continue(connection);
	if (r < 0)
		return r;
	*ret_connection = connection;
	return 0;
}

void ipc_disconnectp(qb_ipcc_connection_t **connection)
{
	if (*connection)
		qb_ipcc_disconnect(*connection);
}
