/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The data path in the kernel (bpf/forward.bpf.c): loads it, or takes over the one that is pinned.
 * Maps and programs are pinned below a folder of a bpf file system and outlive every engine; maps
 * are kept as long as their layout is the same, programs as long as their build is.
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

#define FORWARD_PROGRAMS_MAX 8
#define FORWARD_MAPS_MAX 32

/* One of the kernel's; the skeleton's name of it. */
struct forward_object {
	const char *name;
	int fd;
	void *memory; /* maps of BPF_F_MMAPABLE: mapped, of that size; else NULL */
	size_t size;
};

struct forward_io {
	struct forward_tables tables;
	const struct gate_lease *leases; /* the agent's, GATE_GROUPS_MAX of them */
	struct forward_object programs[FORWARD_PROGRAMS_MAX], maps[FORWARD_MAPS_MAX];
	size_t n_programs, n_maps;
	size_t memory; /* bytes of the maps */
	bool kept;     /* the programs that were pinned are in use: nothing was loaded */
};

/*
 * -errno: there is no data path, and why[] says what failed; io is empty then. The engine and the
 * boot step may call it at once: one waits for the other.
 */
int forward_io_open(struct forward_io *io, const char *folder, char *why, size_t why_size);

/* Everything in the kernel stays as it is. Accepts an empty one. */
void forward_io_close(struct forward_io *io);

/* A descriptor of io's, or -ENOENT: the skeleton has no program, no map of that name. */
int forward_io_program(const struct forward_io *io, const char *name);
int forward_io_map(const struct forward_io *io, const char *name);

#endif
