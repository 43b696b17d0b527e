/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing kernel settings below /proc/sys. */
#ifndef TRIREME_SYSTEM_SYSCTL_IO_H
#define TRIREME_SYSTEM_SYSCTL_IO_H

#include "system/sysctl.h"

/* Fills `exists` and `current` of every entry; what cannot be read and written does not exist. */
void sysctl_read(struct sysctl_settings *settings);

/* 0 or -errno. */
int sysctl_write(const struct sysctl_setting *setting);

#endif
