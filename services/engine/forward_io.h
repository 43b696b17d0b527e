/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path in the kernel (bpf/forward.bpf.c): loads it, or takes over the one that is pinned.
 * Maps and the program are pinned below a folder of a bpf file system and outlive every engine;
 * maps are kept as long as their layout is the same, the program as long as its build is.
 */
#ifndef TRIREME_ENGINE_FORWARD_IO_H
#define TRIREME_ENGINE_FORWARD_IO_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/privilege_io.h"
#include "engine/forward.h"
#include "proto/gate_lease.h"

#define FORWARD_FOLDER "/sys/fs/bpf"
#define FORWARD_SWITCH_HELP "bpf file system of the data path's maps (" FORWARD_FOLDER ")"

/* What loading takes: as the agent's gate. */
#define FORWARD_RIGHTS (PRIVILEGE(CAP_NET_ADMIN) | PRIVILEGE(CAP_BPF) | PRIVILEGE(CAP_PERFMON))

#define FORWARD_MAPS 9
#define FORWARD_WHY_MAX 128

/* One of the kernel's maps. */
struct forward_map {
	int fd;
	void *memory; /* where it is mapped; NULL: it cannot be (fwd_ports) */
	size_t size;
};

struct forward_io {
	struct forward_tables tables;
	const struct gate_lease *leases; /* the agent's, GATE_GROUPS_MAX of them */
	int program;			 /* fwd_main, for the ports */
	int ports;			 /* the device map; part of maps */
	struct forward_map maps[FORWARD_MAPS];
	/* Programs that a port still runs go on to others by it, until the port has the new one. */
	int former;
	int folder;    /* who loads programs or changes ports has it locked (flock) */
	size_t memory; /* bytes of the maps */
	bool kept;     /* program and maps were there: nothing was loaded */
};

/*
 * -errno: there is no data path, why (FORWARD_WHY_MAX) says what failed, and io is empty. Who calls
 * it while another process does waits for that one.
 */
int forward_io_open(struct forward_io *io, const char *folder, char *why);

/* Everything in the kernel stays as it is. Accepts an empty one, and one that is zero. */
void forward_io_close(struct forward_io *io);

#endif
