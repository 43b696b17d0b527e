// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/exchange_io.h"

#include <errno.h>
#include <sys/socket.h>

#include "health/connect_io.h"

/* A request fits the buffer of a fresh socket, so that it is sent whole or not at all. */
static int ask(struct probe *probe)
{
	uint8_t request[PROBE_REQUEST_MAX];
	size_t size = probe_request(probe->type, request);
	ssize_t n = size ? send(probe->fd, request, size, MSG_NOSIGNAL) : 0;

	if (n < 0)
		return -errno;
	if ((size_t)n != size)
		return -EIO;
	probe->asked = true;
	probe->n_answer = 0;
	return 0;
}

static int listen_on(struct probe *probe, const char **ret_why)
{
	size_t room = sizeof(probe->answer) - probe->n_answer;
	ssize_t n = recv(probe->fd, probe->answer + probe->n_answer, room, 0);
	enum probe_verdict verdict;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? -EINPROGRESS : -errno;
	probe->n_answer += (size_t)n;
	verdict = probe_judge(probe->type, probe->answer, probe->n_answer, n == 0, ret_why);
	if (verdict == PROBE_MORE)
		return -EINPROGRESS;
	return verdict == PROBE_GOOD ? 0 : -EPROTO;
}

int exchange_step(struct probe *probe, const char **ret_why)
{
	int r;

	*ret_why = NULL;
	if (!probe->asked) {
		r = connect_result(probe->fd);
		if (r < 0 || probe->type == PROBE_CONNECT)
			return r;
		r = ask(probe);
		if (r < 0)
			return r;
	}
	return listen_on(probe, ret_why);
}
