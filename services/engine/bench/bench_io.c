// SPDX-License-Identifier: GPL-2.0-or-later
#include "engine/bench/bench.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/bench/load.skel.h"

#define MAPS_MAX 64 /* of a program */

int bench_say(int error, const char *what)
{
	if (error < 0)
		fprintf(stderr, "bench-forward: %s: %s\n", what, strerror(-error));
	return error;
}

int bench_parse_port(const char *word, struct bench_port *ret)
{
	*ret = (struct bench_port){0};
	if (sscanf(word, "%63[^:]:%15s", ret->netns, ret->interface) == 2)
		return 0;
	fprintf(stderr, "bench-forward: %s: not NAMESPACE:INTERFACE\n", word);
	return -EINVAL;
}

int bench_enter(struct bench_port *port)
{
	char path[128];
	_cleanup_(closep) int fd = -1;

	snprintf(path, sizeof(path), "/run/netns/%s", port->netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		return bench_say(-errno, path);
	port->index = if_nametoindex(port->interface);
	return port->index ? 0 : bench_say(-errno, port->interface);
}

int bench_attach(struct bench_port *port, int program)
{
	int r = bench_enter(port);

	if (r == 0)
		r = bench_say(bpf_xdp_attach((int)port->index, program, XDP_FLAGS_DRV_MODE, NULL),
			      port->interface);
	return r;
}

int bench_attached(struct bench_port *port)
{
	uint32_t id = 0;
	int r = bench_enter(port);

	if (r == 0)
		r = bpf_xdp_query_id((int)port->index, 0, &id);
	if (r == 0 && id == 0)
		return -ENOENT;
	if (r == 0)
		r = bpf_prog_get_fd_by_id(id);
	return bench_say(r < 0 ? -errno : r, port->interface);
}

int bench_pin(int cpu)
{
	const struct sched_param first = {.sched_priority = 1};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0 ||
	    sched_setscheduler(0, SCHED_FIFO, &first) < 0)
		return bench_say(-errno, "processor");
	return 0;
}

uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* RFC 1071, of whole words of 16 bits. */
static uint32_t sum_of(const void *from, size_t size)
{
	const uint8_t *at = from;
	uint32_t sum = 0;
	uint16_t word;
	size_t i;

	for (i = 0; i < size; i += sizeof(word)) {
		memcpy(&word, at + i, sizeof(word));
		sum += word;
	}
	return sum;
}

static size_t fill_l4(uint8_t *to, const struct bench_frames *frames)
{
	struct tcphdr tcp = {.doff = sizeof(tcp) / 4, .window = htons(1024), .seq = htonl(1)};
	struct udphdr udp = {.len = htons(sizeof(udp) + LOAD_PAYLOAD)};

	if (frames->reply)
		udp.source = tcp.source = htons(frames->rport);
	else
		udp.dest = tcp.dest = htons(frames->vport);
	if (frames->tcp) {
		tcp.th_flags = frames->tcp_flags;
		memcpy(to, &tcp, sizeof(tcp));
		return sizeof(tcp);
	}
	memcpy(to, &udp, sizeof(udp));
	return sizeof(udp) + LOAD_PAYLOAD;
}

void bench_template(struct load_how *how, const struct bench_frames *frames)
{
	struct ethhdr eth = {.h_proto = htons(ETH_P_IP)};
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64};
	uint8_t *l4 = how->frame + sizeof(eth) + sizeof(ip);
	size_t size;

	memset(how->frame, 0, sizeof(how->frame));
	size = fill_l4(l4, frames);
	memcpy(eth.h_dest, frames->to, ETH_ALEN);
	memcpy(eth.h_source, frames->from, ETH_ALEN);
	memcpy(how->frame, &eth, sizeof(eth));
	ip.protocol = frames->tcp ? IPPROTO_TCP : IPPROTO_UDP;
	ip.tot_len = htons((uint16_t)(sizeof(ip) + size));
	if (!frames->reply)
		ip.daddr = htonl(frames->vip);
	memcpy(how->frame + sizeof(eth), &ip, sizeof(ip));
	how->ip_sum = sum_of(&ip, sizeof(ip));
	how->l4_sum = sum_of(l4, size) + sum_of(&ip.daddr, sizeof(ip.daddr)) + htons(ip.protocol) +
		      htons((uint16_t)size);
	how->reply = frames->reply;
}

struct load_seen bench_seen(const struct load_bpf *load)
{
	struct load_seen all = {0};
	int cpu, i;

	for (cpu = 0; cpu < LOAD_CPUS; cpu++) {
		const volatile struct load_seen *one = &load->bss->seen[cpu];

		all.checked += one->checked;
		all.wrong += one->wrong;
		for (i = 0; i < LOAD_REALS_MAX; i++)
			all.frames[i] += one->frames[i];
	}
	return all;
}

int bench_map(int program, const char *name, uint32_t *ret_value_size, uint32_t *ret_entries)
{
	uint32_t ids[MAPS_MAX], size = sizeof(struct bpf_prog_info), i;
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids};

	if (bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return bench_say(-errno, name);
	for (i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++) {
		struct bpf_map_info map = {0};
		int fd = bpf_map_get_fd_by_id(ids[i]);

		size = sizeof(map);
		if (fd >= 0 && bpf_obj_get_info_by_fd(fd, &map, &size) == 0 &&
		    strcmp(map.name, name) == 0) {
			*ret_value_size = map.value_size;
			*ret_entries = map.max_entries;
			return fd;
		}
		if (fd >= 0)
			close(fd);
	}
	return -ENOENT;
}
