// SPDX-License-Identifier: GPL-2.0-or-later
/* What an engine finds of the one before it, in a bpf file system of the test's own. */
#include <bpf/bpf.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/forward_io.h"

static char folder[] = "/tmp/trireme-forward.XXXXXX";
static struct forward_io io;
static char why[FORWARD_WHY_MAX];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("bpf", folder, "bpf", 0, NULL);
}

static int tear_down(void **state)
{
	(void)state;
	umount(folder);
	return rmdir(folder);
}

/* What is pinned stays for the next test: to load takes time. */
static int end(void **state)
{
	(void)state;
	forward_io_close(&io);
	return 0;
}

static void open_io(void)
{
	if (forward_io_open(&io, folder, why) < 0)
		fail_msg("%s", why);
}

static uint32_t program_id(void)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(io.program, &info, &size), 0);
	return info.id;
}

/* A frame too short for its header: the program must decide all the same. */
static uint32_t verdict_of(const void *frame, uint32_t size)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = size, .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(io.program, &run), 0);
	return run.retval;
}

static void test_new(void **state)
{
	static const uint8_t arp[64] = {[12] = 8, [13] = 6};

	(void)state;
	open_io();
	assert_false(io.kept);
	assert_true(io.tables.lines4 >= 1024 && (io.tables.lines4 & (io.tables.lines4 - 1)) == 0);
	assert_true(io.memory > (uint64_t)io.tables.lines4 * FWD_LINE);
	assert_int_not_equal(io.tables.seed, 0);
	assert_int_equal(io.tables.settings->layout, FWD_LAYOUT);
	/* Of a tick of 100 to 1000 Hz. */
	assert_in_range(io.tables.settings->lead - io.tables.settings->boot_offset,
			FWD_CLOCK_TICKS * 1000000, FWD_CLOCK_TICKS * 10000000);
	/* The ends of each array are memory. */
	io.tables.flows4[io.tables.lines4 - 1].flows[0].key = 1;
	io.tables.flows6[io.tables.lines6 - 1].flows[0].key = 1;
	io.tables.counts[io.tables.n_cpus * FWD_REALS_MAX - 1].in_bytes = 1;
	io.tables.rings[io.tables.n_cpus - 1].flows[FWD_EVENTS - 1] = 1;
	assert_int_equal(io.leases[GATE_GROUPS_MAX - 1].deadline, 0);
	assert_int_equal(verdict_of(arp, sizeof(arp)), 2 /* XDP_PASS */);
}

/* As after kill -9: the same program and contents. */
static void test_kept(void **state)
{
	uint64_t seed;
	uint32_t id;

	(void)state;
	open_io();
	id = program_id();
	seed = io.tables.seed;
	io.tables.loads[7].active = 42;
	forward_io_close(&io);
	open_io();
	assert_true(io.kept);
	assert_int_equal(program_id(), id);
	assert_int_equal(io.tables.seed, seed);
	assert_int_equal(io.tables.loads[7].active, 42);
}

/* Another build: its programs, with the maps that are there. */
static void test_other_build(void **state)
{
	uint64_t seed, build;
	uint32_t id;
	int former;

	(void)state;
	open_io();
	id = program_id();
	seed = io.tables.seed;
	build = io.tables.settings->build;
	io.tables.loads[7].active = 42;
	io.tables.settings->build = 1;
	former = dup(io.program);
	forward_io_close(&io);
	open_io();
	assert_false(io.kept);
	assert_int_not_equal(program_id(), id);
	assert_int_equal(io.tables.seed, seed);
	assert_int_equal(io.tables.settings->build, build);
	assert_int_equal(io.tables.loads[7].active, 42);
	close(former);
}

/* An engine that was killed while it exchanged programs. */
static void test_half_exchanged(void **state)
{
	char path[64];

	(void)state;
	open_io();
	forward_io_close(&io);
	snprintf(path, sizeof(path), "%s/fwd_main", folder);
	assert_int_equal(unlink(path), 0);
	open_io();
	assert_false(io.kept);
	assert_true(io.program > 0);
}

/* Maps of another layout are not understood: all begins anew. */
static void test_other_layout(void **state)
{
	(void)state;
	open_io();
	io.tables.loads[8].active = 42;
	io.tables.settings->layout = FWD_LAYOUT + 1;
	forward_io_close(&io);
	open_io();
	assert_false(io.kept);
	assert_int_equal(io.tables.settings->layout, FWD_LAYOUT);
	assert_int_equal(io.tables.loads[8].active, 0);
}

/* The agent has made its leases anew: the program must obey those, not the former. */
static void test_other_leases(void **state)
{
	char path[64];
	int fd;

	(void)state;
	open_io();
	forward_io_close(&io);
	snprintf(path, sizeof(path), "%s/" GATE_LEASES, folder);
	assert_int_equal(unlink(path), 0);
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, GATE_LEASES, sizeof(uint32_t),
			    sizeof(struct gate_lease), GATE_GROUPS_MAX,
			    &(struct bpf_map_create_opts){.sz = sizeof(struct bpf_map_create_opts),
							  .map_flags = BPF_F_MMAPABLE});
	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_pin(fd, path), 0);
	open_io();
	assert_false(io.kept);
	close(fd);
}

static void test_no_file_system(void **state)
{
	(void)state;
	assert_int_equal(forward_io_open(&io, "/tmp", why), -ENOENT);
	assert_string_equal(why, "no bpf file system in /tmp: No such file or directory");
	assert_int_equal(io.program, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_new, end),
		cmocka_unit_test_teardown(test_kept, end),
		cmocka_unit_test_teardown(test_other_build, end),
		cmocka_unit_test_teardown(test_half_exchanged, end),
		cmocka_unit_test_teardown(test_other_layout, end),
		cmocka_unit_test_teardown(test_other_leases, end),
		cmocka_unit_test_teardown(test_no_file_system, end),
	};

	return cmocka_run_group_tests_name("forward_io", tests, set_up, tear_down);
}
