/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data path's maps as they are pinned in a bpf file system. Private to forward_io.c. */
#ifndef TRIREME_ENGINE_FORWARD_MAPS_IO_H
#define TRIREME_ENGINE_FORWARD_MAPS_IO_H

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "engine/forward_io.h"
#include "engine/forward_size.h"

#define FORWARD_PATH_MAX 256

/* Indices of forward_io.maps. */
enum {
	FORWARD_MAPS_FIXED = 0,
	FORWARD_MAPS_PORTS = FORWARD_MAPS - 2,
	/* The agent's: made by whoever comes first, and never removed here. */
	FORWARD_MAPS_LEASES = FORWARD_MAPS - 1,
};

const char *forward_maps_name(size_t map);

/* The same map in an object that is about to be loaded; NULL: it has none. */
struct bpf_map *forward_maps_of(const struct bpf_object *object, size_t map);
uint32_t forward_maps_entries(size_t map, const struct forward_size *size, uint32_t n_cpus);

/* Of what is pinned there under a name; path: FORWARD_PATH_MAX. */
void forward_maps_path(const char *folder, const char *name, const char *suffix, char *path);
/* A descriptor of it, the caller's, or -errno. */
int forward_maps_pinned(const char *folder, const char *name);
int forward_maps_info(int fd, struct bpf_map_info *ret_info);

/*
 * Takes all maps that are pinned: descriptors, memory and tables of io. 0; 1: some are missing, or
 * of another layout or size; -errno. None is taken then.
 */
int forward_maps_take(struct forward_io *io, const char *folder, uint32_t n_cpus);
void forward_maps_drop(struct forward_io *io);

/* Those that are pinned are no longer; who has them in use keeps them. */
void forward_maps_unpin(const char *folder);

#endif
