// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conform/NAME.cases on the data path: the programs as they are shipped, loaded once with maps of
 * their own, and every packet by BPF_PROG_TEST_RUN.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "engine/bpf/forward.h"
#include "engine/bpf/forward.skel.h"
#include "engine/tests/conform/suite.h"
#include "engine/tests/conform/tables_path.h"
#include "engine/tests/tables.h"

#define LINES 1024	    /* of each flow table */
#define VERIFIED_MAX 200000 /* instructions, of all programs */

static struct forward_bpf *programs;
static struct tables_path path;
static struct net net;

/* The whole of a map in our memory; whole pages. */
static void *map_memory(const struct bpf_map *map)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = ((bpf_map__value_size(map) + 7) & ~7u) * (size_t)bpf_map__max_entries(map);
	void *memory;

	size = (size + page - 1) / page * page;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static void map_tables(struct forward_tables *t)
{
	t->lines4 = t->lines6 = LINES;
	t->seed = TABLES_SEED;
	forward_tables_fix(t, map_memory(programs->maps.bss));
	t->flows4 = map_memory(programs->maps.fwd_flows4);
	t->flows6 = map_memory(programs->maps.fwd_flows6);
	t->picks = map_memory(programs->maps.fwd_picks);
	t->counts = map_memory(programs->maps.fwd_counts);
	t->cpus = map_memory(programs->maps.fwd_cpus);
	t->rings = map_memory(programs->maps.fwd_rings);
}

static void load(void)
{
	const uint32_t n = (uint32_t)libbpf_num_possible_cpus();

	libbpf_set_print(NULL);
	programs = forward_bpf__open();
	assert_non_null(programs);
	programs->rodata->fwd_lines4 = programs->rodata->fwd_lines6 = LINES;
	programs->rodata->fwd_seed = TABLES_SEED;
	assert_int_equal(bpf_map__set_max_entries(programs->maps.fwd_flows4, LINES), 0);
	assert_int_equal(bpf_map__set_max_entries(programs->maps.fwd_flows6, LINES), 0);
	assert_int_equal(bpf_map__set_max_entries(programs->maps.fwd_counts, n * FWD_REALS_MAX), 0);
	assert_int_equal(bpf_map__set_max_entries(programs->maps.fwd_cpus, n), 0);
	assert_int_equal(bpf_map__set_max_entries(programs->maps.fwd_rings, n), 0);
	assert_int_equal(bpf_map__set_pin_path(programs->maps.gate_leases, NULL), 0);
	assert_int_equal(forward_bpf__load(programs), 0);
	path.tables.n_cpus = n;
	map_tables(&path.tables);
	path.leases = map_memory(programs->maps.gate_leases);
}

static int set_up(void **state)
{
	(void)state;
	assert_int_equal(net_make(&net, false, false), 0);
	memcpy(path.ports, net.ports, sizeof(path.ports));
	memcpy(path.lans, net.lans, sizeof(path.lans));
	load();
	for (uint32_t i = 0; i < WORLD_PORTS; i++)
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(programs->maps.fwd_ports), &i,
						     &path.ports[i], BPF_ANY),
				 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tables_path_clear(&path);
	forward_bpf__destroy(programs);
	net_close(&net);
	return 0;
}

static int send_frame(void *data, const struct world_lan *lan, const uint8_t *bytes, size_t size,
		      bool wants, struct run_result *ret_result)
{
	struct xdp_md context = {.data_end = (uint32_t)size,
				 .ingress_ifindex = path.ports[lan->port]};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = bytes, .data_size_in = (uint32_t)size,
		    .data_out = ret_result->bytes, .data_size_out = PACKET_MAX, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = 1);
	int r = bpf_prog_test_run_opts(bpf_program__fd(programs->progs.fwd_main), &options);

	(void)data;
	(void)wants;
	if (r < 0)
		return r;
	ret_result->size = options.data_size_out;
	ret_result->port = options.retval == XDP_TX ? lan->port : RUN_PORT_UNKNOWN;
	ret_result->verdict = options.retval == XDP_PASS       ? RUN_PASSED
			      : options.retval == XDP_TX       ? RUN_SENT
			      : options.retval == XDP_REDIRECT ? RUN_SENT
							       : RUN_DROPPED;
	/* What is passed up is the kernel's as it came. */
	if (options.retval == XDP_PASS &&
	    (options.data_size_out != size || memcmp(bytes, ret_result->bytes, size) != 0))
		return -EILSEQ;
	return 0;
}

/* What the verifier had to look at: it is what loading costs, at every boot. */
static void test_verified(void **state)
{
	struct bpf_program *program;
	uint32_t all = 0;

	(void)state;
	bpf_object__for_each_program(program, programs->obj)
	{
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);

		assert_int_equal(bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size), 0);
		assert_true(info.verified_insns > 0);
		print_message("%s: %u instructions verified\n", bpf_program__name(program),
			      info.verified_insns);
		all += info.verified_insns;
	}
	assert_in_range(all, 1, VERIFIED_MAX);
}

int main(void)
{
	const struct run_path on = {.kind = CASE_XDP,
				    .data = &path,
				    .begin = tables_path_begin,
				    .send = send_frame,
				    .change = tables_path_change,
				    .flow = tables_path_flow,
				    .count = tables_path_count,
				    .reason = tables_path_reason};

	return suite_run("conform", &on, (struct CMUnitTest)cmocka_unit_test(test_verified), set_up,
			 tear_down);
}
