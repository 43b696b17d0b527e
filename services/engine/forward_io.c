// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/forward_io.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "base/bpf_io.h"
#include "base/cleanup.h"
#include "base/clock_io.h"
#include "base/hash.h"
#include "engine/bpf/forward.h"
#include "engine/bpf/forward.skel.h"
#include "engine/forward_maps_io.h"

#define PROGRAM "fwd_main"
#define PROGRAMS "fwd_programs" /* those that it goes on to */
#define USED_MAX 64		/* maps of a program */
/* So many flows may be half open: an eighth of the places. */
#define HALF_OPEN_SHARE 8

/* What is to be loaded. */
struct load {
	const char *folder;
	struct forward_size size;
	uint32_t n_cpus;
	uint64_t seed, build;
	bool kept; /* the maps are there */
};

static void skeleton_freep(struct forward_bpf **skeleton)
{
	forward_bpf__destroy(*skeleton);
}

/* Of what the programs were made from; never 0. */
static uint64_t build_of(const struct load *l)
{
	size_t length;
	const void *elf = forward_bpf__elf_bytes(&length);
	uint64_t hash = hash_add(HASH_START, elf, length);

	hash = hash_add(hash, &l->size, sizeof(l->size));
	hash = hash_add(hash, &l->n_cpus, sizeof(l->n_cpus));
	return hash ? hash : 1;
}

static bool uses(const struct bpf_prog_info *info, const uint32_t *ids, int map)
{
	struct bpf_map_info map_is;

	if (forward_maps_info(map, &map_is) < 0)
		return false;
	for (uint32_t i = 0; i < info->nr_map_ids && i < USED_MAX; i++)
		if (ids[i] == map_is.id)
			return true;
	return false;
}

/* The program that is pinned, if it works on these maps; else -errno. */
static int take_program(struct forward_io *io, const char *folder)
{
	_cleanup_close_ int fd = forward_maps_pinned(folder, PROGRAM);
	uint32_t ids[USED_MAX] = {0};
	struct bpf_prog_info info = {.nr_map_ids = USED_MAX, .map_ids = (uint64_t)(uintptr_t)ids};
	uint32_t size = sizeof(info);
	int r;

	if (fd < 0)
		return fd;
	r = bpf_obj_get_info_by_fd(fd, &info, &size);
	if (r < 0)
		return r;
	if (!uses(&info, ids, io->maps[FORWARD_MAPS_FIXED].fd) ||
	    !uses(&info, ids, io->maps[FORWARD_MAPS_LEASES].fd))
		return -ESTALE;
	io->program = take_fd(&fd);
	return 0;
}

/* Maps that are there are used; the others get the sizes of this machine. */
static int prepare_maps(const struct forward_io *io, const struct load *l,
			struct forward_bpf *skeleton)
{
	int r = 0;

	for (size_t i = 0; i < FORWARD_MAPS && r == 0; i++) {
		struct bpf_map *map = forward_maps_of(skeleton->obj, i);

		if (!map)
			r = -ENOENT;
		else if (l->kept)
			r = bpf_map__reuse_fd(map, io->maps[i].fd);
		else
			r = bpf_map__set_max_entries(map,
						     forward_maps_entries(i, &l->size, l->n_cpus));
	}
	return r;
}

static int pin_maps(const struct forward_bpf *skeleton, const struct load *l)
{
	char path[FORWARD_PATH_MAX];
	int r = 0;

	skeleton->bss->fwd_fixed.settings[0] =
		(struct fwd_settings){.layout = FWD_LAYOUT, .seed = l->seed};
	forward_maps_unpin(l->folder);
	for (size_t i = 0; i < FORWARD_MAPS && r == 0; i++) {
		forward_maps_path(l->folder, forward_maps_name(i), "", path);
		/* libbpf has pinned it by its name. */
		if (i != FORWARD_MAPS_LEASES)
			r = bpf_map__pin(forward_maps_of(skeleton->obj, i), path);
	}
	return r;
}

/* Takes the place of what is pinned under that name. */
static int pin_over(int fd, const char *folder, const char *name)
{
	char path[FORWARD_PATH_MAX], next[FORWARD_PATH_MAX];
	int r;

	forward_maps_path(folder, name, "", path);
	forward_maps_path(folder, name, "_new", next);
	unlink(next);
	r = bpf_obj_pin(fd, next);
	if (r == 0 && rename(next, path) < 0)
		r = -errno;
	return r;
}

