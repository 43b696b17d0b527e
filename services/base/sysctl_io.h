/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One kernel setting below /proc/sys; path as in "net/ipv4/ip_forward". */
#ifndef TRIREME_BASE_SYSCTL_IO_H
#define TRIREME_BASE_SYSCTL_IO_H

#include <stddef.h>

/*
 * Reads a setting that can be written, without the line's end. -ENOENT: this kernel does not have
 * it; -EACCES: it may be read only, as some are outside the first network namespace; -EFBIG: the
 * value does not fit.
 */
int sysctl_get(const char *path, char *value, size_t size);

int sysctl_set(const char *path, const char *value);

#endif
