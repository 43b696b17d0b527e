// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/serve_io.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <qb/qblog.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "proto/api_frame.h"
#include "proto/api_ipc.h"

#define BACKLOG API_IPC_CONNECTIONS_MAX
#define STACK (2u << 20) /* JSON is parsed as deep as it is nested, at most 2048 levels */
#define LOOK_NS NSEC_PER_SEC
#define END_S 3

enum stage {
	FREE,
	READING, /* in the loop */
	QUEUED,
	WORKING, /* in a worker */
	DONE,	 /* the loop is to go on with it */
};

struct connection {
	struct serve *serve;
	int fd;
	uid_t uid;
	enum stage stage; /* QUEUED to DONE: under the lock */
	bool failed;	  /* DONE: it ends */
	struct api_frame frame;
	bool is_large;	/* the frame, and it is counted */
	uint64_t since; /* the frame began, ns */
};

struct serve {
	qb_loop_t *loop;
	struct serve_settings settings;
	int listener, event;
	struct connection connections[API_IPC_CONNECTIONS_MAX];
	size_t n_large;
	qb_loop_timer_handle timer;
	pthread_mutex_t lock;
	pthread_cond_t work;
	bool ends;
	struct connection *queue[API_IPC_CONNECTIONS_MAX]; /* n_queue of them, first come first */
	size_t n_queue;
	pthread_t workers[SERVE_WORKERS];
	size_t n_workers;
};

static int32_t on_readable(int32_t fd, int32_t events, void *data);

/* -- workers */

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
		n += serve->connections[i].stage == WORKING && serve->connections[i].uid == uid;
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
	c->stage = WORKING;
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
		c->stage = DONE;
		pthread_mutex_unlock(&serve->lock);
		/* The counter of an eventfd is never full here. */
		(void)!write(serve->event, &one, sizeof(one));
	}
	return NULL;
}

/* -- the loop */

static void no_longer_large(struct connection *c)
{
	if (c->is_large)
		c->serve->n_large--;
	c->is_large = false;
}

static void close_connection(struct connection *c)
{
	no_longer_large(c);
	api_frame_clear(&c->frame);
	close(c->fd);
	c->stage = FREE;
}

static void end_reading(struct connection *c)
{
	qb_loop_poll_del(c->serve->loop, c->fd);
	close_connection(c);
}

static int begin_reading(struct connection *c)
{
	c->stage = READING;
	return qb_loop_poll_add(c->serve->loop, QB_LOOP_MED, c->fd, POLLIN, c, on_readable);
}

static void enqueue(struct connection *c)
{
	struct serve *serve = c->serve;

	qb_loop_poll_del(serve->loop, c->fd);
	pthread_mutex_lock(&serve->lock);
	c->stage = QUEUED;
	serve->queue[serve->n_queue++] = c;
	pthread_cond_signal(&serve->work);
	pthread_mutex_unlock(&serve->lock);
}

/* The frame's length is known: large ones are few at a time. */
static int check_size(struct connection *c)
{
	if (c->is_large || c->frame.size <= SERVE_SMALL)
		return 0;
	if (c->serve->n_large == SERVE_LARGE_MAX)
		return -EBUSY;
	c->is_large = true;
	c->serve->n_large++;
	return 0;
}

/* 1: a request is whole; 0: not yet; -errno: the connection ends. */
static int read_some(struct connection *c)
{
	size_t room = 0;
	void *where = NULL;
	ssize_t n;
	int r = api_frame_next(&c->frame, &where, &room);

	if (r < 0)
		return r;
	n = recv(c->fd, where, room, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return n < 0 ? -errno : -ECONNRESET;
	if (c->frame.have == 0)
		c->since = clock_boot_ns();
	r = api_frame_took(&c->frame, (size_t)n);
	if (r == 0)
		r = check_size(c);
	return r;
}

static int32_t on_readable(int32_t fd, int32_t events, void *data)
{
	struct connection *c = data;
	int r = read_some(c);

	(void)fd;
	(void)events;
	if (r > 0)
		enqueue(c);
	else if (r < 0)
		end_reading(c);
	return 0;
}

/* The answers that were sent: what comes next on these connections? */
static int32_t on_done(int32_t fd, int32_t events, void *data)
{
	struct serve *serve = data;
	uint64_t count;

	(void)events;
	(void)!read(fd, &count, sizeof(count));
	for (size_t i = 0; i < API_IPC_CONNECTIONS_MAX; i++) {
		struct connection *c = &serve->connections[i];
		bool done;

		pthread_mutex_lock(&serve->lock);
		done = c->stage == DONE;
		pthread_mutex_unlock(&serve->lock);
		if (!done)
			continue;
		no_longer_large(c);
		if (c->failed || begin_reading(c) < 0)
			close_connection(c);
	}
	return 0;
}

/* A place for a connection of that user, or NULL: too many. */
static struct connection *find_place(struct serve *serve, uid_t uid)
{
	struct connection *place = NULL;
	size_t n = 0;

	for (size_t i = 0; i < API_IPC_CONNECTIONS_MAX; i++) {
		struct connection *c = &serve->connections[i];

		pthread_mutex_lock(&serve->lock);
		if (c->stage == FREE)
			place = place ? place : c;
		else
			n += c->uid == uid;
		pthread_mutex_unlock(&serve->lock);
	}
	return n < SERVE_SHARE_MAX ? place : NULL;
}

static bool may_connect(const struct serve *serve, int fd, uid_t *ret_uid)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return false;
	*ret_uid = peer.uid;
	return peer.uid == 0 || peer.uid == serve->settings.web ||
	       peer.uid == serve->settings.local;
}