/* The programs that others go on to are pinned, too: the kernel empties their map without. */
static int pin_programs(struct forward_io *io, const struct forward_bpf *skeleton,
			const struct load *l)
{
	int r;

	io->former = forward_maps_pinned(l->folder, PROGRAMS);
	io->tables.settings->build = 0;
	r = pin_over(bpf_map__fd(skeleton->maps.fwd_programs), l->folder, PROGRAMS);
	if (r == 0)
		r = pin_over(bpf_program__fd(skeleton->progs.fwd_main), l->folder, PROGRAM);
	if (r == 0)
		r = take_program(io, l->folder);
	if (r == 0)
		io->tables.settings->build = l->build;
	return r;
}

static int load(struct forward_io *io, const struct load *l, const char **ret_what)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .pin_root_path = l->folder);
	_cleanup_(skeleton_freep) struct forward_bpf *skeleton = forward_bpf__open_opts(&options);
	int r;

	*ret_what = "cannot load the programs";
	if (!skeleton)
		return -errno;
	skeleton->rodata->fwd_lines4 = l->size.lines4;
	skeleton->rodata->fwd_lines6 = l->size.lines6;
	skeleton->rodata->fwd_seed = l->seed;
	r = prepare_maps(io, l, skeleton);
	if (r == 0)
		r = forward_bpf__load(skeleton);
	if (r < 0)
		return r;
	*ret_what = "cannot pin maps and programs";
	if (!l->kept) {
		r = pin_maps(skeleton, l);
		if (r == 0)
			r = forward_maps_take(io, l->folder, l->n_cpus);
	}
	if (r == 0)
		r = pin_programs(io, skeleton, l);
	return r > 0 ? -ESTALE : r;
}

static int64_t ns_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * (int64_t)NSEC_PER_SEC + t.tv_nsec;
}

/* What the programs must know of this machine's clocks, and how much they may take. */
static void tell_settings(struct forward_tables *t)
{
	struct timespec tick = {0};

	clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	t->settings->boot_offset = (uint64_t)(ns_of(CLOCK_BOOTTIME) - ns_of(CLOCK_MONOTONIC));
	t->settings->lead = t->settings->boot_offset + FWD_CLOCK_TICKS * (uint64_t)tick.tv_nsec;
	t->settings->half_open_max = t->lines4 * FWD_FLOWS4 / HALF_OPEN_SHARE;
}

/* The folder is locked while this runs. */
static int open_locked(struct forward_io *io, const char *folder, const char **ret_what)
{
	struct load l = {.folder = folder};
	struct sysinfo machine;
	int r = libbpf_num_possible_cpus();

	*ret_what = "cannot take the maps that are pinned";
	if (r < 0)
		return r;
	l.n_cpus = (uint32_t)r;
	r = forward_maps_take(io, folder, l.n_cpus);
	if (r < 0)
		return r;
	l.kept = r == 0;
	if (l.kept) {
		l.size = (struct forward_size){io->tables.lines4, io->tables.lines6};
		l.seed = io->tables.seed;
	} else if (sysinfo(&machine) < 0 ||
		   getrandom(&l.seed, sizeof(l.seed), 0) != (ssize_t)sizeof(l.seed)) {
		return -errno;
	} else {
		l.size = forward_size((uint64_t)machine.totalram * machine.mem_unit);
	}
	l.build = build_of(&l);
	io->kept = l.kept && io->tables.settings->build == l.build && take_program(io, folder) == 0;
	r = io->kept ? 0 : load(io, &l, ret_what);
	if (r == 0)
		tell_settings(&io->tables);
	return r;
}

int forward_io_open(struct forward_io *io, const char *folder, char *why)
{
	const char *what = "no bpf file system";
	int r;

	*io = (struct forward_io){.program = -1, .ports = -1, .former = -1, .folder = -1};
	bpf_io_log();
	r = bpf_io_check_folder(folder);
	if (r == 0) {
		what = "cannot lock the folder";
		io->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = io->folder < 0 || flock(io->folder, LOCK_EX) < 0 ? -errno : 0;
	}
	if (r == 0)
		r = open_locked(io, folder, &what);
	if (io->folder >= 0)
		flock(io->folder, LOCK_UN);
	if (r < 0) {
		forward_io_close(io);
		snprintf(why, FORWARD_WHY_MAX, "%s in %s: %s", what, folder, strerror(-r));
	}
	return r;
}

void forward_io_close(struct forward_io *io)
{
	forward_maps_drop(io);
	if (io->program > 0)
		close(io->program);
	if (io->former > 0)
		close(io->former);
	if (io->folder > 0)
		close(io->folder);
	*io = (struct forward_io){.program = -1, .ports = -1, .former = -1, .folder = -1};
}
