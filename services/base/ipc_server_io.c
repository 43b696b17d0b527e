// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ipc_server_io.h"

#include <errno.h>
#include <unistd.h>

static struct {
	qb_loop_t *loop;
	qb_ipcs_service_t *service;
	const struct ipc_server_handler *handler;
	void *data;
} server;

static int32_t job_add(enum qb_loop_priority p, void *data, qb_loop_job_dispatch_fn fn)
{
	return qb_loop_job_add(server.loop, p, data, fn);
}

static int32_t dispatch_add(enum qb_loop_priority p, int32_t fd, int32_t events, void *data,
			    qb_ipcs_dispatch_fn_t fn)
{
	return qb_loop_poll_add(server.loop, p, fd, events, data, fn);
}

static int32_t dispatch_mod(enum qb_loop_priority p, int32_t fd, int32_t events, void *data,
			    qb_ipcs_dispatch_fn_t fn)
{
	return qb_loop_poll_mod(server.loop, p, fd, events, data, fn);
}

static int32_t dispatch_del(int32_t fd)
{
	return qb_loop_poll_del(server.loop, fd);
}

static int32_t on_accept(qb_ipcs_connection_t *c, uid_t uid, gid_t gid)
{
	/* Any value will do that is not NULL. */
	qb_ipcs_context_set(c, uid == 0 ? &server : NULL);
	if (uid == 0 && geteuid() == 0)
		return 0;
	if (uid == 0) {
		/* This daemon cannot give it away. Root without capabilities is in its group. */
		qb_ipcs_connection_auth_set(c, geteuid(), getegid(), 0660);
		return 0;
	}
	if (!server.handler->accept || !server.handler->accept(server.data, uid))
		return -EACCES;
	/* The connection's shared memory is made by root: give it to the peer. */
	qb_ipcs_connection_auth_set(c, uid, gid, 0600);
	return 0;
}

static int32_t on_closed(qb_ipcs_connection_t *c)
{
	if (server.handler->closed)
		server.handler->closed(server.data, c);
	return 0;
}

static int32_t on_message(qb_ipcs_connection_t *c, void *bytes, size_t size)
{
	if (size < sizeof(struct qb_ipc_request_header))
		return -EBADMSG;
	return server.handler->message(server.data, c, bytes, size);
}

int ipc_server_open(qb_loop_t *loop, const char *name, size_t max,
		    const struct ipc_server_handler *handler, void *data)
{
	static struct qb_ipcs_service_handlers handlers = {
		.connection_accept = on_accept,
		.connection_closed = on_closed,
		.msg_process = on_message,
	};
	static struct qb_ipcs_poll_handlers poll = {
		.job_add = job_add,
		.dispatch_add = dispatch_add,
		.dispatch_mod = dispatch_mod,
		.dispatch_del = dispatch_del,
	};
	int r;

	server.loop = loop;
	server.handler = handler;
	server.data = data;
	server.service = qb_ipcs_create(name, 0, QB_IPC_SHM, &handlers);
	if (!server.service)
		return -ENOMEM;
	qb_ipcs_enforce_buffer_size(server.service, (uint32_t)max);
	qb_ipcs_poll_handlers_set(server.service, &poll);
	r = qb_ipcs_run(server.service);
	if (r < 0)
		server.service = NULL; /* libqb has destroyed it */
	return r;
}

bool ipc_server_is_root(qb_ipcs_connection_t *connection)
{
	return qb_ipcs_context_get(connection) != NULL;
}

void ipc_server_close(void)
{
	if (server.service)
		qb_ipcs_destroy(server.service);
	server.service = NULL;
}
