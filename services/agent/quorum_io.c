// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/quorum_io.h"

#include <errno.h>
#include <poll.h>

static struct quorum_io *io_of(votequorum_handle_t handle)
{
	void *context = NULL;

	votequorum_context_get(handle, &context);
	return context;
}

/* Sent before the verdict: names the ring that the next verdict is for. */
static void on_nodes(votequorum_handle_t handle, uint64_t context, votequorum_ring_id_t ring,
		     uint32_t n, uint32_t list[])
{
	struct quorum_io *io = io_of(handle);

	(void)context;
	(void)n;
	(void)list;
	io->ring = (struct decide_ring){.node = ring.nodeid, .seq = ring.seq};
}

static void on_verdict(votequorum_handle_t handle, uint64_t context, uint32_t quorate, uint32_t n,
		       votequorum_node_t list[])
{
	struct quorum_io *io = io_of(handle);

	(void)context;
	(void)n;
	(void)list;
	io->quorate = quorate;
	io->handler->verdict(io->data, &io->ring, quorate, io->expected_votes);
}

static void on_expected(votequorum_handle_t handle, uint64_t context, uint32_t expected)
{
	struct quorum_io *io = io_of(handle);

	(void)context;
	io->expected_votes = expected;
	if (io->ring.seq)
		io->handler->verdict(io->data, &io->ring, io->quorate, expected);
}

static int32_t on_readable(int32_t fd, int32_t events, void *data)
{
	struct quorum_io *io = data;
	cs_error_t e = votequorum_dispatch(io->handle, CS_DISPATCH_ALL);

	(void)fd;
	if ((e == CS_OK || e == CS_ERR_TRY_AGAIN) && !(events & (POLLHUP | POLLERR | POLLNVAL)))
		return 0;
	io->fd = -1; /* the return value takes it out of the loop */
	io->handler->lost(io->data);
	return -1;
}

void quorum_io_init(struct quorum_io *io, qb_loop_t *loop, const struct quorum_io_handler *handler,
		    void *data)
{
	io->loop = loop;
	io->handler = handler;
	io->data = data;
	io->fd = -1;
}

static int start(struct quorum_io *io)
{
	struct votequorum_info info;

	if (votequorum_context_set(io->handle, io) != CS_OK ||
	    votequorum_getinfo(io->handle, 0, &info) != CS_OK)
		return -ENOTCONN;
	io->expected_votes = info.node_expected_votes;
	if (votequorum_fd_get(io->handle, &io->fd) != CS_OK ||
	    qb_loop_poll_add(io->loop, QB_LOOP_HIGH, io->fd, POLLIN, io, on_readable) < 0) {
		io->fd = -1;
		return -ENOTCONN;
	}
	if (votequorum_trackstart(io->handle, 0, CS_TRACK_CURRENT | CS_TRACK_CHANGES) != CS_OK)
		return -ENOTCONN;
	return 0;
}

int quorum_io_connect(struct quorum_io *io)
{
	votequorum_callbacks_t callbacks = {
		.votequorum_quorum_notify_fn = on_verdict,
		.votequorum_expectedvotes_notify_fn = on_expected,
		.votequorum_nodelist_notify_fn = on_nodes,
	};
	int r;

	io->ring.seq = 0;
	if (votequorum_initialize(&io->handle, &callbacks) != CS_OK)
		return -ENOTCONN;
	io->connected = true;
	r = start(io);
	if (r < 0)
		quorum_io_close(io);
	return r;
}

void quorum_io_close(struct quorum_io *io)
{
	if (io->fd >= 0)
		qb_loop_poll_del(io->loop, io->fd);
	io->fd = -1;
	if (io->connected)
		votequorum_finalize(io->handle);
	io->connected = false;
}
