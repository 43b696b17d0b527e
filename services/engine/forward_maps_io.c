// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_maps_io.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"

#define NO_TABLE SIZE_MAX
#define FIXED (SIZE_MAX - 1) /* the tables of struct fwd_fixed */

/* Where a map's memory belongs, and how many entries it has; 0: it depends on the machine. */
struct table {
	const char *name;
	size_t value_size;
	uint32_t entries;
	size_t at; /* in struct forward_io */
};

#define TABLE(map, member, entries)                                          \
	{                                                                    \
		map, sizeof(*((struct forward_tables *)0)->member), entries, \
			offsetof(struct forward_io, tables.member)           \
	}

enum {
	FLOWS4 = FORWARD_MAPS_FIXED + 1,
	FLOWS6,
	CPUS,
	RINGS,
	COUNTS,
};

static const struct table tables[] = {
	[FORWARD_MAPS_FIXED] = {"fwd_fixed", sizeof(struct fwd_fixed), 1, FIXED},
	[FLOWS4] = TABLE("fwd_flows4", flows4, 0),
	[FLOWS6] = TABLE("fwd_flows6", flows6, 0),
	[CPUS] = TABLE("fwd_cpus", cpus, 0),
	[RINGS] = TABLE("fwd_rings", rings, 0),
	[COUNTS] = TABLE("fwd_counts", counts, 0),
	TABLE("fwd_picks", picks, FWD_SERVICES_MAX),
	[FORWARD_MAPS_PORTS] = {"fwd_ports", sizeof(uint32_t), FWD_PORTS_MAX, NO_TABLE},
	[FORWARD_MAPS_LEASES] = {GATE_LEASES, sizeof(struct gate_lease), GATE_GROUPS_MAX,
				 offsetof(struct forward_io, leases)},
};

static_assert(ARRAY_SIZE(tables) == FORWARD_MAPS, "each has its place");

void forward_maps_path(const char *folder, const char *name, const char *suffix, char *path)
{
	snprintf(path, FORWARD_PATH_MAX, "%s/%s%s", folder, name, suffix);
}

int forward_maps_pinned(const char *folder, const char *name)
{
	char path[FORWARD_PATH_MAX];

	forward_maps_path(folder, name, "", path);
	return bpf_obj_get(path);
}

int forward_maps_info(int fd, struct bpf_map_info *ret_info)
{
	uint32_t size = sizeof(*ret_info);

	*ret_info = (struct bpf_map_info){0};
	return bpf_obj_get_info_by_fd(fd, ret_info, &size);
}

static bool is_power(uint32_t n)
{
	return n && (n & (n - 1)) == 0;
}

const char *forward_maps_name(size_t map)
{
	return tables[map].name;
}

struct bpf_map *forward_maps_of(const struct bpf_object *object, size_t map)
{
	/* The compiler's section of what begins as zero: libbpf makes a map of it. */
	return bpf_object__find_map_by_name(object,
					    map == FORWARD_MAPS_FIXED ? ".bss" : tables[map].name);
}

uint32_t forward_maps_entries(size_t map, const struct forward_size *size, uint32_t n_cpus)
{
	switch (map) {
	case FLOWS4:
		return size->lines4;
	case FLOWS6:
		return size->lines6;
	case CPUS:
	case RINGS:
		return n_cpus;
	case COUNTS:
		return n_cpus * FWD_REALS_MAX;
	default:
		return tables[map].entries;
	}
}

/* Flow tables of another size are as good. */
static bool fits(size_t map, const struct bpf_map_info *info, uint32_t n_cpus)
{
	const struct forward_size same = {info->max_entries, info->max_entries};

	return info->value_size == tables[map].value_size &&
	       info->max_entries == forward_maps_entries(map, &same, n_cpus) &&
	       ((map != FLOWS4 && map != FLOWS6) || is_power(info->max_entries));
}

void forward_maps_drop(struct forward_io *io)
{
	for (size_t i = 0; i < FORWARD_MAPS; i++) {
		if (io->maps[i].memory)
			munmap(io->maps[i].memory, io->maps[i].size);
		if (io->maps[i].fd > 0)
			close(io->maps[i].fd);
		io->maps[i] = (struct forward_map){0};
	}
	io->tables = (struct forward_tables){0};
	io->leases = NULL;
	io->memory = 0;
}

/* A map that is pinned: 0; 1: it is another one; -errno, -ENOENT for one that is not there. */
static int take_map(struct forward_io *io, const char *folder, size_t i, uint32_t n_cpus)
{
	struct forward_map *map = &io->maps[i];
	struct bpf_map_info info;
	int r, fd = forward_maps_pinned(folder, tables[i].name);

	if (fd < 0)
		return fd;
	map->fd = fd;
	r = forward_maps_info(fd, &info);
	if (r < 0)
		return r;
	if (!fits(i, &info, n_cpus))
		return 1;
	map->size = (size_t)info.max_entries * info.value_size;
	io->memory += map->size;
	if (i == FLOWS4)
		io->tables.lines4 = info.max_entries;
	if (i == FLOWS6)
		io->tables.lines6 = info.max_entries;
	if (tables[i].at == NO_TABLE)
		return 0;
	map->memory = mmap(NULL, map->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map->memory == MAP_FAILED) {
		map->memory = NULL;
		return -errno;
	}
	if (tables[i].at == FIXED)
		forward_tables_fix(&io->tables, map->memory);
	else
		memcpy((char *)io + tables[i].at, &map->memory, sizeof(map->memory));
	return 0;
}

int forward_maps_take(struct forward_io *io, const char *folder, uint32_t n_cpus)
{
	int r = 0;

	for (size_t i = 0; i < FORWARD_MAPS && r == 0; i++)
		r = take_map(io, folder, i, n_cpus);
	if (r == 0 && io->tables.settings->layout != FWD_LAYOUT)
		r = 1;
	if (r == -ENOENT)
		r = 1;
	if (r != 0) {
		forward_maps_drop(io);
		return r;
	}
	io->tables.n_cpus = n_cpus;
	io->tables.seed = io->tables.settings->seed;
	io->ports = io->maps[FORWARD_MAPS_PORTS].fd;
	return 0;
}

void forward_maps_unpin(const char *folder)
{
	char path[FORWARD_PATH_MAX];

	for (size_t i = 0; i < FORWARD_MAPS; i++) {
		forward_maps_path(folder, tables[i].name, "", path);
		if (i != FORWARD_MAPS_LEASES)
			unlink(path);
	}
}
