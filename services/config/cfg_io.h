/* SPDX-License-Identifier: GPL-2.0-or-later */
/* corosync's configuration service (corosync/cfg.h). Waits for corosync: not for the loop. */
#ifndef TRIREME_CONFIG_CFG_IO_H
#define TRIREME_CONFIG_CFG_IO_H

/*
 * Every node of the ring reads its corosync.conf and key anew. 0: this node has taken its own;
 * -EINVAL: it has refused it, and goes on as before; -ECONNREFUSED: corosync cannot be asked.
 * Of the other nodes it says nothing.
 */
int cfg_io_reload(void);

#endif
