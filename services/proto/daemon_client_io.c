// SPDX-License-Identifier: GPL-2.0-or-later
#include "proto/daemon_client_io.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <qb/qbipcc.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/ipc_io.h"
#include "schema/config.h"

/* An answer shorter than `size` is an error report: a header alone. */
static int ask(qb_ipcc_connection_t *connection, void *request, size_t request_size, void *answer,
	       size_t size, int wait_ms)
{
	struct iovec iov = {.iov_base = request, .iov_len = request_size};
	const struct qb_ipc_response_header *header = answer;
	ssize_t n = qb_ipcc_sendv_recv(connection, &iov, 1, answer, size, wait_ms);

	if (n < 0)
		return (int)n;
	if ((size_t)n < sizeof(*header))
		return -EPROTO;
	if ((size_t)n < size)
		return header->error < 0 ? header->error : -EPROTO;
	return 0;
}

static int ask_agent(int32_t id, const char *group, void *answer, size_t size, int wait_ms)
{
	_cleanup_(ipc_disconnectp) qb_ipcc_connection_t *connection = NULL;
	struct agent_request request = {
		.header = {.id = id, .size = sizeof(request)},
		.version = AGENT_IPC_VERSION,
	};
	int r;

	if (strlen(group) >= sizeof(request.group))
		return -ENAMETOOLONG;
	memcpy(request.group, group, strlen(group));
	r = ipc_connect(AGENT_IPC_NAME, AGENT_IPC_MAX, DAEMON_WAIT_MS, &connection);
	if (r < 0)
		return r;
	return ask(connection, &request, sizeof(request), answer, size, wait_ms);
}

/* Texts come from another process: they end, and do not steer the terminal. */
static void make_text(char *text, size_t size)
{
	text[size - 1] = '\0';
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			*text = '?';
	}
}

int daemon_agent_status(struct agent_status *ret_status)
{
	int r = ask_agent(AGENT_IPC_STATUS, "", ret_status, sizeof(*ret_status), DAEMON_WAIT_MS);

	if (r < 0)
		return r;
	if (ret_status->header.error < 0)
		return ret_status->header.error;
	if (ret_status->version != AGENT_IPC_VERSION || ret_status->n_nodes > AGENT_NODES_MAX ||
	    ret_status->n_groups > AGENT_GROUPS_MAX)
		return -EPROTO;
	for (uint32_t i = 0; i < ret_status->n_nodes; i++) {
		make_text(ret_status->nodes[i].name, AGENT_NAME_MAX);
		make_text(ret_status->nodes[i].reason, AGENT_REASON_MAX);
	}
	for (uint32_t i = 0; i < ret_status->n_groups; i++)
		make_text(ret_status->groups[i].name, AGENT_NAME_MAX);
	for (uint32_t i = 0; i < ret_status->n_groups; i++)
		for (uint32_t k = 0; k < ret_status->n_nodes; k++)
			make_text(ret_status->groups[i].reasons[k], AGENT_REASON_MAX);
	return 0;
}

static int command_agent(int32_t id, const char *group, struct agent_result *ret_result)
{
	int r = ask_agent(id, group, ret_result, sizeof(*ret_result), DAEMON_COMMAND_MS);

	if (r == 0)
		make_text(ret_result->message, sizeof(ret_result->message));
	return r;
}

int daemon_switchover(const char *group, struct agent_result *ret_result)
{
	return command_agent(AGENT_IPC_SWITCHOVER, group, ret_result);
}

int daemon_force_quorum(struct agent_result *ret_result)
{
	return command_agent(AGENT_IPC_FORCE, "", ret_result);
}

static void make_service_texts(struct engine_service_status *status)
{
	make_text(status->name, sizeof(status->name));
	make_text(status->scheduler, sizeof(status->scheduler));
	make_text(status->method, sizeof(status->method));
	make_text(status->ports, sizeof(status->ports));
	make_text(status->datapath_reason, sizeof(status->datapath_reason));
	for (uint32_t i = 0; i < status->n_reals; i++) {
		make_text(status->reals[i].name, ENGINE_NAME_MAX);
		make_text(status->reals[i].reason, ENGINE_REASON_MAX);
	}
}

