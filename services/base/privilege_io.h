/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving up what a program started by root does not need (capabilities(7)). */
#ifndef TRIREME_BASE_PRIVILEGE_IO_H
#define TRIREME_BASE_PRIVILEGE_IO_H

#include <stdint.h>

#define PRIVILEGE(capability) (UINT64_C(1) << (capability))

/*
 * Keeps only the capabilities of the set `keep` (PRIVILEGE(CAP_NET_ADMIN) | …), for this process
 * and all it starts, for good; no set-user-ID program gives any back. The user stays the same:
 * root still owns root's files. 0 or -errno.
 */
int privilege_keep(uint64_t keep);

/* Only what programs that are started could get, and so whoever this process becomes. */
int privilege_bound(uint64_t keep);

/*
 * Becomes the user of that name for good, with no way back, and keeps no capability; to be called
 * by root, before there are threads. -ENOENT: there is no such user.
 */
int privilege_become(const char *name);

#endif
