// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/helper_io.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <qb/qblog.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "api/helper_wire.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/parse.h"
#include "base/privilege_io.h"

#define OTHERWISE "nobody"

static void wipe(struct helper_question *question)
{
	explicit_bzero(question, sizeof(*question));
}

/* -ENOENT: there is neither. */
static int find_user(const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	const struct passwd *user = getpwnam(name);

	if (!user) {
		qb_log(LOG_WARNING, "there is no user %s: passwords are checked as %s", name,
		       OTHERWISE);
		user = getpwnam(OTHERWISE);
	}
	if (!user)
		return -ENOENT;
	*ret_uid = user->pw_uid;
	*ret_gid = user->pw_gid;
	return 0;
}

/* In the new process; it ends with the one that has started it. */
static _Noreturn void become_helper(int fd, uid_t uid, gid_t gid)
{
	if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
			       setresuid(uid, uid, uid) < 0 || geteuid() == 0))
		_exit(1);
	if (privilege_keep(0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		_exit(1);
	helper_run(fd);
}

int helper_start(const char *user, struct helper *ret_helper)
{
	int pair[2], r;
	uid_t uid = 0;
	gid_t gid = 0;
	pid_t pid;

	*ret_helper = (struct helper){.fd = -1};
	r = geteuid() == 0 ? find_user(user, &uid, &gid) : 0;
	if (r < 0)
		return r;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		become_helper(pair[1], uid, gid);
	r = pid < 0 ? -errno : 0;
	close(pair[1]);
	if (r < 0) {
		close(pair[0]);
		return r;
	}
	*ret_helper = (struct helper){.fd = pair[0], .pid = pid};
	pthread_mutex_init(&ret_helper->turn, NULL);
	pthread_mutex_init(&ret_helper->counter, NULL);
	return 0;
}

/* The verdict of this question; one of an earlier question that came too late is dropped. */
static int receive(const struct helper *helper, uint32_t number)
{
	uint64_t due = clock_boot_ns() + HELPER_CHECK_MS * NSEC_PER_MSEC;
	struct helper_verdict verdict;

	for (;;) {
		uint64_t now = clock_boot_ns();
		struct pollfd wait = {.fd = helper->fd, .events = POLLIN};
		int n = now < due ? poll(&wait, 1, (int)((due - now) / NSEC_PER_MSEC) + 1) : 0;

		if (n == 0)
			return -ETIMEDOUT;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		if (recv(helper->fd, &verdict, sizeof(verdict), 0) != (ssize_t)sizeof(verdict))
			return -EPIPE;
		if (verdict.number == number)
			return verdict.result;
	}
}

static int ask(struct helper *helper, const char *password, const char *hash)
{
	_cleanup_(wipe) struct helper_question question = {0};

	if (copy_text(question.password, sizeof(question.password), password) < 0)
		return -EACCES;
	if (copy_text(question.hash, sizeof(question.hash), hash) < 0)
		return -EBADMSG;
	question.number = ++helper->number;
	if (send(helper->fd, &question, sizeof(question), MSG_NOSIGNAL | MSG_DONTWAIT) !=
	    (ssize_t)sizeof(question))
		return errno == EAGAIN ? -EBUSY : -EPIPE;
	return receive(helper, question.number);
}

int helper_enter(struct helper *helper)
{
	int r = 0;

	pthread_mutex_lock(&helper->counter);
	if (helper->waiting > HELPER_WAITING_MAX)
		r = -EBUSY;
	else
		helper->waiting++;
	pthread_mutex_unlock(&helper->counter);
	return r;
}

void helper_leave(struct helper *helper)
{
	pthread_mutex_lock(&helper->counter);
	helper->waiting--;
	pthread_mutex_unlock(&helper->counter);
}

int helper_check(struct helper *helper, const char *password, const char *hash)
{
	int r;

	pthread_mutex_lock(&helper->turn);
	r = ask(helper, password, hash);
	pthread_mutex_unlock(&helper->turn);
	return r;
}

void helper_end(struct helper *helper)
{
	if (helper->fd < 0)
		return;
	close(helper->fd);
	helper->fd = -1;
	(void)kill(helper->pid, SIGKILL);
	(void)waitpid(helper->pid, NULL, 0);
}