static int32_t on_connect(int32_t listener, int32_t events, void *data)
{
	struct serve *serve = data;
	_cleanup_close_ int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct connection *c;
	uid_t uid;

	(void)events;
	if (fd < 0 || !may_connect(serve, fd, &uid))
		return 0;
	c = find_place(serve, uid);
	if (!c)
		return 0;
	*c = (struct connection){.serve = serve, .fd = fd, .uid = uid};
	if (begin_reading(c) == 0)
		(void)take_fd(&fd);
	else
		c->stage = FREE;
	return 0;
}

/* Who begins a request and does not end it makes room for others. */
static void on_timer(void *data)
{
	struct serve *serve = data;
	uint64_t now = clock_boot_ns();

	for (size_t i = 0; i < API_IPC_CONNECTIONS_MAX; i++) {
		struct connection *c = &serve->connections[i];
		bool reads;

		pthread_mutex_lock(&serve->lock);
		reads = c->stage == READING;
		pthread_mutex_unlock(&serve->lock);
		if (reads && c->frame.have > 0 && now - c->since > API_IPC_FRAME_MS * NSEC_PER_MSEC)
			end_reading(c);
	}
	(void)qb_loop_timer_add(serve->loop, QB_LOOP_LOW, LOOK_NS, serve, on_timer, &serve->timer);
}

/* -- beginning and end */

static int listen_at(const char *path, int *ret_fd)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int r = copy_text(address.sun_path, sizeof(address.sun_path), path);

	if (r < 0)
		return r;
	if (fd < 0 || (unlink(path) < 0 && errno != ENOENT))
		return -errno;
	/* Everybody can reach it; who may use it, each connection's credentials say. */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || chmod(path, 0666) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

static int start_workers(struct serve *serve)
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

int serve_open(qb_loop_t *loop, const struct serve_settings *settings, struct serve **ret_serve)
{
	struct serve *serve = calloc(1, sizeof(*serve));
	int r;

	if (!serve)
		return -ENOMEM;
	serve->loop = loop;
	serve->settings = *settings;
	serve->listener = -1;
	serve->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&serve->lock, NULL);
	pthread_cond_init(&serve->work, NULL);
	r = serve->event < 0 ? -errno : listen_at(settings->path, &serve->listener);
	if (r == 0)
		r = start_workers(serve);
	if (r == 0)
		r = qb_loop_poll_add(loop, QB_LOOP_MED, serve->event, POLLIN, serve, on_done);
	if (r == 0)
		r = qb_loop_poll_add(loop, QB_LOOP_LOW, serve->listener, POLLIN, serve, on_connect);
	if (r < 0) {
		serve_close(serve);
		return r;
	}
	on_timer(serve);
	*ret_serve = serve;
	return 0;
}

static bool join_workers(struct serve *serve)
{
	struct timespec due;
	bool all = true;

	clock_gettime(CLOCK_REALTIME, &due);
	due.tv_sec += END_S;
	pthread_mutex_lock(&serve->lock);
	serve->ends = true;
	pthread_cond_broadcast(&serve->work);
	pthread_mutex_unlock(&serve->lock);
	for (size_t i = 0; i < serve->n_workers; i++)
		all &= pthread_timedjoin_np(serve->workers[i], NULL, &due) == 0;
	return all;
}

bool serve_close(struct serve *serve)
{
	if (!serve)
		return true;
	if (serve->listener >= 0)
		(void)unlink(serve->settings.path);
	closep(&serve->listener);
	if (!join_workers(serve))
		return false;
	for (size_t i = 0; i < API_IPC_CONNECTIONS_MAX; i++) {
		if (serve->connections[i].stage != FREE)
			close_connection(&serve->connections[i]);
	}
	closep(&serve->event);
	free(serve);
	return true;
}
