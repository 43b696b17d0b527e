/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel settings of a node: a table, expanded for the ports of this machine. Pure. */
#ifndef TRIREME_SYSTEM_SYSCTL_H
#define TRIREME_SYSTEM_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/config.h"

#define SYSCTL_VALUE_MAX 24
#define SYSCTL_PATH_MAX 64
#define SYSCTL_MAX 256

struct sysctl_setting {
	char path[SYSCTL_PATH_MAX]; /* below /proc/sys */
	const char *value;
	bool optional;	  /* may be missing: a part of the kernel that is not there or not loaded */
	const char *port; /* of the node, that has the setting; NULL: the machine */
	/* Filled in by who reads them: */
	bool exists;
	char current[SYSCTL_VALUE_MAX];
};

struct sysctl_settings {
	struct sysctl_setting entries[SYSCTL_MAX];
	size_t n;
};

/* All settings for the node; 0 or -ENOSPC. */
int sysctl_settings(const struct config_node *node, struct sysctl_settings *ret_settings);

#endif
