// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cpg_io.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock_io.h"

#define RETRY_NS (2 * NSEC_PER_MSEC)

static struct cpg_io *io_of(cpg_handle_t handle)
{
	void *context = NULL;

	cpg_context_get(handle, &context);
	return context;
}

static void report_configuration(struct cpg_io *io)
{
	if (io->ring.seq && io->have_members)
		io->handler->configuration(io->data, &io->ring, io->n_nodes, io->members,
					   io->n_members);
}

static void on_deliver(cpg_handle_t handle, const struct cpg_name *name, uint32_t node,
		       uint32_t pid, void *bytes, size_t length)
{
	struct cpg_io *io = io_of(handle);

	(void)name;
	(void)pid;
	io->handler->message(io->data, node, bytes, length);
}

static void on_members(cpg_handle_t handle, const struct cpg_name *name,
		       const struct cpg_address *members, size_t n_members,
		       const struct cpg_address *left, size_t n_left,
		       const struct cpg_address *joined, size_t n_joined)
{
	struct cpg_io *io = io_of(handle);

	(void)name;
	(void)left;
	(void)n_left;
	(void)joined;
	(void)n_joined;
	io->n_members = 0;
	for (size_t i = 0; i < n_members && i < RING_MEMBERS_MAX; i++)
		io->members[io->n_members++] =
			(struct ring_member){.id = members[i].nodeid, .pid = members[i].pid};
	io->have_members = true;
	report_configuration(io);
}

static void on_ring(cpg_handle_t handle, struct cpg_ring_id ring, uint32_t n, const uint32_t *list)
{
	struct cpg_io *io = io_of(handle);

	(void)list;
	io->ring = (struct ring_id){.node = ring.nodeid, .seq = ring.seq};
	io->n_nodes = n;
	report_configuration(io);
}

static int32_t on_readable(int32_t fd, int32_t events, void *data)
{
	struct cpg_io *io = data;
	cs_error_t e = cpg_dispatch(io->handle, CS_DISPATCH_ALL);

	(void)fd;
	if (e == CS_OK || e == CS_ERR_TRY_AGAIN) {
		if (!(events & (POLLHUP | POLLERR | POLLNVAL)))
			return 0;
	}
	io->fd = -1; /* the return value takes it out of the loop */
	io->handler->lost(io->data);
	return -1;
}

void cpg_io_init(struct cpg_io *io, qb_loop_t *loop, const char *group,
		 const struct cpg_io_handler *handler, void *data)
{
	*io = (struct cpg_io){.group.length = strlen(group)};
	memcpy(io->group.value, group, io->group.length);
	io->loop = loop;
	io->handler = handler;
	io->data = data;
	io->fd = io->retry_fd = -1;
}

int cpg_io_connect(struct cpg_io *io, cpg_handle_t *ret_handle, uint32_t *ret_node)
{
	cpg_model_v1_data_t model = {
		.model = CPG_MODEL_V1,
		.cpg_deliver_fn = on_deliver,
		.cpg_confchg_fn = on_members,
		.cpg_totem_confchg_fn = on_ring,
		.flags = CPG_MODEL_V1_DELIVER_INITIAL_TOTEM_CONF,
	};
	cpg_handle_t handle;
	unsigned int node;

	if (cpg_model_initialize(&handle, CPG_MODEL_V1, (cpg_model_data_t *)&model, io) != CS_OK)
		return -ENOTCONN;
	if (cpg_local_get(handle, &node) != CS_OK) {
		cpg_finalize(handle);
		return -ENOTCONN;
	}
	*ret_handle = handle;
	*ret_node = node;
	return 0;
}

int cpg_io_join(const struct cpg_io *io, cpg_handle_t handle)
{
	cs_error_t e = cpg_join(handle, &io->group);

	/* While the ring forms; while corosync has not noticed the end of this process's former
	 * life. */
	if (e == CS_ERR_TRY_AGAIN || e == CS_ERR_EXIST)
		return -EAGAIN;
	return e == CS_OK ? 0 : -ENOTCONN;
}

void cpg_io_close(cpg_handle_t handle)
{
	cpg_finalize(handle);
}

static int32_t on_retry(int32_t fd, int32_t revents, void *data)
{
	struct cpg_io *io = data;
	uint64_t expirations;

	(void)revents;
	if (read(fd, &expirations, sizeof(expirations)) < 0)
		return 0;
	io->retrying = false;
	io->handler->writable(io->data);
	return 0;
}

/* libqb's own timers are allocated each time. */
static int open_retry(struct cpg_io *io)
{
	io->retry_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (io->retry_fd < 0)
		return -errno;
	return qb_loop_poll_add(io->loop, QB_LOOP_HIGH, io->retry_fd, POLLIN, io, on_retry);
}

int cpg_io_attach(struct cpg_io *io, cpg_handle_t handle)
{
	int fd, r;

	if (cpg_fd_get(handle, &fd) != CS_OK)
		return -ENOTCONN;
	io->have_members = false;
	io->ring.seq = 0;
	io->handle = handle;
	io->attached = true;
	r = open_retry(io);
	if (r == 0)
		r = qb_loop_poll_add(io->loop, QB_LOOP_HIGH, fd, POLLIN, io, on_readable);
	if (r == 0)
		io->fd = fd;
	else
		cpg_io_detach(io);
	return r;
}

void cpg_io_detach(struct cpg_io *io)
{
	if (!io->attached)
		return;
	if (io->retry_fd >= 0)
		qb_loop_poll_del(io->loop, io->retry_fd);
	closep(&io->retry_fd);
	io->retry_fd = -1;
	io->retrying = false;
	if (io->fd >= 0)
		qb_loop_poll_del(io->loop, io->fd);
	io->fd = -1;
	io->attached = false;
}

void cpg_io_retry(struct cpg_io *io)
{
	struct itimerspec soon = {.it_value.tv_nsec = RETRY_NS};

	if (io->retrying || !io->attached)
		return;
	io->retrying = timerfd_settime(io->retry_fd, 0, &soon, NULL) == 0;
}

/*
 * libqb tells corosync of each message by a byte in this socket, and tries for ever when the socket
 * is full (ipcc.c: qb_ipcc_sendv()), as it gets when corosync is stopped.
 */
static bool is_writable(const struct cpg_io *io)
{
	struct pollfd p = {.fd = io->fd, .events = POLLOUT};

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT;
}

int cpg_io_send(struct cpg_io *io, const void *bytes, size_t size)
{
	struct iovec iov = {.iov_base = (void *)bytes, .iov_len = size};

	if (!io->attached)
		return -ENOTCONN;
	if (!is_writable(io))
		return -EAGAIN;
	/* Flow control; a dead connection shows in the dispatch. */
	return cpg_mcast_joined(io->handle, CPG_TYPE_AGREED, &iov, 1) == CS_OK ? 0 : -EAGAIN;
}
