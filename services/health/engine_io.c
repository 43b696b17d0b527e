// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/engine_io.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "base/ipc_io.h"

int engine_io_open(qb_ipcc_connection_t **ret_engine)
{
	return ipc_connect(ENGINE_IPC_NAME, ENGINE_IPC_MAX, ENGINE_WAIT_MS, ret_engine);
}

void engine_io_close(qb_ipcc_connection_t *engine)
{
	if (engine)
		qb_ipcc_disconnect(engine);
}

int engine_io_report(qb_ipcc_connection_t *engine, const struct subscriber *subscriber,
		     const struct probe *probe)
{
	struct engine_health_request request = {
		.header = {.id = ENGINE_IPC_HEALTH, .size = sizeof(request)},
		.version = ENGINE_IPC_VERSION,
		.state = (uint8_t)probe->check.verdict,
	};
	struct iovec iov = {.iov_base = &request, .iov_len = sizeof(request)};
	struct qb_ipc_response_header response;
	ssize_t n;

	static_assert(sizeof(request.service) == sizeof(subscriber->service) &&
			      sizeof(request.real) == sizeof(subscriber->real),
		      "names fit");
	memcpy(request.service, subscriber->service, sizeof(request.service));
	memcpy(request.real, subscriber->real, sizeof(request.real));
	memcpy(request.reason, probe->reason, sizeof(request.reason));
	n = qb_ipcc_sendv_recv(engine, &iov, 1, &response, sizeof(response), ENGINE_WAIT_MS);
	if (n < 0)
		return (int)n;
	return n == (ssize_t)sizeof(response) ? response.error : -EPROTO;
}
