// SPDX-License-Identifier: GPL-2.0-or-later
#include "fence/server_io.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/seqpacket_io.h"
#include "fence/request.h"

#define PATIENCE_MS 2000 /* beyond the request's time-out, for a process to end by itself */

static void tell(const struct server_client *client, const struct fence_verdict *verdict)
{
	if (client && send(client->fd, verdict, sizeof(*verdict), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		qb_log(LOG_WARNING, "the agent does not take a verdict: %s", strerror(errno));
}

static void tell_failure(const struct server_client *client, uint32_t number, int error,
			 const char *text)
{
	struct fence_verdict verdict = {
		.version = FENCE_WIRE_VERSION, .number = number, .result = error};

	snprintf(verdict.text, sizeof(verdict.text), "%s", text);
	tell(client, &verdict);
}

static void close_client(struct server_client *client)
{
	struct server *server = client->server;

	for (size_t i = 0; i < SERVER_RUNS_MAX; i++)
		if (server->runs[i].client == client)
			server->runs[i].client = NULL;
	qb_loop_poll_del(server->loop, client->fd);
	close(client->fd);
	client->fd = -1;
}

static void on_done(void *data, const void *answer, int error)
{
	struct server_run *run = data;
	struct fence_verdict verdict;

	if (answer) {
		memcpy(&verdict, answer, sizeof(verdict));
		if (verdict.number != run->number)
			answer = NULL;
	}
	if (!answer) {
		qb_log(LOG_ERR, "request %u: its process %s", run->number,
		       error == -ETIMEDOUT ? "does not end" : "has ended without a verdict");
		tell_failure(run->client, run->number, error == -ETIMEDOUT ? error : -EIO,
			     error == -ETIMEDOUT ? "the fence agent does not end"
						 : "the fence agent could not be run");
		return;
	}
	verdict.text[sizeof(verdict.text) - 1] = '\0';
	qb_log(verdict.result < 0 ? LOG_ERR : LOG_NOTICE, "request %u: %s", run->number,
	       verdict.result < 0 ? verdict.text : "the node is off");
	tell(run->client, &verdict);
}

static int start_run(struct server *server, struct server_run *run,
		     const struct fence_request *request)
{
	const struct errand_order order = {
		.command = server->command,
		.request = request,
		.request_size = sizeof(*request),
		.answer_size = sizeof(struct fence_verdict),
		.wait_ns = (request->timeout_ms + PATIENCE_MS) * NSEC_PER_MSEC,
		.done = on_done,
		.data = run,
	};

	static_assert(sizeof(struct fence_verdict) <= ERRAND_ANSWER_MAX, "a verdict fits");
	return errand_start(&run->errand, server->loop, &order);
}

static void begin(struct server_client *client, const struct fence_request *request)
{
	struct server *server = client->server;
	size_t i = 0;
	int r = -EBUSY;

	while (i < SERVER_RUNS_MAX && server->runs[i].errand.fd >= 0)
		i++;
	qb_log(LOG_NOTICE, "request %u: %s by %s", request->number, request->node, request->agent);
	if (i < SERVER_RUNS_MAX) {
		server->runs[i] = (struct server_run){
			.errand = {.fd = -1}, .number = request->number, .client = client};
		r = start_run(server, &server->runs[i], request);
	}
	if (r < 0)
		tell_failure(client, request->number, r, strerror(-r));
}

static int32_t on_request(int32_t fd, int32_t events, void *data)
{
	_cleanup_(request_wipe) struct fence_request request;
	struct server_client *client = data;
	ssize_t n = recv(fd, &request, sizeof(request), MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == (ssize_t)sizeof(request) && request_is_valid(&request)) {
		begin(client, &request);
		return 0;
	}
	if (n > 0)
		qb_log(LOG_ERR, "a request is not of this release's form");
	close_client(client);
	return 0;
}

static int32_t on_connection(int32_t fd, int32_t events, void *data)
{
	struct server *server = data;
	_cleanup_close_ int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	size_t i = 0;

	(void)events;
	while (i < SERVER_CLIENTS_MAX && server->clients[i].fd >= 0)
		i++;
	if (client < 0 || i == SERVER_CLIENTS_MAX || !seqpacket_is_trusted(client) ||
	    qb_loop_poll_add(server->loop, QB_LOOP_MED, client, POLLIN, &server->clients[i],
			     on_request) < 0)
		return 0;
	server->clients[i].fd = take_fd(&client);
	return 0;
}

int server_open(struct server *server, qb_loop_t *loop, int fd, char *const *command)
{
	*server = (struct server){.loop = loop, .fd = fd, .command = command};
	for (size_t i = 0; i < SERVER_CLIENTS_MAX; i++)
		server->clients[i] = (struct server_client){.server = server, .fd = -1};
	for (size_t i = 0; i < SERVER_RUNS_MAX; i++)
		server->runs[i].errand.fd = -1;
	return qb_loop_poll_add(loop, QB_LOOP_MED, fd, POLLIN, server, on_connection);
}

void server_close(struct server *server)
{
	for (size_t i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			close_client(&server->clients[i]);
	qb_loop_poll_del(server->loop, server->fd);
}
