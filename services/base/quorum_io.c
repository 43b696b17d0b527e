// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/quorum_io.h"

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
	io->n_nodes = 0;
	for (uint32_t i = 0; i < n && i < RING_MEMBERS_MAX; i++)
		io->nodes[io->n_nodes++] = list[i];
	io->ring = (struct ring_id){.node = ring.nodeid, .seq = ring.seq};
	io->has_verdict = false;
}

static void on_verdict(votequorum_handle_t handle, uint64_t context, uint32_t quorate, uint32_t n,
		       votequorum_node_t list[])
{
	struct quorum_io *io = io_of(handle);

	(void)context;
	(void)n;
	(void)list;
	io->quorate = quorate;
	io->has_verdict = true;
	io->handler->verdict(io->data, &io->ring, quorate, io->expected_votes);
}

static void on_expected(votequorum_handle_t handle, uint64_t context, uint32_t expected)
{
	struct quorum_io *io = io_of(handle);

	(void)context;
	io->expected_votes = expected;
	if (io->has_verdict)
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

static int track(struct quorum_io *io, votequorum_handle_t handle, uint32_t *ret_expected_votes)
{
	struct votequorum_info info;

	if (votequorum_context_set(handle, io) != CS_OK ||
	    votequorum_getinfo(handle, 0, &info) != CS_OK ||
	    votequorum_trackstart(handle, 0, CS_TRACK_CURRENT | CS_TRACK_CHANGES) != CS_OK)
		return -ENOTCONN;
	*ret_expected_votes = info.node_expected_votes;
	return 0;
}

int quorum_io_connect(struct quorum_io *io, votequorum_handle_t *ret_handle,
		      uint32_t *ret_expected_votes)
{
	votequorum_callbacks_t callbacks = {
		.votequorum_quorum_notify_fn = on_verdict,
		.votequorum_expectedvotes_notify_fn = on_expected,
		.votequorum_nodelist_notify_fn = on_nodes,
	};
	votequorum_handle_t handle;
	int r;

	if (votequorum_initialize(&handle, &callbacks) != CS_OK)
		return -ENOTCONN;
	r = track(io, handle, ret_expected_votes);
	if (r < 0) {
		votequorum_finalize(handle);
		return r;
	}
	*ret_handle = handle;
	return 0;
}

int quorum_io_votes(votequorum_handle_t handle, const uint32_t *nodes, size_t n_nodes,
		    struct quorum_votes *ret_votes)
{
	struct votequorum_info info;
	struct quorum_votes votes;
	cs_error_t e = votequorum_getinfo(handle, 0, &info);

	if (e != CS_OK)
		return e == CS_ERR_TRY_AGAIN ? -EAGAIN : -ENOTCONN;
	votes = (struct quorum_votes){
		.expected = info.node_expected_votes,
		.total = info.total_votes,
		.quorum = info.quorum,
		.two_node = info.flags & VOTEQUORUM_INFO_TWONODE,
		.device = info.flags & VOTEQUORUM_INFO_QDEVICE_ALIVE &&
			  info.flags & VOTEQUORUM_INFO_QDEVICE_CAST_VOTE,
		.device_votes = info.qdevice_votes,
	};
	for (size_t i = 0; i < n_nodes; i++) {
		/* It has not told the others yet, or has left since, and another verdict comes. */
		if (votequorum_getinfo(handle, nodes[i], &info) != CS_OK)
			return -EAGAIN;
		votes.nodes[votes.n_nodes++] =
			(struct quorum_node_votes){.id = nodes[i], .votes = info.node_votes};
	}
	*ret_votes = votes;
	return 0;
}

void quorum_io_close(votequorum_handle_t handle)
{
	votequorum_finalize(handle);
}

int quorum_io_attach(struct quorum_io *io, votequorum_handle_t handle, uint32_t expected_votes)
{
	int fd;

	if (votequorum_fd_get(handle, &fd) != CS_OK)
		return -ENOTCONN;
	io->handle = handle;
	io->has_verdict = false;
	io->expected_votes = expected_votes;
	if (qb_loop_poll_add(io->loop, QB_LOOP_HIGH, fd, POLLIN, io, on_readable) < 0)
		return -ENOMEM;
	io->fd = fd;
	return 0;
}

void quorum_io_detach(struct quorum_io *io)
{
	if (io->fd >= 0)
		qb_loop_poll_del(io->loop, io->fd);
	io->fd = -1;
}
