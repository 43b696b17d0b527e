// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/privilege_io.h"

static uint64_t effective(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	assert_int_equal(data[0].effective, data[0].permitted);
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static void only_what_is_kept_is_left(void **state)
{
	uint64_t keep = PRIVILEGE(CAP_NET_ADMIN) | PRIVILEGE(CAP_SYS_ADMIN);
	char host[65];

	(void)state;
	/* Whoever had none before has none after. */
	if (geteuid() != 0)
		keep = 0;
	assert_int_equal(privilege_keep(keep), 0);
	assert_int_equal(effective(), keep);
	assert_int_equal(privilege_keep(0), 0);
	assert_int_equal(effective(), 0);
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	assert_int_equal(sethostname(host, 1), -1);
	assert_int_equal(errno, EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_kept_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
