/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRIREME_ENGINE_SYSCTL_IO_H
#define TRIREME_ENGINE_SYSCTL_IO_H

#include <stdbool.h>

/*
 * Sets the switches of IPVS (/proc/sys/net/ipv4/vs, net/netfilter/ipvs/ip_vs_ctl.c) that the
 * engine relies on, where they differ. Returns how many differed, or -errno and *ret_name says
 * of which; -ENOENT: this kernel has no IPVS.
 */
int sysctl_reconcile(const char **ret_name);

/* Whether the kernel forwards a family at all. Returns 1 if it was otherwise, 0 or -errno. */
int sysctl_forward(bool ipv6, bool on);

#endif
