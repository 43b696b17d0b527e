// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ours A B nat|direct: the data path on the router's two ports, with maps of its own, which go with
 * the ports: a service of UDP and one of TCP with BENCH_REALS real servers each, behind a lease.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/in.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "engine/bench/bench.h"
#include "engine/bpf/forward.skel.h"
#include "engine/forward.h"
#include "proto/gate_lease.h"

#define LINES4 262144 /* of flows: the default's 1,048,576 */
#define LINES6 1024
#define LEASE_S 86400

static uint64_t clock_ns(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void *memory(struct bpf_map *map)
{
	size_t size = (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (at == MAP_FAILED) {
		perror(bpf_map__name(map));
		exit(EXIT_FAILURE);
	}
	return at;
}

static void add_end(struct forward_tables *t, uint32_t address, uint16_t port, uint8_t protocol,
		    uint8_t kind, uint16_t instance)
{
	uint32_t key = port | (uint32_t)protocol << 16;
	uint64_t hash = fwd_hash4(address, key, t->seed);
	struct fwd_ends4 *line = &t->ends4[fwd_end_line(hash, FWD_ENDS4_LINES, 0)];
	int i;

	for (i = 0; i < FWD_ENDS4 && line->ends[i].kind; i++)
		;
	if (i == FWD_ENDS4)
		abort();
	line->ends[i] = (struct fwd_end4){.address = address,
					  .port = port,
					  .protocol = protocol,
					  .kind = kind,
					  .instances = {instance}};
}

static void fill_service(struct forward_tables *t, const struct bench_port *out, const uint8_t *mac,
			 uint16_t number, uint8_t protocol, uint8_t method)
{
	uint16_t instance = number + 1, first = number * BENCH_REALS + 1;
	int i;

	t->instances[instance] = (struct fwd_instance){.address = {htonl(BENCH_VIP)},
						       .port = htons(BENCH_VPORT),
						       .service = number,
						       .protocol = protocol,
						       .group = 0,
						       .in_use = 1};
	t->services[number] = (struct fwd_service){.scheduler = FWD_HASH,
						   .method = method,
						   .hash_ports = 1,
						   .n_ring = BENCH_REALS,
						   .n_list = BENCH_REALS,
						   .mask = {~0U}};
	for (i = 0; i < FWD_RING_AT; i++)
		t->picks[number].places[i] = (uint16_t)(first + i % BENCH_REALS);
	for (i = 0; i < BENCH_REALS; i++) {
		struct fwd_real *real = &t->reals[first + i];

		*real = (struct fwd_real){.address = {htonl(LOAD_REALS + 1 + (uint32_t)i)},
					  .service = number,
					  .port = method == FWD_NAT ? htons(BENCH_RPORT) : 0,
					  .flags = FWD_REAL_IN_USE,
					  .method = method,
					  .weight = 1,
					  .hop = {.mac = {2, 0, 0, 0, 3, (uint8_t)(i + 1)},
						  .mtu = 1500,
						  .interface = out->index,
						  .port = 1,
						  .valid = 1}};
		memcpy(real->hop.source, mac, 6);
		if (method == FWD_NAT)
			add_end(t, real->address[0], real->port, protocol, FWD_END_REAL, instance);
	}
	add_end(t, htonl(BENCH_VIP), htons(BENCH_VPORT), protocol, FWD_END_VIRTUAL, instance);
}

static void fill(struct forward_bpf *f, struct bench_port *ports, uint8_t method)
{
	struct forward_tables t = {
		.settings = memory(f->maps.fwd_settings),
		.ends4 = memory(f->maps.fwd_ends4),
		.instances = memory(f->maps.fwd_instances),
		.services = memory(f->maps.fwd_services),
		.picks = memory(f->maps.fwd_picks),
		.reals = memory(f->maps.fwd_reals),
		.links = memory(f->maps.fwd_links),
		.seed = f->rodata->fwd_seed,
	};
	struct gate_lease *leases = memory(f->maps.gate_leases);
	uint32_t i;

	leases[0].deadline = clock_ns(CLOCK_BOOTTIME) + LEASE_S * 1000000000ULL;
	t.settings->half_open_max = 1 << 20;
	t.settings->boot_offset = clock_ns(CLOCK_BOOTTIME) - clock_ns(CLOCK_MONOTONIC);
	t.settings->tick = 10000000;
	for (i = 0; i < 2; i++)
		t.links[ports[i].index % FWD_LINKS_MAX] =
			(struct fwd_link){.interface = ports[i].index,
					  .lower = ports[i].index,
					  .port = (uint16_t)i,
					  .mtu = 1500,
					  .usable = 1};
	fill_service(&t, &ports[1], (uint8_t[6]){2, 0, 0, 0, 2, 2}, 0, IPPROTO_UDP, method);
	fill_service(&t, &ports[1], (uint8_t[6]){2, 0, 0, 0, 2, 2}, 1, IPPROTO_TCP, method);
}

/* What loading has cost: steps of the verifier, of all programs. */
static void print_steps(const struct forward_bpf *f)
{
	struct bpf_program *program;
	unsigned long long steps = 0;

	bpf_object__for_each_program(program, f->obj)
	{
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0)
			steps += info.verified_insns;
		fprintf(stderr, "%s %u\n", bpf_program__name(program), info.verified_insns);
	}
	printf("{\"verifier_steps\": %llu}\n", steps);
}

int bench_ours(int n, char **words)
{
	struct forward_bpf *f = forward_bpf__open();
	struct bench_port ports[2];
	uint32_t i;
	int r = 0;

	if (n != 3 || !f)
		return bench_say(-EINVAL, "ours A B nat|direct");
	bpf_map__set_pin_path(f->maps.gate_leases, NULL);
	f->rodata->fwd_lines4 = LINES4;
	f->rodata->fwd_lines6 = LINES6;
	f->rodata->fwd_cpus_max = (uint32_t)libbpf_num_possible_cpus();
	f->rodata->fwd_seed = 0x9e3779b97f4a7c15ULL;
	bpf_map__set_max_entries(f->maps.fwd_flows4, LINES4);
	bpf_map__set_max_entries(f->maps.fwd_flows6, LINES6);
	bpf_map__set_max_entries(f->maps.fwd_counts, FWD_REALS_MAX * f->rodata->fwd_cpus_max);
	bpf_map__set_max_entries(f->maps.fwd_cpus, f->rodata->fwd_cpus_max);
	bpf_map__set_max_entries(f->maps.fwd_rings, f->rodata->fwd_cpus_max);
	r = forward_bpf__load(f);
	if (r < 0)
		return bench_say(r, "load");
	for (i = 0; r == 0 && i < 2; i++) {
		r = bench_parse_port(words[i], &ports[i]);
		if (r == 0)
			r = bench_enter(&ports[i]);
		if (r == 0)
			r = bench_say(bpf_map_update_elem(bpf_map__fd(f->maps.fwd_ports), &i,
							  &ports[i].index, BPF_ANY),
				      words[i]);
	}
	if (r < 0)
		return r;
	print_steps(f);
	fill(f, ports, strcmp(words[2], "nat") == 0 ? FWD_NAT : FWD_DIRECT);
	for (i = 0; r == 0 && i < 2; i++)
		r = bench_attach(&ports[i], bpf_program__fd(f->progs.fwd_main));
	return r;
}
