// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ours A B nat|direct [MAC]: the data path on the router's two ports, with maps of its own, which
 * go with the ports: a service of UDP and one of TCP with BENCH_REALS real servers each, shared out
 * by address and port of the client, behind a lease that runs.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/in.h>
#include <netinet/ether.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>

#include "base/clock_io.h"
#include "engine/bench/bench.h"
#include "engine/forward_ends.h"
#include "engine/forward_io.h"
#include "engine/forward_picks.h"

#define LEASE_NS (86400 * NSEC_PER_SEC)

static const uint8_t router_mac[6] = {2, 0, 0, 0, 2, 2}; /* of port B */

struct service {
	uint16_t number;
	uint8_t protocol;
	enum fwd_method method;
	const uint8_t *mac; /* of all real servers; NULL: each has its own */
};

/* The namespace of mounts is the caller's own, so that nobody else sees the folder. */
static int open_private(struct forward_io *io)
{
	char folder[] = "/tmp/bench-forward.XXXXXX", why[FORWARD_WHY_MAX];
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    !mkdtemp(folder))
		return bench_say(-errno, "mounts");
	if (mount("bpf", folder, "bpf", 0, NULL) < 0)
		return bench_say(-errno, folder);
	r = forward_io_open(io, folder, why);
	umount2(folder, MNT_DETACH);
	rmdir(folder);
	return r < 0 ? bench_say(r, why) : 0;
}

static int add_end(struct forward_tables *t, uint32_t address, uint16_t port, uint8_t protocol,
		   enum fwd_end_kind kind, uint16_t instance)
{
	const struct forward_end end = {.family = 4,
					.protocol = protocol,
					.port = htons(port),
					.address = {htonl(address)}};

	return bench_say(forward_ends_add(t, &end, kind, instance), "ends");
}

static void fill_real(struct forward_tables *t, const struct bench_port *out,
		      const struct service *service, uint16_t place, uint16_t i)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 3, (uint8_t)i};
	struct fwd_real *real = &t->reals[place];

	*real = (struct fwd_real){
		.address = {htonl(LOAD_REALS + i)},
		.port = service->method == FWD_NAT ? htons(BENCH_RPORT) : 0,
		.service = service->number,
		.flags = FWD_REAL_IN_USE,
		.method = (uint8_t)service->method,
		.weight = 1,
		.hop = {.mtu = 1500, .interface = out->index, .port = 1, .valid = 1}};
	memcpy(real->hop.mac, service->mac ? service->mac : mac, sizeof(mac));
	memcpy(real->hop.source, router_mac, sizeof(router_mac));
}

static int fill_service(struct forward_tables *t, const struct bench_port *out,
			const struct service *service)
{
	struct forward_pick picks[BENCH_REALS];
	uint16_t instance = service->number + 1, first = service->number * BENCH_REALS + 1, i;
	struct fwd_service *s = &t->services[service->number];
	int r = add_end(t, BENCH_VIP, BENCH_VPORT, service->protocol, FWD_END_VIRTUAL, instance);

	t->instances[instance] = (struct fwd_instance){.address = {htonl(BENCH_VIP)},
						       .port = htons(BENCH_VPORT),
						       .service = service->number,
						       .protocol = service->protocol,
						       .in_use = 1};
	for (i = 0; r == 0 && i < BENCH_REALS; i++) {
		picks[i] = (struct forward_pick){.place = first + i, .weight = 1, .identity = i};
		fill_real(t, out, service, first + i, i + 1);
		if (service->method == FWD_NAT)
			r = add_end(t, LOAD_REALS + 1 + i, BENCH_RPORT, service->protocol,
				    FWD_END_REAL, instance);
	}
	*s = (struct fwd_service){.scheduler = FWD_HASH,
				  .method = (uint8_t)service->method,
				  .hash_ports = 1,
				  .n_list = BENCH_REALS,
				  .mask = {~0U}};
	forward_picks_make(picks, BENCH_REALS, false, &t->picks[service->number], &s->n_ring);
	return r;
}

static int fill(struct forward_io *io, const struct bench_port *ports, enum fwd_method method,
		const uint8_t *mac)
{
	const struct gate_lease lease = {.deadline = clock_boot_ns() + LEASE_NS};
	const struct service udp = {0, IPPROTO_UDP, method, mac},
			     tcp = {1, IPPROTO_TCP, method, mac};
	const uint32_t group = 0;
	uint32_t i;
	int r = bpf_map_update_elem(io->maps[FORWARD_MAPS - 1].fd, &group, &lease, BPF_ANY);

	if (!io->tables.links || !io->tables.settings)
		return bench_say(-EBADMSG, "tables");
	for (i = 0; r == 0 && i < 2; i++) {
		io->tables.links[ports[i].index % FWD_LINKS_MAX] =
			(struct fwd_link){.interface = ports[i].index,
					  .lower = ports[i].index,
					  .port = (uint16_t)i,
					  .mtu = 1500,
					  .usable = 1};
		r = bench_say(bpf_map_update_elem(io->ports, &i, &ports[i].index, BPF_ANY), "port");
	}
	io->tables.settings->half_open_max = UINT32_MAX; /* new flows are what is measured */
	forward_ends_begin(&io->tables);
	if (r == 0)
		r = fill_service(&io->tables, &ports[1], &udp);
	if (r == 0)
		r = fill_service(&io->tables, &ports[1], &tcp);
	forward_ends_turn(&io->tables);
	return r;
}

int bench_ours(int n, char **words)
{
	struct forward_io io = {0};
	struct bench_port ports[2];
	struct ether_addr mac;
	int i, r = 0;

	if (n < 3 || n > 4 || (n == 4 && !ether_aton_r(words[3], &mac)) ||
	    (strcmp(words[2], "nat") != 0 && strcmp(words[2], "direct") != 0))
		return bench_say(-EINVAL, "ours A B nat|direct [MAC]");
	for (i = 0; r == 0 && i < 2; i++) {
		r = bench_parse_port(words[i], &ports[i]);
		if (r == 0)
			r = bench_enter(&ports[i]);
	}
	if (r == 0)
		r = open_private(&io);
	if (r == 0)
		r = fill(&io, ports, strcmp(words[2], "nat") == 0 ? FWD_NAT : FWD_DIRECT,
			 n == 4 ? mac.ether_addr_octet : NULL);
	for (i = 0; r == 0 && i < 2; i++)
		r = bench_attach(&ports[i], io.program);
	forward_io_close(&io);
	return r;
}
