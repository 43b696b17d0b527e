// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop of the broker's socket. */
#include <errno.h>
#include <qb/qblog.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "api/serve_internal.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"

#define BACKLOG API_IPC_CONNECTIONS_MAX
#define LOOK_NS NSEC_PER_SEC

static int32_t on_readable(int32_t fd, int32_t events, void *data);

static void no_longer_large(struct connection *c)
{
	if (c->is_large)
		c->serve->n_large--;
	c->is_large = false;
}

/* Workers look at the stages of all, to share themselves out. */
static void set_stage(struct connection *c, enum serve_stage stage)
{
	pthread_mutex_lock(&c->serve->lock);
	c->stage = stage;
	pthread_mutex_unlock(&c->serve->lock);
}

static enum serve_stage stage_of(struct serve *serve, const struct connection *c)
{
	enum serve_stage stage;

	pthread_mutex_lock(&serve->lock);
	stage = c->stage;
	pthread_mutex_unlock(&serve->lock);
	return stage;
}

static void close_connection(struct connection *c)
{
	no_longer_large(c);
	api_frame_clear(&c->frame);
	close(c->fd);
	set_stage(c, SERVE_FREE);
}

static void end_reading(struct connection *c)
{
	qb_loop_poll_del(c->serve->loop, c->fd);
	close_connection(c);
}

static int begin_reading(struct connection *c)
{
	set_stage(c, SERVE_READING);
	return qb_loop_poll_add(c->serve->loop, QB_LOOP_MED, c->fd, POLLIN, c, on_readable);
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
	if (r > 0) {
		qb_loop_poll_del(c->serve->loop, c->fd);
		serve_enqueue(c);
	} else if (r < 0) {
		end_reading(c);
	}
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

		if (stage_of(serve, c) != SERVE_DONE)
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

		if (stage_of(serve, c) == SERVE_FREE)
			place = place ? place : c;
		else
			n += c->uid == uid;
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
	/* While it is free, its stage alone is looked at. */
	c->serve = serve;
	c->fd = fd;
	c->uid = uid;
	if (begin_reading(c) == 0)
		(void)take_fd(&fd);
	else
		set_stage(c, SERVE_FREE);
	return 0;
}

/* Who begins a request and does not end it makes room for others. */
static void on_timer(void *data)
{
	struct serve *serve = data;
	uint64_t now = clock_boot_ns();

	for (size_t i = 0; i < API_IPC_CONNECTIONS_MAX; i++) {
		struct connection *c = &serve->connections[i];

		if (stage_of(serve, c) == SERVE_READING && c->frame.have > 0 &&
		    now - c->since > API_IPC_FRAME_MS * NSEC_PER_MSEC)
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
		r = serve_start_workers(serve);
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

bool serve_close(struct serve *serve)
{
	if (!serve)
		return true;
	if (serve->listener >= 0)
		(void)unlink(serve->settings.path);
	closep(&serve->listener);
	if (!serve_join_workers(serve))
		return false;
	for (size_t i = 0; i < API_IPC_CONNECTIONS_MAX; i++) {
		if (serve->connections[i].stage != SERVE_FREE)
			close_connection(&serve->connections[i]);
	}
	closep(&serve->event);
	free(serve);
	return true;
}
