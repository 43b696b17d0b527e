/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts the data path's program on the node's ports and keeps it there. Attached by netlink, so that
 * it stays when the engine ends, and another build of it takes the place of the former in one step.
 * Ports have numbers in the device map, kept as long as they are there.
 */
#ifndef TRIREME_ENGINE_ATTACH_IO_H
#define TRIREME_ENGINE_ATTACH_IO_H

#include "engine/attach.h"
#include "engine/links.h"
#include "engine/offload_io.h"

#define ATTACH_TABLE "/usr/share/trireme/nics.tsv"

struct attach_io {
	int program, map;	/* descriptors, the caller's */
	int folder;		/* the same; its lock */
	struct fwd_link *table; /* the data path's, FWD_LINKS_MAX; the caller's */
	uint32_t program_id;
	struct offload_io offload;
	char *text; /* what the table of drivers points into */
	struct nic_table drivers;
	uint32_t n_cpus;
	struct link_numbers numbers;
	/* Of the last attach_io_apply(). */
	struct attach_port ports[CONFIG_PORTS_MAX];
	size_t n_ports;
};

/*
 * program: of the type XDP; map: of the type DEVMAP; folder: locked while ports are changed, since
 * the boot step and the engine both do that, -1: nobody else does. All must stay open. drivers:
 * path of hw/nics.tsv; without it every driver is tried, and the log says so. 0 or -errno.
 */
int attach_io_open(struct attach_io *io, int program, int map, int folder, struct fwd_link *table,
		   const char *drivers);
/* The programs stay where they are. Accepts one that is not open. */
void attach_io_close(struct attach_io *io);

/*
 * The program is on the ports of the node and on no others from now on, the device map and the
 * data path's table of links say so; what has changed is logged. node NULL: no port is served.
 * Cheap when nothing differs. 1: some port is served otherwise than before; 0; -errno: the device
 * map cannot be used, or an interface that is no port keeps the program.
 */
int attach_io_apply(struct attach_io *io, const struct links *links,
		    const struct config_node *node);

#endif
