// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/fence_io.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/seqpacket_io.h"
#include "proto/fence_wire.h"

static_assert(CONFIG_PARAMETERS_MAX + CONFIG_SECRETS_MAX <= FENCE_PARAMETERS_MAX,
	      "all parameters have a place");
static_assert(FENCE_NAME_MAX >= CONFIG_NAME_MAX, "a name fits");

void fence_io_init(struct fence_io *io, qb_loop_t *loop, const char *path,
		   void (*answered)(void *data, uint32_t request, const char *failure), void *data)
{
	*io = (struct fence_io){
		.loop = loop, .path = path, .answered = answered, .data = data, .fd = -1};
}

static void disconnect(struct fence_io *io)
{
	if (io->fd < 0)
		return;
	qb_loop_poll_del(io->loop, io->fd);
	close(io->fd);
	io->fd = -1;
}

static void lost(struct fence_io *io)
{
	uint32_t waiting[DECIDE_NODES_MAX];
	size_t n = io->n_waiting;

	disconnect(io);
	memcpy(waiting, io->waiting, sizeof(waiting));
	io->n_waiting = 0;
	for (size_t i = 0; i < n; i++)
		io->answered(io->data, waiting[i], "the helper has ended");
}

static bool stop_waiting(struct fence_io *io, uint32_t request)
{
	for (size_t i = 0; i < io->n_waiting; i++) {
		if (io->waiting[i] != request)
			continue;
		io->waiting[i] = io->waiting[--io->n_waiting];
		return true;
	}
	return false;
}

static int32_t on_verdict(int32_t fd, int32_t events, void *data)
{
	struct fence_io *io = data;
	struct fence_verdict verdict;
	ssize_t n = recv(fd, &verdict, sizeof(verdict), MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n != (ssize_t)sizeof(verdict) || verdict.version != FENCE_WIRE_VERSION) {
		lost(io);
		return 0;
	}
	verdict.text[sizeof(verdict.text) - 1] = '\0';
	if (stop_waiting(io, verdict.number))
		io->answered(io->data, verdict.number, verdict.result < 0 ? verdict.text : NULL);
	return 0;
}

int fence_io_connect(struct fence_io *io)
{
	_cleanup_close_ int fd = -1;
	int r;

	if (io->fd >= 0)
		return 0;
	fd = seqpacket_connect(io->path);
	if (fd < 0)
		return fd;
	r = qb_loop_poll_add(io->loop, QB_LOOP_MED, fd, POLLIN, io, on_verdict);
	if (r == 0)
		io->fd = take_fd(&fd);
	return r;
}

/* The secret itself. */
static const char *plain(const char *value)
{
	size_t length = strlen(CONFIG_SECRET_TEXT);

	return strncmp(value, CONFIG_SECRET_TEXT, length) == 0 ? value + length : value;
}

static void add_parameters(struct fence_request *request, const struct config_parameter *from,
			   size_t n, bool secret)
{
	for (size_t i = 0; i < n; i++) {
		struct fence_parameter *to = &request->parameters[request->n_parameters++];

		snprintf(to->name, sizeof(to->name), "%s", from[i].name);
		snprintf(to->value, sizeof(to->value), "%s",
			 secret ? plain(from[i].value) : from[i].value);
		to->secret = secret;
	}
}

static int send_request(struct fence_io *io, const struct config_fence_device *device,
			uint32_t number)
{
	static struct fence_request request;
	ssize_t n;

	memset(&request, 0, sizeof(request));
	request.version = FENCE_WIRE_VERSION;
	request.number = number;
	request.timeout_ms = device->timeout_s * 1000u;
	request.reboot = device->action == CONFIG_FENCE_REBOOT;
	request.verify = device->verify;
	memcpy(request.node, device->node, sizeof(device->node));
	memcpy(request.agent, device->agent, sizeof(device->agent));
	add_parameters(&request, device->parameters, device->n_parameters, false);
	add_parameters(&request, device->secrets, device->n_secrets, true);
	n = send(io->fd, &request, sizeof(request), MSG_NOSIGNAL | MSG_DONTWAIT);
	explicit_bzero(&request, sizeof(request));
	return n < 0 ? -errno : 0;
}

int fence_io_ask(struct fence_io *io, const struct config_fence_device *device, uint32_t request)
{
	int r;

	if (io->n_waiting == DECIDE_NODES_MAX)
		return -EBUSY;
	r = fence_io_connect(io);
	if (r == 0)
		r = send_request(io, device, request);
	if (r == 0)
		io->waiting[io->n_waiting++] = request;
	return r;
}

void fence_io_close(struct fence_io *io)
{
	disconnect(io);
	io->n_waiting = 0;
}
