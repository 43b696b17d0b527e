/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process leaves itself of the kernel: limits (setrlimit(2)), system calls (seccomp(2)). */
#ifndef TRIREME_BASE_SANDBOX_IO_H
#define TRIREME_BASE_SANDBOX_IO_H

#include <seccomp.h>
#include <stddef.h>
#include <sys/resource.h>

struct sandbox_limit {
	int resource; /* RLIMIT_… */
	rlim_t value; /* soft and hard */
};

/* Sets n limits. 0 or -errno; those before the one that failed are set then. */
int sandbox_limits(const struct sandbox_limit *limits, size_t n);

/* A filter that is being made: the first error of any step is told by sandbox_load(). */
struct sandbox {
	scmp_filter_ctx filter;
	int result;
};

/* otherwise: what befalls a call that no rule is about (SCMP_ACT_…). */
struct sandbox sandbox_new(uint32_t otherwise);

/* What befalls n calls, whatever arguments they have. */
void sandbox_rule(struct sandbox *sandbox, uint32_t action, const int *calls, size_t n);

/* The same of one call with such an argument: SCMP_A0(…) to SCMP_A5(…). */
void sandbox_rule_if(struct sandbox *sandbox, uint32_t action, int call,
		     struct scmp_arg_cmp argument);

/* Allows memory to be mapped and changed, but none that programs can run in. */
void sandbox_allow_memory(struct sandbox *sandbox);

/*
 * The filter holds from now on, for all threads that there are and will be. 0 or -errno, also of
 * the steps before: then there is none. *sandbox is freed.
 */
int sandbox_load(struct sandbox *sandbox);

#endif
