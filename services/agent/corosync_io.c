// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/corosync_io.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock_io.h"

#define BACKOFF_MIN_MS 50
#define BACKOFF_MAX_MS 1000

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
	r = cpg_io_join(c.cpg);
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
	unsigned int wait = BACKOFF_MIN_MS;

	while (connect_once(io, ret_connection) < 0) {
		struct timespec pause = {.tv_sec = wait / 1000,
					 .tv_nsec = (long)(wait % 1000 * NSEC_PER_MSEC)};

		nanosleep(&pause, NULL);
		wait = 2 * wait < BACKOFF_MAX_MS ? 2 * wait : BACKOFF_MAX_MS;
	}
}

static void *work(void *data)
{
	struct corosync_io *io = data;
	static const uint64_t one = 1;

	for (;;) {
		struct corosync_connection c;
		bool old;

		pthread_mutex_lock(&io->lock);
		while (!io->want)
			pthread_cond_wait(&io->wanted, &io->lock);
		io->want = false;
		old = io->close;
		c = io->connection;
		pthread_mutex_unlock(&io->lock);

		if (old) {
			quorum_io_close(c.quorum);
			cpg_io_close(c.cpg);
		}
		connect_at_last(io, &c);

		pthread_mutex_lock(&io->lock);
		io->connection = c;
		pthread_mutex_unlock(&io->lock);
		if (write(io->ready_fd, &one, sizeof(one)) < 0)
			return NULL; /* the counter of an eventfd does not run full by this */
	}
}

static int32_t on_ready(int32_t fd, int32_t revents, void *data)
{
	struct corosync_io *io = data;
	struct corosync_connection c;
	uint64_t count;

	(void)revents;
	if (read(fd, &count, sizeof(count)) < 0)
		return 0;
	pthread_mutex_lock(&io->lock);
	c = io->connection;
	pthread_mutex_unlock(&io->lock);
	io->connected(io->data, &c);
	return 0;
}

static void want(struct corosync_io *io, bool close)
{
	pthread_mutex_lock(&io->lock);
	io->want = true;
	io->close = close;
	pthread_cond_signal(&io->wanted);
	pthread_mutex_unlock(&io->lock);
}

void corosync_io_again(struct corosync_io *io)
{
	want(io, true);
}

/* Signals are for the loop's thread. */
static int start_thread(struct corosync_io *io)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	r = pthread_create(&io->thread, NULL, work, io);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

int corosync_io_open(struct corosync_io *io, qb_loop_t *loop, struct cpg_io *cpg,
		     struct quorum_io *quorum,
		     void (*connected)(void *data, const struct corosync_connection *connection),
		     void *data)
{
	int r;

	*io = (struct corosync_io){
		.cpg = cpg, .quorum = quorum, .connected = connected, .data = data};
	pthread_mutex_init(&io->lock, NULL);
	pthread_cond_init(&io->wanted, NULL);
	io->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (io->ready_fd < 0)
		return -errno;
	r = qb_loop_poll_add(loop, QB_LOOP_HIGH, io->ready_fd, POLLIN, io, on_ready);
	if (r == 0)
		r = start_thread(io);
	if (r == 0)
		want(io, false);
	return r;
}
