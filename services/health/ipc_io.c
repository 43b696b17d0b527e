// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/ipc_io.h"

#include <errno.h>

#include "base/clock_io.h"
#include "base/ipc_server_io.h"
#include "health/source.h"

static int32_t answer_error(qb_ipcs_connection_t *c, int32_t id, int error)
{
	struct qb_ipc_response_header header = {.id = id, .size = sizeof(header), .error = error};

	return qb_ipcs_response_send(c, &header, sizeof(header)) < 0 ? -1 : 0;
}

static int32_t on_source(const struct checker *checker, qb_ipcs_connection_t *c, uint32_t index)
{
	const struct targets *targets = checker->targets;
	struct health_source_status status = {
		.header = {.id = HEALTH_IPC_SOURCE, .size = sizeof(status), .error = -ENOENT},
		.version = HEALTH_IPC_VERSION,
		.n_sources = targets ? (uint32_t)targets->n_sources : 0,
	};

	if (index < status.n_sources) {
		status.header.error = 0;
		source_status(targets, index, clock_boot_ns(), &status);
	}
	return qb_ipcs_response_send(c, &status, sizeof(status)) < 0 ? -1 : 0;
}

static int32_t on_message(void *data, qb_ipcs_connection_t *c, void *bytes, size_t size)
{
	const struct health_source_request *request = bytes;
	int32_t id = request->header.id;

	if (id != HEALTH_IPC_SOURCE || size != sizeof(*request))
		return answer_error(c, id, -EBADMSG);
	if (request->version != HEALTH_IPC_VERSION)
		return answer_error(c, id, -EPROTO);
	return on_source(data, c, request->index);
}

int ipc_io_open(const struct checker *checker)
{
	static const struct ipc_server_handler handler = {.message = on_message};

	return ipc_server_open(checker->loop, HEALTH_IPC_NAME, HEALTH_IPC_MAX, &handler,
			       (void *)checker);
}
