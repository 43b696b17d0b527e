// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/ipc_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <qb/qblog.h>

#include "base/clock_io.h"

#define PATIENCE_NS (3 * NSEC_PER_SEC) /* for a switch-over to be completed */

static qb_loop_t *the_loop; /* libqb's poll handlers carry no context */

static int32_t job_add(enum qb_loop_priority p, void *data, qb_loop_job_dispatch_fn fn)
{
	return qb_loop_job_add(the_loop, p, data, fn);
}

static int32_t dispatch_add(enum qb_loop_priority p, int32_t fd, int32_t events, void *data,
			    qb_ipcs_dispatch_fn_t fn)
{
	return qb_loop_poll_add(the_loop, p, fd, events, data, fn);
}

static int32_t dispatch_mod(enum qb_loop_priority p, int32_t fd, int32_t events, void *data,
			    qb_ipcs_dispatch_fn_t fn)
{
	return qb_loop_poll_mod(the_loop, p, fd, events, data, fn);
}

static int32_t dispatch_del(int32_t fd)
{
	return qb_loop_poll_del(the_loop, fd);
}

static int32_t on_accept(qb_ipcs_connection_t *c, uid_t uid, gid_t gid)
{
	(void)c;
	(void)gid;
	return uid == 0 ? 0 : -EACCES;
}

static int32_t on_closed(qb_ipcs_connection_t *c)
{
	struct ipc_io *io = qb_ipcs_connection_service_context_get(c);

	for (size_t i = 0; i < IPC_PENDING_MAX; i++)
		if (io->pending[i].connection == c)
			io->pending[i].connection = NULL;
	return 0;
}

static void answer(qb_ipcs_connection_t *c, int error, const char *text)
{
	struct agent_result result;

	memset(&result, 0, sizeof(result));
	result.header.size = sizeof(result);
	result.header.error = error;
	snprintf(result.message, sizeof(result.message), "%s", text);
	qb_ipcs_response_send(c, &result, sizeof(result));
}

static void on_status(struct ipc_io *io, qb_ipcs_connection_t *c)
{
	static struct agent_status status;

	memset(&status, 0, sizeof(status));
	status.header.size = sizeof(status);
	status.header.id = AGENT_IPC_STATUS;
	io->handler->status(io->data, &status);
	qb_ipcs_response_send(c, &status, sizeof(status));
}

static void on_switchover(struct ipc_io *io, qb_ipcs_connection_t *c,
			  const struct agent_request *request)
{
	struct ipc_io_pending pending = {.connection = c, .since = clock_boot_ns()};
	size_t place = 0;
	char text[200];
	int r;

	while (place < IPC_PENDING_MAX && io->pending[place].connection)
		place++;
	if (place == IPC_PENDING_MAX) {
		answer(c, -EBUSY, "refused: too many switch-overs are under way");
		return;
	}
	r = io->handler->switchover(io->data, request->group, &pending.group, &pending.target, text,
				    sizeof(text));
	if (r < 0) {
		answer(c, r, text);
		return;
	}
	io->pending[place] = pending;
}

static int32_t on_message(qb_ipcs_connection_t *c, void *bytes, size_t size)
{
	struct ipc_io *io = qb_ipcs_connection_service_context_get(c);
	struct agent_request request;

	if (size < sizeof(request)) {
		answer(c, -EPROTO, "refused: the request is too short");
		return 0;
	}
	memcpy(&request, bytes, sizeof(request));
	request.group[sizeof(request.group) - 1] = '\0';
	if (request.version != AGENT_IPC_VERSION)
		answer(c, -EPROTO, "refused: the agent speaks another version of the protocol");
	else if (request.header.id == AGENT_IPC_STATUS)
		on_status(io, c);
	else if (request.header.id == AGENT_IPC_SWITCHOVER)
		on_switchover(io, c, &request);
	else
		answer(c, -ENOSYS, "refused: the agent does not know this request");
	return 0;
}

static bool settled(const struct decide_state *s, struct ipc_io_pending *p, uint64_t now)
{
	const struct decide_group *g = &s->groups[p->group];
	bool own = p->target == s->settings.self;
	char text[200];

	if (g->owner == p->target && !g->released && (!own || g->lease_until)) {
		snprintf(text, sizeof(text), "%s is now with %s, after %llu ms",
			 s->settings.groups[p->group], decide_name(s, p->target),
			 (unsigned long long)((now - p->since) / NSEC_PER_MSEC));
		answer(p->connection, 0, text);
		return true;
	}
	if (now - p->since < PATIENCE_NS)
		return false;
	snprintf(text, sizeof(text), "%s has not taken %s over within %llu s",
		 decide_name(s, p->target), s->settings.groups[p->group],
		 PATIENCE_NS / NSEC_PER_SEC);
	answer(p->connection, -ETIMEDOUT, text);
	return true;
}

void ipc_io_settle(struct ipc_io *io, const struct decide_state *s, uint64_t now)
{
	for (size_t i = 0; i < IPC_PENDING_MAX; i++)
		if (io->pending[i].connection && settled(s, &io->pending[i], now))
			io->pending[i].connection = NULL;
}

uint64_t ipc_io_deadline(const struct ipc_io *io)
{
	uint64_t at = UINT64_MAX;

	for (size_t i = 0; i < IPC_PENDING_MAX; i++)
		if (io->pending[i].connection && io->pending[i].since + PATIENCE_NS < at)
			at = io->pending[i].since + PATIENCE_NS;
	return at;
}

int ipc_io_open(struct ipc_io *io, qb_loop_t *loop, const struct ipc_io_handler *handler,
		void *data)
{
	static struct qb_ipcs_service_handlers service = {
		.connection_accept = on_accept,
		.msg_process = on_message,
		.connection_closed = on_closed,
	};
	static struct qb_ipcs_poll_handlers poll = {
		.job_add = job_add,
		.dispatch_add = dispatch_add,
		.dispatch_mod = dispatch_mod,
		.dispatch_del = dispatch_del,
	};
	int r;

	the_loop = loop;
	*io = (struct ipc_io){.handler = handler, .data = data};
	io->service = qb_ipcs_create(AGENT_IPC_NAME, 0, QB_IPC_NATIVE, &service);
	if (!io->service)
		return -ENOMEM;
	qb_ipcs_service_context_set(io->service, io);
	qb_ipcs_poll_handlers_set(io->service, &poll);
	qb_ipcs_enforce_buffer_size(io->service, AGENT_IPC_MAX);
	r = qb_ipcs_run(io->service);
	if (r < 0)
		io->service = NULL; /* libqb has destroyed it */
	return r;
}

void ipc_io_close(struct ipc_io *io)
{
	if (io->service)
		qb_ipcs_destroy(io->service);
	io->service = NULL;
}
