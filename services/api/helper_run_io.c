// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/helper_wire.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/crypt_io.h"
#include "base/sandbox_io.h"

#define NICE 10 /* guesses must not take time from what keeps the addresses */
#define MEMORY (256ul << 20)

/* What crypt(3) and a socket that is there need. */
static int close_calls(void)
{
	static const int allowed[] = {
		SCMP_SYS(read),	  SCMP_SYS(recvfrom),	  SCMP_SYS(sendto),	SCMP_SYS(munmap),
		SCMP_SYS(mremap), SCMP_SYS(brk),	  SCMP_SYS(madvise),	SCMP_SYS(futex),
		SCMP_SYS(exit),	  SCMP_SYS(rt_sigreturn), SCMP_SYS(exit_group), SCMP_SYS(getrandom),
	};
	struct sandbox sandbox = sandbox_new(SCMP_ACT_KILL_PROCESS);

	sandbox_rule(&sandbox, SCMP_ACT_ALLOW, allowed, ARRAY_SIZE(allowed));
	sandbox_allow_memory(&sandbox);
	return sandbox_load(&sandbox);
}

static int set_limits(void)
{
	static const struct sandbox_limit limits[] = {
		{RLIMIT_CORE, 0},     {RLIMIT_FSIZE, 0},  {RLIMIT_NPROC, 0},
		{RLIMIT_MSGQUEUE, 0}, {RLIMIT_NOFILE, 0}, {RLIMIT_DATA, MEMORY},
	};

	return sandbox_limits(limits, ARRAY_SIZE(limits));
}

static void answer(int fd, struct helper_question *question, ssize_t size)
{
	struct helper_verdict verdict = {.number = question->number, .result = -EBADMSG};

	if (size == (ssize_t)sizeof(*question) &&
	    memchr(question->password, '\0', sizeof(question->password)) &&
	    memchr(question->hash, '\0', sizeof(question->hash)))
		verdict.result = crypt_io_check(question->password, question->hash);
	explicit_bzero(question, sizeof(*question));
	if (send(fd, &verdict, sizeof(verdict), MSG_NOSIGNAL) != (ssize_t)sizeof(verdict))
		_exit(1);
}

_Noreturn void helper_run(int fd)
{
	static struct helper_question question;
	ssize_t n;

	/* What was open before is of no use to it. */
	if (dup2(fd, STDIN_FILENO) < 0 || close_range(STDIN_FILENO + 1, ~0u, 0) < 0)
		_exit(1);
	fd = STDIN_FILENO;
	if (nice(NICE) == -1 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || set_limits() < 0 ||
	    close_calls() < 0)
		_exit(1);
	while ((n = recv(fd, &question, sizeof(question), 0)) > 0)
		answer(fd, &question, n);
	_exit(n < 0 ? 1 : 0);
}
