// SPDX-License-Identifier: GPL-2.0-or-later
/* What whoever takes over a front could still do: each case tries it in a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "web/sandbox_io.h"

static char secret[] = "/tmp/test_sandbox.XXXXXX";
static char readable[] = "/tmp/test_sandbox.XXXXXX";

/* What is tried; returns the errno that it ended with, 0: it went well. */
typedef int try_fn(void);

/* Exit codes: what was tried ended with such an errno. A sanitizer's own end is 1. */
#define DONE 64
#define NO_SANDBOX 255

#define TRIED(result) ((result) < 0 ? errno : 0)

static int read_secret(void)
{
	return TRIED(open(secret, O_RDONLY));
}

static int write_file(void)
{
	return TRIED(open(readable, O_WRONLY));
}

static int make_file(void)
{
	return TRIED(open("/tmp/test_sandbox.made", O_RDONLY | O_CREAT, 0600));
}

static int read_file(void)
{
	return TRIED(open(readable, O_RDONLY));
}

static int open_netlink(void)
{
	return TRIED(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

static int open_inet(void)
{
	return TRIED(socket(AF_INET, SOCK_STREAM, 0));
}

static int open_packet(void)
{
	return TRIED(socket(AF_PACKET, SOCK_RAW, 0));
}

static int open_unix(void)
{
	return TRIED(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int become_root(void)
{
	return TRIED(setresuid(0, 0, 0));
}

static int start_process(void)
{
	return TRIED(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

static int make_executable(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? errno : 0;
}

static int raise_limit(void)
{
	const struct rlimit limit = {10, 10};

	return TRIED(setrlimit(RLIMIT_NPROC, &limit));
}

static int signal_another(void)
{
	return TRIED(kill(getppid(), 0));
}

static int remove_file(void)
{
	return TRIED(unlink(readable));
}

static int start_program(void)
{
	char name[] = "true", *const arguments[] = {name, NULL};

	return TRIED(execve("/bin/true", arguments, NULL));
}

/* AddressSanitizer would ask for more at the end than the filter lets it. */
_Noreturn static void end(int code)
{
	for (;;)
		syscall(SYS_exit_group, code);
}

/* A thread that was there before the filter. It ends the process: it could not end alone. */
static void *in_thread(void *data)
{
	pthread_barrier_t *closed = data;

	/* It has begun; the filter is there. */
	pthread_barrier_wait(closed);
	pthread_barrier_wait(closed);
	end(DONE + open_netlink());
}

/* In the child. */
_Noreturn static void run(try_fn *attempt)
{
	pthread_barrier_t closed;
	pthread_t thread;

	if (sandbox_become("nobody", RLIM_INFINITY) < 0)
		end(NO_SANDBOX);
	pthread_barrier_init(&closed, NULL, 2);
	if (!attempt && pthread_create(&thread, NULL, in_thread, &closed) != 0)
		end(NO_SANDBOX);
	if (!attempt)
		pthread_barrier_wait(&closed);
	if (sandbox_close() < 0)
		end(NO_SANDBOX);
	if (attempt)
		end(DONE + attempt());
	pthread_barrier_wait(&closed);
	pthread_join(thread, NULL);
	end(NO_SANDBOX);
}

static int status_of(try_fn *attempt)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		run(attempt);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void ends_with(try_fn *attempt, int error)
{
	int status = status_of(attempt);

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), DONE + error);
}

static void no_file_of_root_is_read(void **state)
{
	(void)state;
	ends_with(read_secret, EACCES);
	ends_with(read_file, 0);
}

static void no_file_is_written(void **state)
{
	(void)state;
	ends_with(write_file, EPERM);
	ends_with(make_file, EPERM);
	ends_with(remove_file, EPERM);
}

static void no_socket_but_unix(void **state)
{
	(void)state;
	ends_with(open_netlink, EPERM);
	ends_with(open_inet, EPERM);
	ends_with(open_packet, EPERM);
	ends_with(open_unix, 0);
}

static void threads_of_before_are_closed_too(void **state)
{
	(void)state;
	ends_with(NULL, EPERM);
}

static void no_way_back(void **state)
{
	(void)state;
	ends_with(become_root, EPERM);
	ends_with(start_process, EPERM);
	ends_with(make_executable, EPERM);
	ends_with(raise_limit, EPERM);
	ends_with(signal_another, EPERM);
}

static void starting_a_program_ends_it(void **state)
{
	int status = status_of(start_program);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static int make(char *path, mode_t mode)
{
	_cleanup_close_ int fd = mkstemp(path);

	return fd < 0 ? -1 : fchmod(fd, mode);
}

static int set_up(void **state)
{
	(void)state;
	return make(secret, 0600) < 0 ? -1 : make(readable, 0666);
}

static int tear_down(void **state)
{
	(void)state;
	unlink(secret);
	return unlink(readable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_of_root_is_read),
		cmocka_unit_test(no_file_is_written),
		cmocka_unit_test(no_socket_but_unix),
		cmocka_unit_test(threads_of_before_are_closed_too),
		cmocka_unit_test(no_way_back),
		cmocka_unit_test(starting_a_program_ends_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
