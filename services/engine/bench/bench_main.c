// SPDX-License-Identifier: GPL-2.0-or-later
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "base/cleanup.h"
#include "engine/bench/bench.h"
#include "engine/bench/load.skel.h"

static int set_offload(const struct bench_port *port, uint32_t command, uint32_t value)
{
	struct ethtool_value what = {.cmd = command, .data = value};
	struct ifreq request = {.ifr_data = (char *)&what};
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memcpy(request.ifr_name, port->interface, sizeof(request.ifr_name));
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request) < 0)
		return bench_say(-errno, port->interface);
	return 0;
}

/* gro PORT…: received frames go through NAPI, without which a veth takes none from XDP. */
static int gro(int n, char **words)
{
	struct bench_port port;
	int i, r = 0;

	for (i = 0; r == 0 && i < n; i++) {
		r = bench_parse_port(words[i], &port);
		if (r == 0)
			r = bench_enter(&port);
		if (r == 0)
			r = set_offload(&port, ETHTOOL_SGRO, 1);
	}
	return r;
}

/* endpoint PORT…: the same, and no checksum of what is sent is left to the device. */
static int endpoint(int n, char **words)
{
	struct bench_port port;
	int i, r = gro(n, words);

	for (i = 0; r == 0 && i < n; i++) {
		r = bench_parse_port(words[i], &port);
		if (r == 0)
			r = bench_enter(&port);
		if (r == 0)
			r = set_offload(&port, ETHTOOL_STXCSUM, 0);
	}
	return r;
}

/* Frames that come in at one port leave through another one, with this MAC as destination. */
static int pass_on(const char *in, const char *out, const char *mac)
{
	struct load_bpf *load = load_bpf__open_and_load();
	struct ether_addr to, from = {{2, 0, 0, 0, 2, 2}};
	struct bench_port ports[2];
	uint32_t key = 0;
	int r;

	if (!load)
		return bench_say(-errno, "load");
	if (bench_parse_port(in, &ports[0]) < 0 || bench_parse_port(out, &ports[1]) < 0 ||
	    !ether_aton_r(mac, &to))
		return -EINVAL;
	memcpy(load->bss->hop_to, &to, sizeof(to));
	memcpy(load->bss->hop_from, &from, sizeof(from));
	r = bench_enter(&ports[1]);
	if (r == 0)
		r = bench_say(bpf_map_update_elem(bpf_map__fd(load->maps.hop_out), &key,
						  &ports[1].index, BPF_ANY),
			      out);
	if (r == 0)
		r = bench_attach(&ports[0], bpf_program__fd(load->progs.pass_on));
	load_bpf__destroy(load);
	return r;
}

/* floor A B MAC-AT-A MAC-AT-B: the least that a router of two ports does. */
static int least(int n, char **words)
{
	int r;

	if (n != 4)
		return bench_say(-EINVAL, "floor A B MAC-AT-A MAC-AT-B");
	r = pass_on(words[0], words[1], words[3]);
	return r == 0 ? pass_on(words[1], words[0], words[2]) : r;
}

/* refuse PORT…: what arrives there is dropped. */
static int refuse(int n, char **words)
{
	struct load_bpf *load = load_bpf__open_and_load();
	struct bench_port port;
	int i, r = load ? 0 : bench_say(-errno, "load");

	for (i = 0; r == 0 && i < n; i++) {
		r = bench_parse_port(words[i], &port);
		if (r == 0)
			r = bench_attach(&port, bpf_program__fd(load->progs.refuse));
	}
	load_bpf__destroy(load);
	return r;
}

/* The kernel's connection tracking in the namespace of the last port that was entered. */
static int flush_tracked(void)
{
	struct {
		struct nlmsghdr head;
		struct nfgenmsg body;
	} request = {
		.head = {.nlmsg_len = sizeof(request),
			 .nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
	};
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	char answer[256];

	if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0 ||
	    recv(fd, answer, sizeof(answer), 0) < 0)
		return bench_say(-errno, "connections");
	return 0;
}

/* clear PORT: the router of that port forgets all flows: the data path, and the kernel. */
static int clear(int n, char **words)
{
	_cleanup_close_ int program = -1, map = -1;
	uint32_t size, entries;
	struct bench_port port;
	void *flows;

	if (n != 1 || bench_parse_port(words[0], &port) < 0)
		return bench_say(-EINVAL, "clear PORT");
	program = bench_attached(&port);
	map = program < 0 ? program : bench_map(program, "fwd_flows4", &size, &entries);
	if (map < 0)
		return flush_tracked();
	flows = mmap(NULL, (size_t)size * entries, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (flows == MAP_FAILED)
		return bench_say(-errno, words[0]);
	memset(flows, 0, (size_t)size * entries);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(int n, char **words);
} commands[] = {
	{"gro", gro},
	{"endpoint", endpoint},
	{"floor", least},
	{"refuse", refuse},
	{"clear", clear},
	{"ours", bench_ours},
	{"measure", bench_measure},
	{"distance", bench_distance},
	{"testrun", bench_testrun},
	{"held", bench_held},
	{"offer", bench_offer},
};

int main(int argc, char **argv)
{
	const struct rlimit memory = {RLIM_INFINITY, RLIM_INFINITY};
	size_t i;

	setrlimit(RLIMIT_MEMLOCK, &memory);
	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 2, argv + 2) < 0 ? EXIT_FAILURE
								       : EXIT_SUCCESS;
	fprintf(stderr, "usage: bench-forward "
			"gro|endpoint|floor|refuse|ours|clear|testrun|held|offer|measure|distance "
			"WORD…\n");
	return EXIT_FAILURE;
}
