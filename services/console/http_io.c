// SPDX-License-Identifier: GPL-2.0-or-later
#include "console/http_io.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"

#define HEAD_MAX 8192 /* of our request */
#define CONNECT_S 2   /* while the server's queue is full */

struct connection {
	int fd;
	uint64_t limit; /* clock_boot_ns() */
	char *bytes;	/* of the answer, so far */
	size_t used, room;
};

void http_answer_clear(struct http_answer *answer)
{
	free(answer->body);
	*answer = (struct http_answer){0};
}

static int connect_to(const char *path, int *ret_fd)
{
	const struct timeval most = {.tv_sec = CONNECT_S};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;

	if (copy_text(address.sun_path, sizeof(address.sun_path), path) < 0)
		return -EINVAL;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof(most)) < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	*ret_fd = take_fd(&fd);
	return 0;
}

/* A signal that the caller has blocked comes here: one that came before the wait is not lost. */
static int wait_for(const struct connection *c, short events)
{
	uint64_t now = clock_boot_ns(), left = c->limit - now;
	const struct timespec most = {(time_t)(left / NSEC_PER_SEC), (long)(left % NSEC_PER_SEC)};
	struct pollfd wait = {.fd = c->fd, .events = events};
	sigset_t none;
	int r;

	if (now >= c->limit)
		return -ETIMEDOUT;
	sigemptyset(&none);
	r = ppoll(&wait, 1, &most, &none);
	if (r < 0)
		return -errno;
	return r == 0 ? -ETIMEDOUT : 0;
}

static int send_all(const struct connection *c, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = send(c->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		int r = 0;

		if (n < 0 && errno == EAGAIN)
			r = wait_for(c, POLLOUT);
		else if (n < 0)
			r = -errno;
		if (r < 0)
			return r;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

static int make_room(struct connection *c)
{
	size_t room = c->room ? 2 * c->room : HTTP_HEAD_MAX;
	char *larger;

	if (c->used < c->room)
		return 0;
	if (c->room > HTTP_HEAD_MAX + HTTP_BODY_MAX)
		return -EMSGSIZE;
	larger = realloc(c->bytes, room + 1);
	if (!larger)
		return -ENOMEM;
	c->bytes = larger;
	c->room = room;
	return 0;
}

/* 1: something came; 0: the server has ended the connection. */
static int receive(struct connection *c)
{
	int r = make_room(c);
	ssize_t n;

	if (r == 0)
		r = wait_for(c, POLLIN);
	if (r < 0)
		return r;
	n = recv(c->fd, c->bytes + c->used, c->room - c->used, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN ? 1 : -errno;
	c->used += (size_t)n;
	return n > 0;
}

static int receive_head(struct connection *c, struct http_head *ret_head)
{
	int r;

	do {
		r = receive(c);
		if (r <= 0)
			return r < 0 ? r : -ECONNRESET;
		r = http_head_parse(c->bytes, c->used, ret_head);
	} while (r == -EAGAIN);
	return r;
}

static int receive_body(struct connection *c, const struct http_head *head)
{
	while (!head->has_length || c->used - head->size < head->length) {
		int r = receive(c);

		if (r < 0)
			return r;
		if (r == 0)
			return head->has_length ? -ECONNRESET : 0;
	}
	return 0;
}

static int exchange(struct connection *c, const struct http_request *request, const char *head,
		    struct http_answer *ret_answer)
{
	struct http_head answer;
	int r = send_all(c, head, strlen(head));

	if (r == 0 && request->body)
		r = send_all(c, request->body, request->size);
	/* A server that has heard enough says why before it ends the connection. */
	if (r < 0 && r != -EPIPE && r != -ECONNRESET)
		return r;
	r = receive_head(c, &answer);
	if (r == 0)
		r = receive_body(c, &answer);
	if (r < 0)
		return r;
	c->used -= answer.size;
	if (answer.has_length)
		c->used = (size_t)answer.length;
	memmove(c->bytes, c->bytes + answer.size, c->used);
	c->bytes[c->used] = '\0';
	ret_answer->status = answer.status;
	ret_answer->body = take_ptr(c->bytes);
	ret_answer->size = c->used;
	return 0;
}

int http_exchange(const char *socket_path, const struct http_request *request, int wait_ms,
		  struct http_answer *ret_answer)
{
	struct connection c = {.limit = clock_boot_ns() + (uint64_t)wait_ms * NSEC_PER_MSEC};
	_cleanup_close_ int fd = -1;
	char head[HEAD_MAX];
	struct text text = TEXT_ON(head);
	int r = http_request_head(request, &text);

	if (r == 0)
		r = connect_to(socket_path, &fd);
	c.fd = fd;
	if (r == 0)
		r = exchange(&c, request, head, ret_answer);
	free(c.bytes);
	return r;
}
