// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/ipc_io.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <qb/qblog.h>

#include "base/ipc_server_io.h"
#include "engine/statistics.h"
#include "engine/status.h"
#include "engine/sync_status_io.h"
#include "proto/engine_ipc.h"

static struct {
	struct engine *engine;
	const struct ipc_io_handler *handler;
	void *data;
	qb_ipcs_connection_t *joining; /* that has asked for the port; NULL: none */
} server;

static bool on_accept(void *data, uid_t uid)
{
	const struct passwd *checker = getpwnam(IPC_CHECKER_USER);

	(void)data;
	return checker && uid == checker->pw_uid;
}

static int32_t answer_error(qb_ipcs_connection_t *c, int32_t id, int error)
{
	struct qb_ipc_response_header header = {.id = id, .size = sizeof(header), .error = error};

	return (int32_t)qb_ipcs_response_send(c, &header, sizeof(header)) < 0 ? -1 : 0;
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static int on_health(const struct engine_health_request *request)
{
	bool changed = false;
	int r;

	if (!ends(request->service, sizeof(request->service)) ||
	    !ends(request->real, sizeof(request->real)) ||
	    !ends(request->reason, sizeof(request->reason)))
		return -EBADMSG;
	r = health_state_report(server.engine->health, request->service, request->real,
				request->state, request->reason, &changed);
	if (changed) {
		qb_log(LOG_NOTICE, "%s: %s is %s%s%s", request->service, request->real,
		       request->state == ENGINE_HEALTH_UP ? "up" : "down",
		       request->reason[0] ? ": " : "", request->reason);
		server.handler->changed(server.data);
	}
	return r;
}

static int32_t on_service(qb_ipcs_connection_t *c, uint32_t index)
{
	/* Static for its size (45 KiB); one request is served at a time. */
	static struct engine_service_status status;
	struct engine *engine = server.engine;
	const struct config *config = engine->config;
	struct ipvs_service kernel = {0};
	int r = 0;

	memset(&status, 0, sizeof(status));
	status.header.id = ENGINE_IPC_SERVICE;
	status.header.size = sizeof(status);
	status.version = ENGINE_IPC_VERSION;
	status.n_services = (uint32_t)config->n_services;
	if (index >= config->n_services) {
		status.header.error = -ENOENT;
	} else {
		r = engine_read_service(engine, index, &kernel);
		status_fill(&config->services[index], &engine->health->services[index],
			    &engine->verdicts[index], r == 0 ? &kernel : NULL, &status);
		status.applied = r == 0 && engine->applied[index];
		if (engine->datapath)
			statistics_add_service(engine->datapath, &config->services[index], &status);
		if (r == 0)
			free(kernel.dests);
	}
	return qb_ipcs_response_send(c, &status, sizeof(status)) < 0 ? -1 : 0;
}

static int32_t on_totals(qb_ipcs_connection_t *c)
{
	struct engine_totals totals = {
		.header = {.id = ENGINE_IPC_TOTALS, .size = sizeof(totals), .error = -ENODEV},
		.version = ENGINE_IPC_VERSION,
	};

	if (server.engine->datapath) {
		totals.header.error = 0;
		statistics_totals(server.engine->datapath, &totals);
	}
	return qb_ipcs_response_send(c, &totals, sizeof(totals)) < 0 ? -1 : 0;
}

static int32_t on_sync(qb_ipcs_connection_t *c)
{
	struct engine_sync_status status = {
		.header = {.id = ENGINE_IPC_SYNC, .size = sizeof(status), .error = -ENODEV},
		.version = ENGINE_IPC_VERSION,
	};

	if (server.engine->sync) {
		status.header.error = 0;
		sync_status_fill(server.engine->sync, server.engine->config, &status);
	}
	return qb_ipcs_response_send(c, &status, sizeof(status)) < 0 ? -1 : 0;
}

static int on_joining(qb_ipcs_connection_t *c, uint32_t seconds)
{
	int r;

	if (!ipc_server_is_root(c))
		return -EACCES;
	if (seconds == 0 || seconds > ENGINE_JOINING_MAX)
		return -ERANGE;
	if (server.joining && server.joining != c)
		return -EBUSY;
	r = server.handler->joining(server.data, seconds);
	if (r == 0)
		server.joining = c;
	return r;
}

/* Whoever has asked is no more: neither is what he asked for. */
static void on_closed(void *data, qb_ipcs_connection_t *c)
{
	(void)data;
	if (server.joining != c)
		return;
	server.joining = NULL;
	server.handler->joining(server.data, 0);
}

/* Whether the request is as long as its kind says and of our version. */
static int check(const struct qb_ipc_request_header *header, size_t size, size_t wanted,
		 uint32_t version)
{
	if (size != wanted || header->size != (int32_t)wanted)
		return -EBADMSG;
	return version == ENGINE_IPC_VERSION ? 0 : -EPROTO;
}

static int32_t on_message(void *data, qb_ipcs_connection_t *c, void *bytes, size_t size)
{
	const struct qb_ipc_request_header *header = bytes;
	const struct engine_health_request *health = bytes;
	const struct engine_service_request *service = bytes;
	const struct engine_joining_request *joining = bytes;
	const struct engine_totals_request *totals = bytes;
	int r = -EBADMSG;

	(void)data;

	/* All kinds begin with header and version. */
	if (size < sizeof(*service))
		return answer_error(c, 0, -EBADMSG);
	if (header->id == ENGINE_IPC_HEALTH) {
		r = check(header, size, sizeof(*health), health->version);
		return answer_error(c, header->id, r < 0 ? r : on_health(health));
	}
	if (header->id == ENGINE_IPC_JOINING) {
		r = check(header, size, sizeof(*joining), joining->version);
		return answer_error(c, header->id, r < 0 ? r : on_joining(c, joining->seconds));
	}
	if (header->id == ENGINE_IPC_TOTALS) {
		r = check(header, size, sizeof(*totals), totals->version);
		return r < 0 ? answer_error(c, header->id, r) : on_totals(c);
	}
	if (header->id == ENGINE_IPC_SYNC) {
		r = check(header, size, sizeof(struct engine_sync_request), totals->version);
		return r < 0 ? answer_error(c, header->id, r) : on_sync(c);
	}
	if (header->id == ENGINE_IPC_SERVICE)
		r = check(header, size, sizeof(*service), service->version);
	return r < 0 ? answer_error(c, header->id, r) : on_service(c, service->index);
}

int ipc_io_open(qb_loop_t *loop, struct engine *engine, const struct ipc_io_handler *handler,
		void *data)
{
	static const struct ipc_server_handler serving = {
		.accept = on_accept,
		.message = on_message,
		.closed = on_closed,
	};

	server.engine = engine;
	server.handler = handler;
	server.data = data;
	return ipc_server_open(loop, ENGINE_IPC_NAME, ENGINE_IPC_MAX, &serving, NULL);
}
