// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/errand_io.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

static void close_errand(struct errand *errand)
{
	qb_loop_timer_del(errand->loop, errand->timer);
	qb_loop_poll_del(errand->loop, errand->fd);
	close(errand->fd);
	errand->fd = -1;
	/* It has answered, or is to end in any case. */
	(void)kill(errand->pid, SIGKILL);
	(void)waitpid(errand->pid, NULL, 0);
}

static void on_late(void *data)
{
	struct errand *errand = data;

	close_errand(errand);
	errand->done(errand->data, NULL, -ETIMEDOUT);
}

static int32_t on_answer(int32_t fd, int32_t events, void *data)
{
	struct errand *errand = data;
	_Alignas(max_align_t) char answer[ERRAND_ANSWER_MAX];
	ssize_t n = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	close_errand(errand);
	if (n == (ssize_t)errand->answer_size)
		errand->done(errand->data, answer, 0);
	else
		errand->done(errand->data, NULL, -EIO);
	return 0;
}

static pid_t start_process(char *const *command, int fd)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	if (dup2(fd, STDIN_FILENO) >= 0)
		execv(command[0], command);
	_exit(127);
}

int errand_start(struct errand *errand, qb_loop_t *loop, const struct errand_order *order)
{
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	/* It fits: a socket's buffer is larger, and nothing is in it. */
	r = send(pair[0], order->request, order->request_size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0
		    ? -errno
		    : 0;
	pid = r == 0 ? start_process(order->command, pair[1]) : r;
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return pid;
	}
	*errand = (struct errand){.loop = loop,
				  .fd = pair[0],
				  .pid = pid,
				  .answer_size = order->answer_size,
				  .done = order->done,
				  .data = order->data};
	r = qb_loop_poll_add(loop, QB_LOOP_MED, errand->fd, POLLIN, errand, on_answer);
	if (r == 0)
		r = qb_loop_timer_add(loop, QB_LOOP_MED, order->wait_ns, errand, on_late,
				      &errand->timer);
	if (r < 0)
		close_errand(errand);
	return r;
}

void errand_cancel(struct errand *errand)
{
	(void)shutdown(errand->fd, SHUT_WR);
}
