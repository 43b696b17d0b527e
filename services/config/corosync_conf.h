/* SPDX-License-Identifier: GPL-2.0-or-later */
/* corosync.conf(5), derived from the configuration. Holds no secret: keys are random files. */
#ifndef TRIREME_CONFIG_COROSYNC_CONF_H
#define TRIREME_CONFIG_COROSYNC_CONF_H

#include "base/text.h"
#include "schema/config.h"

#define COROSYNC_CONF_MAX 16384

/*
 * Appends the file to text. The same configuration gives the same bytes on every node: corosync
 * finds itself in the node list by its addresses. -ENOSPC: text is full.
 */
int corosync_conf(const struct config *config, struct text *text);

#endif
