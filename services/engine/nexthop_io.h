/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the data path's next hops as the kernel's routing, neighbours and interfaces are, by the
 * events of rtnetlink(7); the kernel keeps the neighbours in use fresh.
 */
#ifndef TRIREME_ENGINE_NEXTHOP_IO_H
#define TRIREME_ENGINE_NEXTHOP_IO_H

#include <libmnl/libmnl.h>
#include <qb/qbloop.h>

#include "engine/clients.h"
#include "engine/forward.h"
#include "engine/nexthop.h"
#include "schema/config.h"

struct nexthop_io {
	qb_loop_t *loop; /* NULL: not open */
	struct forward_tables *tables;
	const struct link_numbers *numbers;
	/* Interfaces are others: the caller may give ports other numbers (attach_io_apply()). */
	void (*links_changed)(void *data, const struct links *links);
	void *data;
	struct mnl_socket *events;
	struct network network;
	struct nexthops hops;
	const struct config_node *node;
	struct own_networks networks; /* the node's */
	struct clients clients;
	/* Heard and not yet acted upon. */
	bool links_heard, links_moved, routes_moved, hops_moved, neighbours_moved;
	bool let_go;	    /* neighbours may be kept fresh for nobody */
	bool lost;	    /* the kernel had more to say than could be queued */
	bool queued;	    /* a job goes on */
	bool cannot_manage; /* the kernel is older than NEIGHBOUR_MANAGE */
	uint64_t raised;    /* clock_boot_ns() of the last new generation */
	bool raise_again;   /* one more is due, at the end of its second */
	qb_loop_timer_handle raise_timer;
	unsigned int checks; /* counted by nexthop_io_check() */
	int error;	     /* logged last */
};

/*
 * Reads the kernel's tables and follows them from then on. tables and numbers (of attach_io.h) are
 * the caller's and stay valid. Calls links_changed() for the first time before it returns.
 */
int nexthop_io_open(struct nexthop_io *io, qb_loop_t *loop, struct forward_tables *tables,
		    const struct link_numbers *numbers,
		    void (*links_changed)(void *data, const struct links *links), void *data);
/* What is in the tables stays. Accepts zeros. */
void nexthop_io_close(struct nexthop_io *io);

/*
 * A new configuration; node, of the caller, stays valid until the next one. NULL: no gateways, and
 * the protected networks stay. Calls links_changed().
 */
void nexthop_io_configure(struct nexthop_io *io, const struct config_node *node);

/* Places of real servers were filled or emptied (forward_apply.h). */
void nexthop_io_reals(struct nexthop_io *io);

/*
 * A flow's client (address as in bpf/forward.h) that the data path knows no next hop for: if it is
 * in a network of this machine, the kernel is made to look for it, unless it knows it. Cheap.
 */
void nexthop_io_client(struct nexthop_io *io, bool ipv6, const uint32_t address[4]);

/* In every period of the engine: what no event has told. */
void nexthop_io_check(struct nexthop_io *io);

#endif
