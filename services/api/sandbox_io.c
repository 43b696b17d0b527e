// SPDX-License-Identifier: GPL-2.0-or-later
#include "api/sandbox_io.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/sandbox_io.h"

static const int refused[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(kcmp),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(pivot_root),
	SCMP_SYS(chroot),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(keyctl),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(sethostname),
	SCMP_SYS(setdomainname),
};

int sandbox_close(void)
{
	struct sandbox sandbox = sandbox_new(SCMP_ACT_ALLOW);

	sandbox_rule(&sandbox, SCMP_ACT_ERRNO(EPERM), refused, ARRAY_SIZE(refused));
	sandbox_rule_if(&sandbox, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket),
			SCMP_A0(SCMP_CMP_NE, AF_UNIX));
	return sandbox_load(&sandbox);
}
