// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/corosync_io.h"

#include <errno.h>
#include <poll.h>
#include <qb/qblog.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/clock_io.h"
#include "base/thread_io.h"

#define TRY_WAIT_MS 20
#define JOIN_TRIES 100
#define VOTES_TRIES 100 /* while the ring forms */
/* While it starts, corosync refuses until the first ring is complete; later something is wrong. */
#define CONNECT_WAIT_MS 100
#define CONNECT_WAIT_MAX_MS 1000
#define CONNECT_TRIES_AT_START 200
#define STACK_SIZE (128u << 10)

static void wait_ms(unsigned int ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000 * NSEC_PER_MSEC)};

	nanosleep(&pause, NULL);
}

/* Waits on the connection it has: making one anew takes megabytes of shared memory. */
static int join(const struct cpg_io *cpg, cpg_handle_t handle)
{
	int r = -EAGAIN;

	for (int i = 0; i < JOIN_TRIES && r == -EAGAIN; i++) {
		r = cpg_io_join(cpg, handle);
		if (r == -EAGAIN)
			wait_ms(TRY_WAIT_MS);
	}
	return r;
}

static int ask_votes(const struct corosync_connection *c, const struct corosync_order *order,
		     struct quorum_votes *ret_votes)
{
	int r = -EAGAIN;

	for (int i = 0; i < VOTES_TRIES && r == -EAGAIN; i++) {
		r = quorum_io_votes(c->quorum, order->nodes, order->n_nodes, ret_votes);
		if (r == -EAGAIN)
			wait_ms(TRY_WAIT_MS);
	}
	return r;
}

static int connect_once(struct corosync_io *io, struct corosync_connection *ret_connection)
{
	struct corosync_connection c;
	int r = cpg_io_connect(io->cpg, &c.cpg, &c.node);

	if (r < 0)
		return r;
	r = quorum_io_connect(io->quorum, &c.quorum, &c.expected_votes);
	if (r < 0) {
		cpg_io_close(c.cpg);
		return r;
	}
	r = join(io->cpg, c.cpg);
	if (r < 0) {
		quorum_io_close(c.quorum);
		cpg_io_close(c.cpg);
		return r;
	}
	*ret_connection = c;
	return 0;
}

static void connect_at_last(struct corosync_io *io, struct corosync_connection *ret_connection)
{
	unsigned int wait = CONNECT_WAIT_MS;

	for (int tries = 1; connect_once(io, ret_connection) < 0; tries++) {
		wait_ms(wait);
		if (tries >= CONNECT_TRIES_AT_START)
			wait = 2 * wait < CONNECT_WAIT_MAX_MS ? 2 * wait : CONNECT_WAIT_MAX_MS;
	}
}

/*
 * A page fault could wait for a disk. After the first connection, since it reads all of the
 * libraries, and here, since that may take longer than a lease.
 */
static void lock_memory(void)
{
	if (mlockall(MCL_CURRENT | MCL_FUTURE) < 0)
		qb_log(LOG_WARNING, "memory cannot be locked: %s", strerror(errno));
}

static void reconnect(struct corosync_io *io, bool close, struct corosync_connection *c)
{
	if (close) {
		quorum_io_close(c->quorum);
		cpg_io_close(c->cpg);
	}
	connect_at_last(io, c);
}

static struct corosync_order next_order(struct corosync_io *io, struct corosync_connection *ret_c)
{
	struct corosync_order order;

	pthread_mutex_lock(&io->lock);
	while (!io->order.connect && !io->order.votes)
		pthread_cond_wait(&io->wanted, &io->lock);
	order = io->order;
	io->order = (struct corosync_order){0};
	*ret_c = io->connection;
	pthread_mutex_unlock(&io->lock);
	return order;
}

/* Of a connection that is to be closed nothing is asked any more. */
static void carry_out(struct corosync_io *io, const struct corosync_order *order,
		      struct corosync_connection *c)
{
	struct quorum_votes votes;

	if (order->connect) {
		reconnect(io, order->close, c);
		pthread_mutex_lock(&io->lock);
		io->connection = *c;
		io->news = (struct corosync_news){.connected = true};
		pthread_mutex_unlock(&io->lock);
	} else if (ask_votes(c, order, &votes) == 0) {
		pthread_mutex_lock(&io->lock);
		if (!io->order.connect)
			io->news = (struct corosync_news){
				.votes = true, .ring = order->ring, .of_ring = votes};
		pthread_mutex_unlock(&io->lock);
	}
}

static void *work(void *data)
{
	struct corosync_io *io = data;
	static const uint64_t one = 1;
	bool locked = !io->handler->lock_memory;

	for (;;) {
		struct corosync_connection c;
		struct corosync_order order = next_order(io, &c);

		carry_out(io, &order, &c);
		if (write(io->ready_fd, &one, sizeof(one)) < 0)
			return NULL; /* the counter of an eventfd does not run full by this */
		if (!locked)
			lock_memory();
		locked = true;
	}
}

static int32_t on_ready(int32_t fd, int32_t revents, void *data)
{
	struct corosync_io *io = data;
	struct corosync_connection c;
	struct corosync_news news;
	uint64_t count;

	(void)revents;
	if (read(fd, &count, sizeof(count)) < 0)
		return 0;
	pthread_mutex_lock(&io->lock);
	c = io->connection;
	news = io->news;
	io->news = (struct corosync_news){0};
	pthread_mutex_unlock(&io->lock);
	if (news.connected)
		io->handler->connected(io->data, &c);
	else if (news.votes && ring_id_equal(&news.ring, &io->quorum->ring))
		io->handler->votes(io->data, &news.ring, &news.of_ring);
	return 0;
}

static void want_connection(struct corosync_io *io, bool close)
{
	pthread_mutex_lock(&io->lock);
	io->order = (struct corosync_order){.connect = true, .close = close};
	io->news = (struct corosync_news){0};
	pthread_cond_signal(&io->wanted);
	pthread_mutex_unlock(&io->lock);
}

void corosync_io_again(struct corosync_io *io)
{
	want_connection(io, true);
}

void corosync_io_ask_votes(struct corosync_io *io)
{
	const struct quorum_io *quorum = io->quorum;

	pthread_mutex_lock(&io->lock);
	if (!io->order.connect) {
		io->order.votes = true;
		io->order.ring = quorum->ring;
		io->order.n_nodes = quorum->n_nodes;
		memcpy(io->order.nodes, quorum->nodes, sizeof(io->order.nodes));
		pthread_cond_signal(&io->wanted);
	}
	pthread_mutex_unlock(&io->lock);
}

int corosync_io_open(struct corosync_io *io, qb_loop_t *loop, struct cpg_io *cpg,
		     struct quorum_io *quorum, const struct corosync_io_handler *handler,
		     void *data)
{
	int r;

	*io = (struct corosync_io){.cpg = cpg, .quorum = quorum, .handler = handler, .data = data};
	pthread_mutex_init(&io->lock, NULL);
	pthread_cond_init(&io->wanted, NULL);
	io->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (io->ready_fd < 0)
		return -errno;
	r = qb_loop_poll_add(loop, QB_LOOP_HIGH, io->ready_fd, POLLIN, io, on_ready);
	if (r == 0)
		r = thread_start(&io->thread, STACK_SIZE, work, io);
	if (r == 0)
		want_connection(io, false);
	return r;
}