static int ask_service(qb_ipcc_connection_t *connection, uint32_t index,
		       struct engine_service_status *ret_status)
{
	struct engine_service_request request = {
		.header = {.id = ENGINE_IPC_SERVICE, .size = sizeof(request)},
		.version = ENGINE_IPC_VERSION,
		.index = index,
	};
	int r = ask(connection, &request, sizeof(request), ret_status, sizeof(*ret_status),
		    DAEMON_WAIT_MS);

	if (r < 0)
		return r;
	if (ret_status->version != ENGINE_IPC_VERSION ||
	    ret_status->n_reals > ENGINE_REALS_PER_MESSAGE ||
	    ret_status->n_services > CONFIG_SERVICES_MAX)
		return -EPROTO;
	make_service_texts(ret_status);
	return ret_status->header.error;
}

int daemon_services(int all_ms, int (*each)(void *data, const struct engine_service_status *status),
		    void *data)
{
	_cleanup_(ipc_disconnectp) qb_ipcc_connection_t *connection = NULL;
	_cleanup_free_ struct engine_service_status *status = NULL;
	uint64_t limit = clock_boot_ns() + (uint64_t)all_ms * NSEC_PER_MSEC;
	int r = ipc_connect(ENGINE_IPC_NAME, ENGINE_IPC_MAX, DAEMON_WAIT_MS, &connection);

	if (r < 0)
		return r;
	status = malloc(sizeof(*status));
	if (!status)
		return -ENOMEM;
	for (uint32_t i = 0; i < CONFIG_SERVICES_MAX; i++) {
		if (clock_boot_ns() > limit)
			return -ETIMEDOUT;
		r = ask_service(connection, i, status);
		/* After the last one: no such index. */
		if (r == -ENOENT)
			return 0;
		if (r == 0)
			r = each(data, status);
		if (r < 0 || i + 1 == status->n_services)
			return r;
	}
	return 0;
}

static int ask_source(qb_ipcc_connection_t *connection, uint32_t index,
		      struct health_source_status *ret_status)
{
	struct health_source_request request = {
		.header = {.id = HEALTH_IPC_SOURCE, .size = sizeof(request)},
		.version = HEALTH_IPC_VERSION,
		.index = index,
	};
	int r = ask(connection, &request, sizeof(request), ret_status, sizeof(*ret_status),
		    DAEMON_WAIT_MS);

	if (r < 0)
		return r;
	if (ret_status->version != HEALTH_IPC_VERSION ||
	    ret_status->n_sources > HEALTH_SOURCES_MAX ||
	    ret_status->n_consumers > HEALTH_CONSUMERS_MAX)
		return -EPROTO;
	make_text(ret_status->name, sizeof(ret_status->name));
	make_text(ret_status->type, sizeof(ret_status->type));
	make_text(ret_status->reason, sizeof(ret_status->reason));
	for (uint32_t i = 0; i < ret_status->n_consumers; i++)
		make_text(ret_status->consumers[i], sizeof(ret_status->consumers[i]));
	return ret_status->header.error;
}

int daemon_sources(int all_ms, int (*each)(void *data, const struct health_source_status *status),
		   void *data)
{
	_cleanup_(ipc_disconnectp) qb_ipcc_connection_t *connection = NULL;
	_cleanup_free_ struct health_source_status *status = NULL;
	uint64_t limit = clock_boot_ns() + (uint64_t)all_ms * NSEC_PER_MSEC;
	int r = ipc_connect(HEALTH_IPC_NAME, HEALTH_IPC_MAX, DAEMON_WAIT_MS, &connection);

	if (r < 0)
		return r;
	status = malloc(sizeof(*status));
	if (!status)
		return -ENOMEM;
	for (uint32_t i = 0; i < HEALTH_SOURCES_MAX; i++) {
		if (clock_boot_ns() > limit)
			return -ETIMEDOUT;
		r = ask_source(connection, i, status);
		if (r == -ENOENT)
			return 0;
		if (r == 0)
			r = each(data, status);
		if (r < 0)
			return r;
	}
	return 0;
}

