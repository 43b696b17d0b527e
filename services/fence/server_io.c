// SPDX-License-Identifier: GPL-2.0-or-later
#include "fence/server_io.h"

#include <errno.h>
#include <poll.h>
#include <qb/qbdefs.h>
#include <qb/qblog.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "fence/request.h"

#define PATIENCE_MS 2000 /* beyond the request's time-out, for a process to end by itself */

int server_listen(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t mask;
	int r;

	if (fd < 0)
		return -errno;
	r = copy_text(address.sun_path, sizeof(address.sun_path), path);
	if (r < 0)
		return r;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	mask = umask(0177);
	r = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (r < 0 || listen(fd, SERVER_CLIENTS_MAX) < 0)
		return -errno;
	return take_fd(&fd);
}

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

static void close_run(struct server_run *run)
{
	qb_loop_timer_del(run->server->loop, run->timer);
	qb_loop_poll_del(run->server->loop, run->fd);
	close(run->fd);
	run->fd = -1;
	/* It has answered, or is to end in any case. */
	(void)kill(run->pid, SIGKILL);
	(void)waitpid(run->pid, NULL, 0);
}

static void on_late(void *data)
{
	struct server_run *run = data;

	qb_log(LOG_ERR, "request %u: its process does not end", run->number);
	tell_failure(run->client, run->number, -ETIMEDOUT, "the fence agent does not end");
	close_run(run);
}

static int32_t on_verdict(int32_t fd, int32_t events, void *data)
{
	struct server_run *run = data;
	struct fence_verdict verdict;
	ssize_t n = recv(fd, &verdict, sizeof(verdict), MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == (ssize_t)sizeof(verdict) && verdict.number == run->number) {
		verdict.text[sizeof(verdict.text) - 1] = '\0';
		qb_log(verdict.result < 0 ? LOG_ERR : LOG_NOTICE, "request %u: %s", run->number,
		       verdict.result < 0 ? verdict.text : "the node is off");
		tell(run->client, &verdict);
	} else {
		qb_log(LOG_ERR, "request %u: its process has ended without a verdict", run->number);
		tell_failure(run->client, run->number, -EIO, "the fence agent could not be run");
	}
	close_run(run);
	return 0;
}

static pid_t start_process(char *const *command, int fd)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	if (dup2(fd, STDIN_FILENO) >= 0)
		execv(command[0], command);
	_exit(127);
}

static int start_run(struct server *server, struct server_run *run,
		     const struct fence_request *request)
{
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	/* It fits: a socket's buffer is larger, and nothing is in it. */
	r = send(pair[0], request, sizeof(*request), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
	pid = r == 0 ? start_process(server->command, pair[1]) : r;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return pid;
	}
	run->fd = pair[0];
	run->pid = pid;
	r = qb_loop_poll_add(server->loop, QB_LOOP_MED, run->fd, POLLIN, run, on_verdict);
	if (r == 0)
		r = qb_loop_timer_add(server->loop, QB_LOOP_MED,
				      (request->timeout_ms + PATIENCE_MS) * NSEC_PER_MSEC, run,
				      on_late, &run->timer);
	if (r < 0)
		close_run(run);
	return r;
}

static void begin(struct server_client *client, const struct fence_request *request)
{
	struct server *server = client->server;
	size_t i = 0;
	int r = -EBUSY;

	while (i < SERVER_RUNS_MAX && server->runs[i].fd >= 0)
		i++;
	qb_log(LOG_NOTICE, "request %u: %s by %s", request->number, request->node, request->agent);
	if (i < SERVER_RUNS_MAX) {
		server->runs[i] = (struct server_run){
			.server = server, .fd = -1, .number = request->number, .client = client};
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

static bool may_ask(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

static int32_t on_connection(int32_t fd, int32_t events, void *data)
{
	struct server *server = data;
	_cleanup_close_ int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	size_t i = 0;

	(void)events;
	while (i < SERVER_CLIENTS_MAX && server->clients[i].fd >= 0)
		i++;
	if (client < 0 || i == SERVER_CLIENTS_MAX || !may_ask(client) ||
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
		server->runs[i].fd = -1;
	return qb_loop_poll_add(loop, QB_LOOP_MED, fd, POLLIN, server, on_connection);
}

void server_close(struct server *server)
{
	for (size_t i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (server->clients[i].fd >= 0)
			close_client(&server->clients[i]);
	qb_loop_poll_del(server->loop, server->fd);
}
