// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ipc_io.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/cleanup.h"

/*
 * Where socket(2) fails, libqb 2.0.6 closes descriptor 0 (qb_ipcc_connect_async(): a field that
 * was never set): it is not asked then.
 */
static int check_descriptors(void)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : 0;
}

int ipc_connect(const char *name, size_t max, int wait_ms, qb_ipcc_connection_t **ret_connection)
{
	struct pollfd wait = {.events = POLLIN};
	qb_ipcc_connection_t *connection;
	int r = check_descriptors();

	if (r < 0)
		return r;
	connection = qb_ipcc_connect_async(name, max, &wait.fd);
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
