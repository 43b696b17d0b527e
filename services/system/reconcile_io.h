/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One round: reads what the machine has, plans the difference and carries it out. */
#ifndef TRIREME_SYSTEM_RECONCILE_IO_H
#define TRIREME_SYSTEM_RECONCILE_IO_H

#include <stdbool.h>

#include "schema/config.h"

/* Hears of each action what it does, in words, and why that could not be done; NULL: it was. */
typedef void (*reconcile_report)(const char *line, const char *failure, void *data);

/*
 * node is one of config's, which was read from config_path: files for other programs go beside
 * that. An action that fails does not keep the others from being done, but for those about a link
 * that could not be made. dry_run: nothing is done, and every action reported as done. -errno when
 * the machine's state cannot be read: nothing was done then.
 */
int reconcile(const struct config *config, const struct config_node *node, const char *config_path,
	      bool dry_run, reconcile_report report, void *data);

#endif
