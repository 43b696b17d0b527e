// SPDX-License-Identifier: GPL-2.0-or-later
#include "web/sandbox_io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/privilege_io.h"
#include "base/sandbox_io.h"
#include "web/limits.h"

#define FILES (LIMITS_CONNECTIONS + 64)
#define OUTPUT (1u << 20) /* bytes of the file that standard error is */

static int set_limits(rlim_t memory)
{
	const struct sandbox_limit limits[] = {
		{RLIMIT_NOFILE, FILES}, {RLIMIT_AS, memory},  {RLIMIT_CORE, 0},
		{RLIMIT_FSIZE, OUTPUT}, {RLIMIT_MSGQUEUE, 0}, {RLIMIT_MEMLOCK, 0},
	};

	return sandbox_limits(limits, ARRAY_SIZE(limits));
}

int sandbox_become(const char *user, rlim_t memory)
{
	int r = geteuid() == 0 ? privilege_become(user) : privilege_keep(0);

	return r == 0 ? set_limits(memory) : r;
}

/* Whatever arguments they have. */
static const int allowed[] = {
	/* connections, and the broker's */
	SCMP_SYS(accept4),
	SCMP_SYS(close),
	SCMP_SYS(connect),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(fcntl),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(sendfile),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(setsockopt),
	SCMP_SYS(shutdown),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	/* the configuration, which is looked at again when it changes */
	SCMP_SYS(fstat),
	SCMP_SYS(lseek),
	SCMP_SYS(newfstatat),
	/* memory, threads, time */
	SCMP_SYS(brk),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(futex),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(nanosleep),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_yield),
	SCMP_SYS(time),
	/* signals, and the end */
	SCMP_SYS(alarm),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(tgkill),
};

/* No front ever does these. */
static const int deadly[] = {
	SCMP_SYS(bpf),	  SCMP_SYS(execve),	      SCMP_SYS(execveat),
	SCMP_SYS(mount),  SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(ptrace), SCMP_SYS(unshare),
};

/* Only with such arguments. */
static void allow_bounded(struct sandbox *sandbox)
{
	const uint64_t writes = O_ACCMODE | O_CREAT | O_TRUNC;

	sandbox_rule_if(sandbox, SCMP_ACT_ALLOW, SCMP_SYS(openat),
			SCMP_A2(SCMP_CMP_MASKED_EQ, writes, O_RDONLY));
	sandbox_rule_if(sandbox, SCMP_ACT_ALLOW, SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	/* Whether a network port is still the one that the front listens on. */
	sandbox_rule_if(sandbox, SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
			SCMP_A1(SCMP_CMP_EQ, SIOCGIFINDEX));
	/* Only to ask: libqb's loop looks at the limit of files. */
	sandbox_rule_if(sandbox, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), SCMP_A2(SCMP_CMP_EQ, 0));
	sandbox_allow_memory(sandbox);
}

int sandbox_close(void)
{
	const struct sandbox_limit none = {RLIMIT_NPROC, 0};
	struct sandbox sandbox;
	int r = sandbox_limits(&none, 1);

	if (r < 0)
		return r;
	sandbox = sandbox_new(SCMP_ACT_ERRNO(EPERM));
	sandbox_rule(&sandbox, SCMP_ACT_ALLOW, allowed, ARRAY_SIZE(allowed));
	sandbox_rule(&sandbox, SCMP_ACT_KILL_PROCESS, deadly, ARRAY_SIZE(deadly));
	allow_bounded(&sandbox);
	return sandbox_load(&sandbox);
}
