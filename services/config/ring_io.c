// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/ring_io.h"

#include <errno.h>
#include <poll.h>
#include <qb/qblog.h>
#include <string.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <unistd.h>

#include "base/thread_io.h"
#include "config/cfg_io.h"
#include "config/cmap_io.h"

#define STACK_SIZE (128u << 10)

/* One order of the loop, carried out: the reload before the look. */
struct order {
	bool look, reload, unblock;
	uint8_t ids[CONFIG_NODES_MAX];
	size_t n_ids;
};

static void take_order(struct ring_io *io, struct order *ret_order)
{
	pthread_mutex_lock(&io->lock);
	while (!io->look && !io->reload && !io->unblock)
		pthread_cond_wait(&io->wanted, &io->lock);
	*ret_order = (struct order){
		.look = io->look, .reload = io->reload, .unblock = io->unblock, .n_ids = io->n_ids};
	memcpy(ret_order->ids, io->ids, sizeof(io->ids));
	io->look = io->reload = io->unblock = false;
	pthread_mutex_unlock(&io->lock);
}

static void *work(void *data)
{
	static const uint64_t one = 1;
	struct ring_io *io = data;
	struct cmap_io cmap = {0};

	for (;;) {
		struct ring_seen seen;
		struct order order;
		int result, unblock, r = -EAGAIN;

		take_order(io, &order);
		result = order.reload ? cfg_io_reload() : 0;
		unblock = order.unblock ? cmap_io_unblock(&cmap) : 0;
		if (order.look)
			r = cmap_io_see(&cmap, order.ids, order.n_ids, &seen);
		pthread_mutex_lock(&io->lock);
		if (order.reload) {
			io->has_reloaded = true;
			io->result = result;
		}
		io->unblock_result = unblock;
		if (r == 0) {
			io->has_seen = true;
			io->seen = seen;
		}
		pthread_mutex_unlock(&io->lock);
		if (write(io->ready_fd, &one, sizeof(one)) < 0)
			return NULL; /* the counter of an eventfd does not run full by this */
	}
}

static int32_t on_ready(int32_t fd, int32_t revents, void *data)
{
	struct ring_io *io = data;
	bool has_seen, has_reloaded;
	struct ring_seen seen;
	uint64_t count;
	int result, unblock;

	(void)revents;
	if (read(fd, &count, sizeof(count)) < 0)
		return 0;
	pthread_mutex_lock(&io->lock);
	has_seen = io->has_seen;
	has_reloaded = io->has_reloaded;
	seen = io->seen;
	result = io->result;
	unblock = io->unblock_result;
	io->has_seen = io->has_reloaded = false;
	io->unblock_result = 0;
	pthread_mutex_unlock(&io->lock);
	if (unblock < 0)
		qb_log(LOG_ERR, "corosync does not go on alone: %s", strerror(-unblock));
	if (has_reloaded)
		io->handler->reloaded(io->data, result);
	if (has_seen)
		io->handler->seen(io->data, &seen);
	return 0;
}

void ring_io_look(struct ring_io *io, const struct ring *ring)
{
	pthread_mutex_lock(&io->lock);
	for (size_t i = 0; i < ring->n_nodes; i++)
		io->ids[i] = ring->nodes[i].id;
	io->n_ids = ring->n_nodes;
	io->look = true;
	pthread_cond_signal(&io->wanted);
	pthread_mutex_unlock(&io->lock);
}

void ring_io_reload(struct ring_io *io)
{
	pthread_mutex_lock(&io->lock);
	io->reload = true;
	pthread_cond_signal(&io->wanted);
	pthread_mutex_unlock(&io->lock);
}

void ring_io_unblock(struct ring_io *io)
{
	pthread_mutex_lock(&io->lock);
	io->unblock = true;
	pthread_cond_signal(&io->wanted);
	pthread_mutex_unlock(&io->lock);
}

int ring_io_open(struct ring_io *io, qb_loop_t *loop, const struct ring_io_handler *handler,
		 void *data)
{
	int r;

	*io = (struct ring_io){.handler = handler, .data = data};
	pthread_mutex_init(&io->lock, NULL);
	pthread_cond_init(&io->wanted, NULL);
	io->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (io->ready_fd < 0)
		return -errno;
	r = qb_loop_poll_add(loop, QB_LOOP_MED, io->ready_fd, POLLIN, io, on_ready);
	return r == 0 ? thread_start(&io->thread, STACK_SIZE, work, io) : r;
}
