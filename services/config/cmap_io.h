/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What corosync runs, which of its links are connected, and its wait for all nodes (cmap_keys(7)).
 * Waits for corosync.
 */
#ifndef TRIREME_CONFIG_CMAP_IO_H
#define TRIREME_CONFIG_CMAP_IO_H

#include <corosync/cmap.h>

#include "config/ring_change.h"

struct cmap_io {
	bool open;
	cmap_handle_t map, stats;
};

/*
 * ids: the nodes whose links are asked for. Connects if it has not; -ECONNREFUSED: corosync cannot
 * be asked now (the next call connects anew), -EBADMSG: it runs a file of another origin.
 */
int cmap_io_see(struct cmap_io *io, const uint8_t *ids, size_t n, struct ring_seen *ret_seen);

/* Ends wait_for_all until corosync's next start; errors as above. */
int cmap_io_unblock(struct cmap_io *io);

/* Accepts what is not open. */
void cmap_io_close(struct cmap_io *io);

#endif