static int ask_resource(qb_ipcc_connection_t *connection, uint32_t index,
			struct resource_status *ret_status)
{
	struct resource_request request = {
		.header = {.id = RESOURCE_IPC_STATUS, .size = sizeof(request)},
		.version = RESOURCE_IPC_VERSION,
		.index = index,
	};
	int r = ask(connection, &request, sizeof(request), ret_status, sizeof(*ret_status),
		    DAEMON_WAIT_MS);

	if (r < 0)
		return r;
	if (ret_status->version != RESOURCE_IPC_VERSION)
		return -EPROTO;
	make_text(ret_status->group, sizeof(ret_status->group));
	make_text(ret_status->name, sizeof(ret_status->name));
	make_text(ret_status->agent, sizeof(ret_status->agent));
	make_text(ret_status->words, sizeof(ret_status->words));
	return ret_status->header.error;
}

int daemon_resources(int all_ms, int (*each)(void *data, const struct resource_status *status),
		     void *data)
{
	_cleanup_(ipc_disconnectp) qb_ipcc_connection_t *connection = NULL;
	uint64_t limit = clock_boot_ns() + (uint64_t)all_ms * NSEC_PER_MSEC;
	struct resource_status status;
	int r = ipc_connect(RESOURCE_IPC_NAME, RESOURCE_IPC_MAX, DAEMON_WAIT_MS, &connection);

	for (uint32_t i = 0; i < RESOURCE_STATUS_MAX && r == 0; i++) {
		if (clock_boot_ns() > limit)
			return -ETIMEDOUT;
		r = ask_resource(connection, i, &status);
		if (r == -ENOENT)
			return 0;
		if (r == 0)
			r = each(data, &status);
	}
	return r;
}

int daemon_totals(struct engine_totals *ret_totals)
{
	_cleanup_(ipc_disconnectp) qb_ipcc_connection_t *connection = NULL;
	struct engine_totals_request request = {
		.header = {.id = ENGINE_IPC_TOTALS, .size = sizeof(request)},
		.version = ENGINE_IPC_VERSION,
	};
	int r = ipc_connect(ENGINE_IPC_NAME, ENGINE_IPC_MAX, DAEMON_WAIT_MS, &connection);

	if (r == 0)
		r = ask(connection, &request, sizeof(request), ret_totals, sizeof(*ret_totals),
			DAEMON_WAIT_MS);
	if (r < 0)
		return r;
	if (ret_totals->version != ENGINE_IPC_VERSION || ret_totals->n_reasons > ENGINE_REASONS_MAX)
		return -EPROTO;
	for (uint32_t i = 0; i < ret_totals->n_reasons; i++) {
		make_text(ret_totals->reasons[i].name, sizeof(ret_totals->reasons[i].name));
		make_text(ret_totals->reasons[i].words, sizeof(ret_totals->reasons[i].words));
	}
	return ret_totals->header.error;
}

int daemon_sync(struct engine_sync_status *ret_status)
{
	_cleanup_(ipc_disconnectp) qb_ipcc_connection_t *connection = NULL;
	struct engine_sync_request request = {
		.header = {.id = ENGINE_IPC_SYNC, .size = sizeof(request)},
		.version = ENGINE_IPC_VERSION,
	};
	int r = ipc_connect(ENGINE_IPC_NAME, ENGINE_IPC_MAX, DAEMON_WAIT_MS, &connection);

	if (r == 0)
		r = ask(connection, &request, sizeof(request), ret_status, sizeof(*ret_status),
			DAEMON_WAIT_MS);
	if (r < 0)
		return r;
	if (ret_status->version != ENGINE_IPC_VERSION || ret_status->n_peers > ENGINE_PEERS_MAX)
		return -EPROTO;
	for (uint32_t i = 0; i < ret_status->n_peers; i++)
		make_text(ret_status->peers[i].name, sizeof(ret_status->peers[i].name));
	return ret_status->header.error;
}
