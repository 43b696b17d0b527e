// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/sandbox_io.h"

#include <errno.h>
#include <sys/mman.h>

int sandbox_limits(const struct sandbox_limit *limits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct rlimit limit = {limits[i].value, limits[i].value};

		if (setrlimit(limits[i].resource, &limit) < 0)
			return -errno;
	}
	return 0;
}

struct sandbox sandbox_new(uint32_t otherwise)
{
	struct sandbox sandbox = {.filter = seccomp_init(otherwise)};

	sandbox.result = sandbox.filter ? 0 : -ENOMEM;
	return sandbox;
}

void sandbox_rule(struct sandbox *sandbox, uint32_t action, const int *calls, size_t n)
{
	for (size_t i = 0; i < n && sandbox->result == 0; i++)
		sandbox->result = seccomp_rule_add(sandbox->filter, action, calls[i], 0);
}

void sandbox_rule_if(struct sandbox *sandbox, uint32_t action, int call,
		     struct scmp_arg_cmp argument)
{
	if (sandbox->result == 0)
		sandbox->result =
			seccomp_rule_add_array(sandbox->filter, action, call, 1, &argument);
}

void sandbox_allow_memory(struct sandbox *sandbox)
{
	sandbox_rule_if(sandbox, SCMP_ACT_ALLOW, SCMP_SYS(mmap),
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	sandbox_rule_if(sandbox, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

int sandbox_load(struct sandbox *sandbox)
{
	if (sandbox->result == 0)
		sandbox->result = seccomp_attr_set(sandbox->filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (sandbox->result == 0)
		sandbox->result = seccomp_load(sandbox->filter);
	seccomp_release(sandbox->filter);
	sandbox->filter = NULL;
	return sandbox->result;
}
