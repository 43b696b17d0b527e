/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate in the kernel (bpf/gate.bpf.c): loads it, tells it which addresses float, attaches it to
 * ports, and sets the leases that it enforces. Its maps are pinned below a folder of a bpf file
 * system and stay as they are when a program ends; so does the gate on the ports.
 */
#ifndef TRIREME_AGENT_GATE_IO_H
#define TRIREME_AGENT_GATE_IO_H

#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/bpf/gate.h"
#include "agent/ports.h"
#include "base/privilege_io.h"
#include "schema/config.h"

#define GATE_FOLDER "/sys/fs/bpf"
#define GATE_SWITCH_HELP "bpf file system of the gate's maps (" GATE_FOLDER ")"

/*
 * What loading and attaching takes. Without CAP_PERFMON the verifier of Linux 6.1 refuses that a
 * variable is overwritten that the compiler keeps on the stack.
 */
#define GATE_RIGHTS (PRIVILEGE(CAP_NET_ADMIN) | PRIVILEGE(CAP_BPF) | PRIVILEGE(CAP_PERFMON))

enum gate_direction {
	GATE_INGRESS,
	GATE_EGRESS,
	GATE_DIRECTIONS,
};

struct gate_io {
	struct gate_bpf *programs; /* of the skeleton; NULL: there is none */
	uint32_t ids[GATE_DIRECTIONS];
	struct gate_lease *leases;	    /* the kernel's map itself, GATE_GROUPS_MAX of them */
	uint32_t places[CONFIG_GROUPS_MAX]; /* by index of the configuration's groups */
	int failed;			    /* -errno: why no port can have a gate */
};

/*
 * Loads the programs and takes over what is pinned in the folder, or makes it. -errno stays in
 * io->failed, and the other functions can be called all the same. gate_io_close() leaves everything
 * in the kernel.
 */
int gate_io_open(struct gate_io *io, const char *folder);
void gate_io_close(struct gate_io *io);

/*
 * Tells which addresses float until now, and by this configuration no longer: the gate lets go of
 * them, so a port that still has one would serve it without a lease. Before gate_io_configure().
 */
void gate_io_each_former(const struct gate_io *io, const struct config *config,
			 void (*former)(void *data, const struct in6_addr *address), void *data);

/*
 * From now on the addresses of this configuration float, and no others. A lease of a group that it
 * still has runs on, those of others end. node: whose ports are kept in mind; NULL: not known.
 */
int gate_io_configure(struct gate_io *io, const struct config *config,
		      const struct config_node *node);

/*
 * Attaches the gate to the ports that are there and not `gated`, and says so in them, or why not. A
 * port that has it already is left alone, one that has another is changed in one step.
 */
void gate_io_attach(struct gate_io *io, const struct config *config, struct port_state *ports,
		    size_t n_ports);

/*
 * The program by which a packet(7) socket gets only what is said of floating addresses
 * (SO_ATTACH_BPF): a descriptor of gate_io's, or -errno.
 */
int gate_io_watch(const struct gate_io *io);

/* The lease of the configuration's group; NULL: there is no gate. */
const struct gate_lease *gate_io_lease(const struct gate_io *io, size_t group);
/* Without a gate nothing is set, and no alias can be added (address_io_add()). */
void gate_io_set(struct gate_io *io, size_t group, uint64_t epoch, uint64_t deadline);
void gate_io_clear(struct gate_io *io, size_t group);

#endif
