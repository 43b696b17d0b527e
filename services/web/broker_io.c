// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/broker_io.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "proto/api_frame.h"
#include "proto/api_ipc.h"

#define ANSWER_NS ((API_IPC_ANSWER_MS + 2000) * NSEC_PER_MSEC)
#define SEND_NS (API_IPC_FRAME_MS * NSEC_PER_MSEC)

void broker_close(struct broker *broker)
{
	int fd = atomic_exchange(&broker->fd, -1);

	closep(&fd);
}

void broker_stop(struct broker *broker)
{
	int fd = atomic_load(&broker->fd);

	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
}

static int broker_connect(struct broker *broker)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int r = copy_text(address.sun_path, sizeof(address.sun_path), broker->path);

	if (r < 0)
		return r;
	/* Of a Unix socket at once: with its backlog full it is EAGAIN. */
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	atomic_store(&broker->fd, take_fd(&fd));
	return 0;
}

/* A connection of before that the broker has ended since, or where it says what nobody asked. */
static bool is_stale(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, 0) != 0;
}

/* Until the socket is ready or the clock says `due`. */
static int wait_for(int fd, short events, uint64_t due)
{
	struct pollfd poll_fd = {.fd = fd, .events = events};
	uint64_t now = clock_boot_ns();
	int r;

	if (now >= due)
		return -ETIMEDOUT;
	r = poll(&poll_fd, 1, (int)((due - now) / NSEC_PER_MSEC) + 1);
	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	return r == 0 ? -ETIMEDOUT : 0;
}

static int send_all(int fd, const void *data, size_t size, int flags, uint64_t due)
{
	const char *at = data;

	while (size > 0) {
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL | flags);
		int r;

		if (n > 0) {
			at += n;
			size -= (size_t)n;
			continue;
		}
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		r = wait_for(fd, POLLOUT, due);
		if (r < 0)
			return r;
	}
	return 0;
}

static int send_question(int fd, const json_t *question)
{
	char *text = json_dumps(question, JSON_COMPACT);
	uint64_t due = clock_boot_ns() + SEND_NS;
	uint8_t head[API_FRAME_HEAD];
	size_t size;
	int r;

	if (!text)
		return -ENOMEM;
	size = strlen(text);
	r = api_frame_head(size, head);
	if (r == 0)
		r = send_all(fd, head, sizeof(head), MSG_MORE, due);
	if (r == 0)
		r = send_all(fd, text, size, 0, due);
	/* It may have a password in it. */
	explicit_bzero(text, size);
	free(text);
	return r;
}

/* 1: more is to come; 0: the frame is whole. */
static int take_bytes(int fd, struct api_frame *frame, uint64_t due)
{
	void *where;
	size_t room;
	ssize_t n;
	int r = api_frame_next(frame, &where, &room);

	if (r < 0)
		return r;
	n = recv(fd, where, room, 0);
	if (n == 0)
		return -ECONNRESET;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	if (n < 0) {
		r = wait_for(fd, POLLIN, due);
		return r < 0 ? r : 1;
	}
	r = api_frame_took(frame, (size_t)n);
	return r < 0 ? r : r == 0;
}

static int take_answer(int fd, json_t **ret_answer)
{
	uint64_t due = clock_boot_ns() + ANSWER_NS;
	struct api_frame frame = {0};
	json_t *answer = NULL;
	int r;

	do
		r = take_bytes(fd, &frame, due);
	while (r > 0);
	if (r == 0) {
		answer = json_loadb(frame.text, frame.size, JSON_REJECT_DUPLICATES, NULL);
		r = json_is_object(answer) ? 0 : -EPROTO;
	}
	api_frame_clear(&frame);
	if (r == 0)
		*ret_answer = answer;
	else
		json_decref(answer);
	return r;
}

int broker_ask(struct broker *broker, const json_t *question, json_t **ret_answer)
{
	int r = 0, fd = atomic_load(&broker->fd);

	if (fd >= 0 && is_stale(fd))
		broker_close(broker);
	if (atomic_load(&broker->fd) < 0)
		r = broker_connect(broker);
	if (r < 0)
		return r;
	fd = atomic_load(&broker->fd);
	r = send_question(fd, question);
	if (r == 0)
		r = take_answer(fd, ret_answer);
	if (r < 0)
		broker_close(broker);
	return r;
}
