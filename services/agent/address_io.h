/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Floating addresses as labelled /32 and as /128 addresses by rtnetlink(7): all of a group or none,
 * in one send, every acknowledgement checked. An IPv6 address is there at once (IFA_F_NODAD): the
 * lease says that nobody else has it. It is a deprecated one (RFC 4862, 5.5.4), as it must not be
 * the source of what this router begins itself as long as another address will do: such
 * connections would break with the next change of owners.
 */
#ifndef TRIREME_AGENT_ADDRESS_IO_H
#define TRIREME_AGENT_ADDRESS_IO_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/ports.h"
#include "schema/config.h"

struct address_io {
	struct mnl_socket *socket;
	uint32_t seq;
};

int address_io_open(struct address_io *io);
void address_io_close(struct address_io *io);

/*
 * Adds the group's aliases, or renews them, with a lifetime of valid_s seconds. The order is by
 * port, the private side first; a port without gate is taken as one that is not there. 0: all are
 * there. -errno: none is, and *ret_failed is the one that could not be added (config_floating()).
 */
int address_io_add(struct address_io *io, const struct config_group *group,
		   const struct port_state *ports, size_t n_ports, uint32_t valid_s,
		   size_t *ret_failed);

/*
 * Deletes the group's aliases, the public side first; one that is not there is no error. Of a port
 * that is not in the list nothing is deleted.
 */
int address_io_delete(struct address_io *io, const struct config_group *group,
		      const struct port_state *ports, size_t n_ports);
/* The same by the ports' names as they are now: looks them up, so it is for the start. */
int address_io_delete_by_name(struct address_io *io, const struct config_group *group);

#endif
