// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/ipc_io.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <qb/qblog.h>

#include "base/clock_io.h"
#include "base/ipc_server_io.h"

#define PATIENCE_NS (3 * NSEC_PER_SEC) /* for a request to be completed */

static void on_closed(void *data, qb_ipcs_connection_t *c)
{
	struct ipc_io *io = data;

	for (size_t i = 0; i < IPC_PENDING_MAX; i++)
		if (io->pending[i].connection == c)
			io->pending[i].connection = NULL;
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

/* What is begun now is answered later, by ipc_io_settle(). */
static void on_command(struct ipc_io *io, qb_ipcs_connection_t *c,
		       const struct agent_request *request)
{
	struct ipc_io_pending pending = {.connection = c,
					 .id = (enum agent_ipc_id)request->header.id,
					 .since = clock_boot_ns()};
	size_t place = 0;
	char text[200] = "";
	int r;

	while (place < IPC_PENDING_MAX && io->pending[place].connection)
		place++;
	if (place == IPC_PENDING_MAX) {
		answer(c, -EBUSY, "refused: too many requests are under way");
		return;
	}
	if (pending.id == AGENT_IPC_FORCE)
		r = io->handler->force(io->data, text, sizeof(text));
	else
		r = io->handler->switchover(io->data, request->group, &pending.group,
					    &pending.target, text, sizeof(text));
	if (r < 0) {
		answer(c, r, text);
		return;
	}
	io->pending[place] = pending;
}

static int32_t on_message(void *data, qb_ipcs_connection_t *c, void *bytes, size_t size)
{
	struct ipc_io *io = data;
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
	else if (request.header.id == AGENT_IPC_SWITCHOVER || request.header.id == AGENT_IPC_FORCE)
		on_command(io, c, &request);
	else
		answer(c, -ENOSYS, "refused: the agent does not know this request");
	return 0;
}

static bool force_settled(const struct decide_state *s, struct ipc_io_pending *p)
{
	char text[200];
	int r = decide_force_result(s, text, sizeof(text));

	if (r != -EINPROGRESS)
		answer(p->connection, r, text);
	return r != -EINPROGRESS;
}

static bool switchover_settled(const struct decide_state *s, struct ipc_io_pending *p, uint64_t now)
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

static bool settled(const struct decide_state *s, struct ipc_io_pending *p, uint64_t now)
{
	return p->id == AGENT_IPC_FORCE ? force_settled(s, p) : switchover_settled(s, p, now);
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
	static const struct ipc_server_handler server = {
		.message = on_message,
		.closed = on_closed,
	};

	*io = (struct ipc_io){.handler = handler, .data = data};
	return ipc_server_open(loop, AGENT_IPC_NAME, AGENT_IPC_MAX, &server, io);
}
