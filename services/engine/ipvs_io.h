/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket to IPVS in the kernel. Every wait has an end: -ETIMEDOUT after IPVS_IO_TIMEOUT_S. */
#ifndef TRIREME_ENGINE_IPVS_IO_H
#define TRIREME_ENGINE_IPVS_IO_H

#include "engine/ipvs_sync.h"
#include "engine/ipvs_table.h"
#include "engine/plan.h"

#define IPVS_IO_TIMEOUT_S 2

struct ipvs_io;

/* -ENOENT: this kernel has no IPVS. */
int ipvs_io_open(struct ipvs_io **ret_io);
void ipvs_io_close(struct ipvs_io *io);

/* The whole table of the kernel; the caller clears it. */
int ipvs_io_read(struct ipvs_io *io, struct ipvs_table *ret_table);

/* The real servers of one service, added to it; nothing is added when the kernel lacks it. */
int ipvs_io_read_dests(struct ipvs_io *io, struct ipvs_service *service);

/* -EBADMSG: this kernel has not all of them. */
int ipvs_io_read_timeouts(struct ipvs_io *io, struct ipvs_timeouts *ret_timeouts);
int ipvs_io_set_timeouts(struct ipvs_io *io, const struct ipvs_timeouts *timeouts);

/* The sync daemons that run. */
int ipvs_io_read_daemons(struct ipvs_io *io, struct ipvs_daemons *ret_daemons);
/* -EEXIST: it runs; -ENODEV: there is no such interface. */
int ipvs_io_start_daemon(struct ipvs_io *io, bool master, const struct ipvs_daemon *daemon);
/* Also of one that does not run. */
int ipvs_io_stop_daemon(struct ipvs_io *io, bool master);

/* One change; the errno of the kernel: -EEXIST, -ESRCH, -ENOENT tell that the table moved. */
int ipvs_io_apply(struct ipvs_io *io, const struct change *change);

#endif
