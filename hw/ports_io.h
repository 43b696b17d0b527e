/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's network cards: rtnetlink for names and states, sysfs for places and drivers.
 * ports_fake.c has the same interface over a machine made up by a test. All functions return 0 or
 * -errno and log nothing.
 */
#ifndef TRIREME_HW_PORTS_IO_H
#define TRIREME_HW_PORTS_IO_H

#include "ports.h"

struct ports_io;

int ports_io_open(struct ports_io **ret_io);
void ports_io_close(struct ports_io *io);

static inline void ports_io_closep(struct ports_io **io)
{
	ports_io_close(*io);
}

/*
 * Ethernet interfaces with a device behind them. Left out: one whose master is such an interface
 * itself (the virtual function under a hv_netvsc or failover interface has its master's MAC and
 * belongs to it); one with a name like a port's is among the others. -E2BIG: more than PORTS_MAX.
 */
int ports_io_list(struct ports_io *io, struct port_inventory *ret_inventory);

/* Renames one interface; one that is up goes down and up again, which drops its routes. -EEXIST:
 * the name is taken. */
int ports_io_rename(struct ports_io *io, const struct port_rename *step);

/* Whether lib/firmware has the file (name relative to it). */
bool ports_io_has_firmware(struct ports_io *io, const char *file);

#endif
