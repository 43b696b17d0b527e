/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the broker, which is root without capabilities, cannot ask the kernel for either. */
#ifndef TRIREME_API_SANDBOX_IO_H
#define TRIREME_API_SANDBOX_IO_H

/*
 * From now on, for all threads: no socket but Unix ones, no program is started, no process is
 * looked into, nothing is mounted or loaded, no further namespace; such calls fail with EPERM
 * (seccomp(2)).
 */
int sandbox_close(void);

#endif
