// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits and filters, each in a process of its own. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "base/sandbox_io.h"

/* Exit codes: what was tried ended with such an errno. A sanitizer's own end is 1. */
#define DONE 64

/* AddressSanitizer would ask for more at the end than a filter may let it. */
_Noreturn static void end(int code)
{
	for (;;)
		syscall(SYS_exit_group, code);
}

/* How the process ended that ran it: -signal, or its exit code. */
static int end_of(void (*run)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		run();
		end(DONE);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int error_of(long result)
{
	return DONE + (result < 0 ? errno : 0);
}

/* All goes but two calls, one of them by its argument. */
static void load_refusals(void)
{
	static const int refused[] = {SCMP_SYS(getppid), SCMP_SYS(sethostname)};
	struct sandbox sandbox = sandbox_new(SCMP_ACT_ALLOW);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		end(errno);
	sandbox_rule(&sandbox, SCMP_ACT_ERRNO(ENOTTY), refused, ARRAY_SIZE(refused));
	sandbox_rule_if(&sandbox, SCMP_ACT_ERRNO(EXDEV), SCMP_SYS(socket),
			SCMP_A0(SCMP_CMP_NE, AF_UNIX));
	if (sandbox_load(&sandbox) < 0)
		end(2);
}

static void refused_call(void)
{
	load_refusals();
	end(error_of(syscall(SYS_getppid)));
}

static void refused_argument(void)
{
	load_refusals();
	end(error_of(socket(AF_INET, SOCK_STREAM, 0)));
}

static void other_argument(void)
{
	load_refusals();
	end(error_of(socket(AF_UNIX, SOCK_STREAM, 0)));
}

static void what_a_rule_is_about_is_refused(void **state)
{
	(void)state;
	assert_int_equal(end_of(refused_call), DONE + ENOTTY);
	assert_int_equal(end_of(refused_argument), DONE + EXDEV);
	assert_int_equal(end_of(other_argument), DONE);
}

/* Nothing goes but two calls and memory. */
static void load_permissions(void)
{
	static const int allowed[] = {SCMP_SYS(exit_group), SCMP_SYS(getppid)};
	struct sandbox sandbox = sandbox_new(SCMP_ACT_KILL_PROCESS);

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		end(errno);
	sandbox_rule(&sandbox, SCMP_ACT_ALLOW, allowed, ARRAY_SIZE(allowed));
	sandbox_allow_memory(&sandbox);
	if (sandbox_load(&sandbox) < 0)
		end(2);
}

static void allowed_call(void)
{
	load_permissions();
	end(error_of(syscall(SYS_getppid)));
}

static void map(int protection)
{
	load_permissions();
	end(mmap(NULL, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		    ? DONE + errno
		    : DONE);
}

static void writable_memory(void)
{
	map(PROT_READ | PROT_WRITE);
}

static void executable_memory(void)
{
	map(PROT_READ | PROT_EXEC);
}

static void other_call(void)
{
	load_permissions();
	syscall(SYS_getuid);
}

static void what_no_rule_is_about_ends_as_was_said(void **state)
{
	(void)state;
	assert_int_equal(end_of(allowed_call), DONE);
	assert_int_equal(end_of(writable_memory), DONE);
	assert_int_equal(end_of(executable_memory), -SIGSYS);
	assert_int_equal(end_of(other_call), -SIGSYS);
}

/* It ends the process: the main thread waits for it. */
static void *in_thread(void *data)
{
	pthread_barrier_t *loaded = data;

	pthread_barrier_wait(loaded);
	pthread_barrier_wait(loaded);
	end(error_of(syscall(SYS_getppid)));
}

static void thread_of_before(void)
{
	pthread_barrier_t loaded;
	pthread_t thread;

	pthread_barrier_init(&loaded, NULL, 2);
	if (pthread_create(&thread, NULL, in_thread, &loaded) != 0)
		end(2);
	pthread_barrier_wait(&loaded);
	load_refusals();
	pthread_barrier_wait(&loaded);
	pthread_join(thread, NULL);
	end(2);
}

static void threads_of_before_are_meant_too(void **state)
{
	(void)state;
	assert_int_equal(end_of(thread_of_before), DONE + ENOTTY);
}

/* A call that no kernel has: its rule cannot be made, and those after it do not hide that. */
static void wrong_rule(void)
{
	static const int wrong[] = {__NR_SCMP_ERROR, SCMP_SYS(getppid)};
	struct sandbox sandbox = sandbox_new(SCMP_ACT_ALLOW);

	sandbox_rule(&sandbox, SCMP_ACT_ERRNO(ENOTTY), wrong, ARRAY_SIZE(wrong));
	sandbox_allow_memory(&sandbox);
	if (sandbox_load(&sandbox) >= 0)
		end(2);
	end(error_of(syscall(SYS_getppid)));
}

static void a_filter_that_cannot_be_made_is_none(void **state)
{
	(void)state;
	assert_int_equal(end_of(wrong_rule), DONE);
}

static void limited(void)
{
	const struct sandbox_limit limits[] = {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 8}};
	struct rlimit core, files;

	if (sandbox_limits(limits, ARRAY_SIZE(limits)) < 0)
		end(2);
	getrlimit(RLIMIT_CORE, &core);
	getrlimit(RLIMIT_NOFILE, &files);
	if (core.rlim_cur != 0 || core.rlim_max != 0 || files.rlim_cur != 8 || files.rlim_max != 8)
		end(3);
}

static void not_a_limit(void)
{
	const struct sandbox_limit wrong = {RLIM_NLIMITS + 1, 0};

	end(DONE - sandbox_limits(&wrong, 1));
}

static void limits_are_set(void **state)
{
	(void)state;
	assert_int_equal(end_of(limited), DONE);
	assert_int_equal(end_of(not_a_limit), DONE + EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_rule_is_about_is_refused),
		cmocka_unit_test(what_no_rule_is_about_ends_as_was_said),
		cmocka_unit_test(threads_of_before_are_meant_too),
		cmocka_unit_test(a_filter_that_cannot_be_made_is_none),
		cmocka_unit_test(limits_are_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
