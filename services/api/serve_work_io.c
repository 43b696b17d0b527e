// SPDX-License-Identifier: GPL-2.0-or-later
/* The workers of the broker's socket. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "api/serve_internal.h"
#include "api/wait_io.h"
#include "base/cleanup.h"
#include "base/clock_io.h"

#define STACK (2u << 20) /* JSON is parsed as deep as it is nested, at most 2048 levels */
#define END_NS (3 * NSEC_PER_SEC)

/* Until the deadline; -errno. */
static int send_all(int fd, const void *bytes, size_t size, uint64_t due)
{
	const char *at = bytes;

	while (size > 0) {
		struct pollfd wait = {.fd = fd, .events = POLLOUT};
		uint64_t now = clock_boot_ns();
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			at += n;
			size -= (size_t)n;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			return -errno;
		} else if (now >= due ||
			   poll(&wait, 1, (int)((due - now) / NSEC_PER_MSEC) + 1) < 0) {
			return -ETIMEDOUT;
		}
	}
	return 0;
}

static int send_answer(int fd, const char *answer, size_t size)
{
	uint64_t due = clock_boot_ns() + API_IPC_FRAME_MS * NSEC_PER_MSEC;
	uint8_t head[API_FRAME_HEAD];
	int r = api_frame_head(size, head);

	if (r == 0)
		r = send_all(fd, head, sizeof(head), due);
	return r < 0 ? r : send_all(fd, answer, size, due);
}

static int work(struct connection *c)
{
	const struct serve_settings *settings = &c->serve->settings;
	bool is_local = c->uid == 0 || c->uid == settings->local;
	char *answer = NULL;
	size_t size = 0;
	int r = settings->request(settings->data, is_local, c->frame.text, c->frame.size, &answer,
				  &size);

	if (r == 0)
		r = send_answer(c->fd, answer, size);
	if (answer)
		explicit_bzero(answer, size);
	free(answer);
	return r;
}

static bool has_share(const struct serve *serve, uid_t uid)
{
	size_t n = 0;

	for (size_t i = 0; i < API_IPC_CONNECTIONS_MAX; i++)
		n += serve->connections[i].stage == SERVE_WORKING &&
		     serve->connections[i].uid == uid;
	return n >= SERVE_WORKERS_SHARE;
}

/* Takes the first one of the queue that may be worked on now, or NULL. Under the lock. */
static struct connection *dequeue(struct serve *serve)
{
	struct connection *c;
	size_t at = 0;

	while (at < serve->n_queue && has_share(serve, serve->queue[at]->uid))
		at++;
	if (at == serve->n_queue)
		return NULL;
	c = serve->queue[at];
	c->stage = SERVE_WORKING;
	serve->n_queue--;
	for (; at < serve->n_queue; at++)
		serve->queue[at] = serve->queue[at + 1];
	return c;
}

/* Waits for a connection with a request; NULL: the end. */
static struct connection *next_work(struct serve *serve)
{
	struct connection *c = NULL;

	pthread_mutex_lock(&serve->lock);
	/* Whoever ends a front's work looks here himself for what has waited for that. */
	while (!serve->ends && !(c = dequeue(serve)))
		pthread_cond_wait(&serve->work, &serve->lock);
	pthread_mutex_unlock(&serve->lock);
	return c;
}

static void *worker(void *data)
{
	struct serve *serve = data;
	struct connection *c;

	while ((c = next_work(serve))) {
		const uint64_t one = 1;
		int r = work(c);

		api_frame_clear(&c->frame);
		pthread_mutex_lock(&serve->lock);
		c->failed = r < 0;
		c->stage = SERVE_DONE;
		pthread_mutex_unlock(&serve->lock);
		/* The counter of an eventfd is never full here. */
		(void)!write(serve->event, &one, sizeof(one));
	}
	return NULL;
}

void serve_enqueue(struct connection *c)
{
	struct serve *serve = c->serve;

	pthread_mutex_lock(&serve->lock);
	c->stage = SERVE_QUEUED;
	serve->queue[serve->n_queue++] = c;
	pthread_cond_signal(&serve->work);
	pthread_mutex_unlock(&serve->lock);
}

int serve_start_workers(struct serve *serve)
{
	pthread_attr_t attributes;
	int r = -pthread_attr_init(&attributes);

	if (r < 0)
		return r;
	r = -pthread_attr_setstacksize(&attributes, STACK);
	while (r == 0 && serve->n_workers < SERVE_WORKERS) {
		r = -pthread_create(&serve->workers[serve->n_workers], &attributes, worker, serve);
		if (r == 0)
			serve->n_workers++;
	}
	pthread_attr_destroy(&attributes);
	return r;
}

bool serve_join_workers(struct serve *serve)
{
	struct timespec due = wait_due(END_NS);
	bool all = true;

	pthread_mutex_lock(&serve->lock);
	serve->ends = true;
	pthread_cond_broadcast(&serve->work);
	pthread_mutex_unlock(&serve->lock);
	for (size_t i = 0; i < serve->n_workers; i++)
		all &= pthread_clockjoin_np(serve->workers[i], NULL, CLOCK_MONOTONIC, &due) == 0;
	return all;
}
