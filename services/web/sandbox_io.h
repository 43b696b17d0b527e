/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is left of the rights of a front: first the user, then the system calls. Whoever takes it
 * over has the connections that are open, the broker's socket, and nothing to go on with.
 */
#ifndef TRIREME_WEB_SANDBOX_IO_H
#define TRIREME_WEB_SANDBOX_IO_H

#include <sys/resource.h>

/*
 * Becomes the user for good, with no capability and no way to new rights (no_new_privs), and with
 * limits of files, memory and cores. To be called before there are threads. Started by another
 * user than root it only gives up what that one has. memory: bytes of addresses, RLIM_INFINITY: no
 * limit. -ENOENT: there is no such user.
 */
int sandbox_become(const char *user, rlim_t memory);

/*
 * From now on, for all threads: no new thread or process, no program, no file that is written or
 * made, no socket but Unix ones, no memory that is made executable (seccomp(2)). What else is not
 * in the list of what a front does is refused with EPERM; starting a program or tracing a process
 * ends the front.
 */
int sandbox_close(void);

#endif
