// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/privilege_io.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The bounding set is what a program that is started could get; only root may shrink it. */
int privilege_bound(uint64_t keep)
{
	for (unsigned long i = 0; i <= CAP_LAST_CAP; i++) {
		if ((keep & PRIVILEGE(i)) || prctl(PR_CAPBSET_READ, i, 0, 0, 0) != 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			return -errno;
	}
	return 0;
}

int privilege_keep(uint64_t keep)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	int r = 0;

	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	if (data[0].effective & PRIVILEGE(CAP_SETPCAP))
		r = privilege_bound(keep);
	if (r < 0)
		return r;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		data[i].permitted &= (uint32_t)(keep >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int privilege_become(const char *name)
{
	const struct passwd *user = getpwnam(name);
	int r;

	if (!user)
		return -ENOENT;
	r = privilege_bound(0);
	if (r < 0)
		return r;
	if (setgroups(0, NULL) < 0 || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) < 0 ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid) < 0)
		return -errno;
	/* Never seen to fail silently, and all depends on it. */
	return setuid(0) == 0 ? -EPERM : privilege_keep(0);
}
