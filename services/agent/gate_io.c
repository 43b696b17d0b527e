// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/gate_io.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/mman.h>

#include "agent/bpf/gate.skel.h"
#include "base/bpf_io.h"
#include "base/cleanup.h"
#include "base/netlink_io.h"
#include "proto/agent_wire.h"

/* Before whatever else is on a port: tc orders by priority. */
#define FILTER_HANDLE 1
#define FILTER_PRIORITY 1
#define WAIT_MS 1000 /* for an answer; the kernel gives it at once */
#define LEASES_SIZE (GATE_GROUPS_MAX * sizeof(struct gate_lease))

static_assert(GATE_GROUPS_MAX >= CONFIG_GROUPS_MAX, "every group has a place");
static_assert(GATE_ADDRESSES_MAX >= 2 * CONFIG_GROUPS_MAX * CONFIG_FLOATING_MAX,
	      "the addresses of two configurations have room");
static_assert(GATE_PORTS_MAX >= 2 * CONFIG_PORTS_MAX, "so have their ports");

static int read_id(const struct bpf_program *program, uint32_t *ret_id)
{
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);
	int r = bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size);

	if (r == 0)
		*ret_id = info.id;
	return r;
}

static int load(struct gate_io *io, const char *folder)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .pin_root_path = folder);
	int r = bpf_io_check_folder(folder);
	void *map;

	if (r < 0)
		return r;
	io->programs = gate_bpf__open_opts(&options);
	if (!io->programs)
		return -errno;
	r = gate_bpf__load(io->programs);
	if (r == 0)
		r = read_id(io->programs->progs.gate_ingress, &io->ids[GATE_INGRESS]);
	if (r == 0)
		r = read_id(io->programs->progs.gate_egress, &io->ids[GATE_EGRESS]);
	if (r < 0)
		return r;
	map = mmap(NULL, LEASES_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
		   bpf_map__fd(io->programs->maps.gate_leases), 0);
	if (map == MAP_FAILED)
		return -errno;
	io->leases = map;
	return 0;
}

int gate_io_open(struct gate_io *io, const char *folder)
{
	int r;

	*io = (struct gate_io){0};
	bpf_io_log();
	r = load(io, folder);
	if (r < 0)
		gate_io_close(io);
	io->failed = r;
	return r;
}

void gate_io_close(struct gate_io *io)
{
	if (io->leases)
		munmap(io->leases, LEASES_SIZE);
	io->leases = NULL;
	gate_bpf__destroy(io->programs);
	io->programs = NULL;
}

static bool is_group(const struct config *config, uint64_t key)
{
	for (size_t i = 0; i < config->n_groups; i++)
		if (agent_wire_key(config->groups[i].name) == key)
			return true;
	return false;
}

/* A crash at any point leaves no lease, or the old one, or the new one. */
static void store(struct gate_lease *lease, uint64_t key, uint64_t epoch, uint64_t deadline)
{
	volatile struct gate_lease *l = lease;

	if (l->key != key || l->epoch != epoch) {
		l->deadline = 0;
		l->key = key;
		l->epoch = epoch;
	}
	l->deadline = deadline;
}

/* Groups keep their places; what is left is for the new ones. */
static void place_groups(struct gate_io *io, const struct config *config)
{
	for (size_t i = 0; i < GATE_GROUPS_MAX; i++)
		if (!is_group(config, io->leases[i].key))
			store(&io->leases[i], 0, 0, 0);
	for (size_t i = 0; i < config->n_groups; i++) {
		uint64_t key = agent_wire_key(config->groups[i].name);
		uint32_t place = 0;

		while (place < GATE_GROUPS_MAX && io->leases[place].key != key)
			place++;
		if (place == GATE_GROUPS_MAX)
			for (place = 0; io->leases[place].key; place++)
				;
		io->leases[place].key = key;
		io->places[i] = place;
	}
}

static struct gate_address as_address(const struct config_floating *floating)
{
	struct gate_address address;

	static_assert(sizeof(address) == sizeof(floating->address), "the same form");
	memcpy(&address, &floating->address, sizeof(address));
	return address;
}

static bool is_floating(const struct config *config, const struct gate_address *address)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *g = &config->groups[i];

		for (size_t k = 0; k < config_n_floating(g); k++) {
			const struct config_floating f = config_floating(g, k);
			struct gate_address a = as_address(&f);

			if (memcmp(&a, address, sizeof(a)) == 0)
				return true;
		}
	}
	return false;
}

void gate_io_each_former(const struct gate_io *io, const struct config *config,
			 void (*former)(void *data, const struct in6_addr *address), void *data)
{
	struct gate_address address, next = {0};
	struct in6_addr plain;
	int fd, more;

	if (!io->programs)
		return;
	fd = bpf_map__fd(io->programs->maps.gate_addresses);
	more = bpf_map_get_next_key(fd, NULL, &address);
	while (more == 0) {
		more = bpf_map_get_next_key(fd, &address, &next);
		memcpy(&plain, &address, sizeof(plain));
		if (!is_floating(config, &address))
			former(data, &plain);
		address = next;
	}
}

static void forget_address(void *data, const struct in6_addr *address)
{
	struct gate_io *io = data;

	bpf_map_delete_elem(bpf_map__fd(io->programs->maps.gate_addresses), address);
}

/* Those that are new come first, so that none is without its gate at any time. */
static int set_addresses(struct gate_io *io, const struct config *config)
{
	int fd = bpf_map__fd(io->programs->maps.gate_addresses);
	struct gate_address address;

	for (size_t i = 0; i < config->n_groups; i++) {
		const struct config_group *g = &config->groups[i];

		for (size_t k = 0; k < config_n_floating(g); k++) {
			const struct config_floating f = config_floating(g, k);
			int r;

			address = as_address(&f);
			r = bpf_map_update_elem(fd, &address, &io->places[i], BPF_ANY);
			if (r < 0)
				return r;
		}
	}
	gate_io_each_former(io, config, forget_address, io);
	return 0;
}

/* What is not there any more, or is no port of the node, if that is known. */
static void forget_ports(struct gate_io *io, const struct config_node *node)
{
	int fd = bpf_map__fd(io->programs->maps.gate_ports);
	uint32_t port, next = 0;
	int more = bpf_map_get_next_key(fd, NULL, &port);

	while (more == 0) {
		char name[IF_NAMESIZE];

		more = bpf_map_get_next_key(fd, &port, &next);
		if (!if_indextoname(port, name) || (node && !config_port_by_name(node, name)))
			bpf_map_delete_elem(fd, &port);
		port = next;
	}
}

int gate_io_configure(struct gate_io *io, const struct config *config,
		      const struct config_node *node)
{
	if (!io->leases)
		return io->failed;
	place_groups(io, config);
	forget_ports(io, node);
	io->failed = set_addresses(io, config);
	return io->failed;
}

static uint32_t groups_on(const struct gate_io *io, const struct config *config, const char *port)
{
	uint32_t groups = 0;

	for (size_t i = 0; i < config->n_groups; i++)
		for (size_t k = 0; k < config_n_floating(&config->groups[i]); k++)
			if (strcmp(config_floating(&config->groups[i], k).port, port) == 0)
				groups |= 1u << io->places[i];
	return groups;
}

/* What a port has where clsact belongs. */
struct discipline {
	int port;
	bool found, clsact;
};

static int on_discipline(const struct nlmsghdr *h, void *data)
{
	const struct tcmsg *message = mnl_nlmsg_get_payload(h);
	struct discipline *d = data;
	const struct nlattr *attr;

	if (message->tcm_ifindex != d->port || message->tcm_parent != TC_H_CLSACT)
		return MNL_CB_OK;
	mnl_attr_for_each (attr, h, sizeof(*message)) {
		if (mnl_attr_get_type(attr) != TCA_KIND)
			continue;
		d->found = true;
		d->clsact = strcmp(mnl_attr_get_str(attr), "clsact") == 0;
	}
	return MNL_CB_OK;
}

/* All are dumped: the answer to a question for one may go to everybody, as if it had changed. */
static int read_disciplines(struct mnl_socket *socket, void *data)
{
	static char buf[NETLINK_PART_MAX];
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = RTM_GETQDISC;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(h, sizeof(struct tcmsg));
	return netlink_talk(socket, h, buf, sizeof(buf), on_discipline, data);
}

/*
 * -EEXIST: the discipline "ingress" has the place of clsact. It takes filters for the way out, too,
 * and puts them in the way in (net/sched/sch_ingress.c: ingress_tcf_block()).
 */
static int check_discipline(int port)
{
	struct discipline d = {.port = port};
	int r = netlink_read_whole(NETLINK_ROUTE, WAIT_MS, read_disciplines, &d);

	if (r < 0)
		return r;
	if (!d.found)
		return -ENOENT;
	return d.clsact ? 0 : -EEXIST;
}

static int attach_one(struct gate_io *io, int index, enum gate_direction direction)
{
	const struct bpf_program *program = direction == GATE_INGRESS
						    ? io->programs->progs.gate_ingress
						    : io->programs->progs.gate_egress;
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = index,
		    .attach_point = direction == GATE_INGRESS ? BPF_TC_INGRESS : BPF_TC_EGRESS);
	LIBBPF_OPTS(bpf_tc_opts, there, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY);
	LIBBPF_OPTS(bpf_tc_opts, wanted, .handle = FILTER_HANDLE, .priority = FILTER_PRIORITY,
		    .prog_fd = bpf_program__fd(program), .flags = BPF_TC_F_REPLACE);

	if (bpf_tc_query(&hook, &there) == 0 && there.prog_id == io->ids[direction])
		return 0;
	return bpf_tc_attach(&hook, &wanted);
}

static int attach(struct gate_io *io, const struct config *config, const struct port_state *port)
{
	LIBBPF_OPTS(bpf_tc_hook, both, .ifindex = port->index,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	uint32_t index = (uint32_t)port->index, groups = groups_on(io, config, port->name);
	int r = io->failed;

	if (r < 0)
		return r;
	/* A port that was made anew has another index. */
	forget_ports(io, NULL);
	r = bpf_map_update_elem(bpf_map__fd(io->programs->maps.gate_ports), &index, &groups,
				BPF_ANY);
	if (r == 0)
		r = bpf_tc_hook_create(&both);
	if (r == 0 || r == -EEXIST)
		r = check_discipline(port->index);
	if (r == 0)
		r = attach_one(io, port->index, GATE_INGRESS);
	if (r == 0)
		r = attach_one(io, port->index, GATE_EGRESS);
	return r;
}

void gate_io_attach(struct gate_io *io, const struct config *config, struct port_state *ports,
		    size_t n_ports)
{
	for (size_t i = 0; i < n_ports; i++) {
		struct port_state *p = &ports[i];

		if (!p->index || p->gated)
			continue;
		p->gate_error = ports_obstacle(p);
		if (p->gate_error == 0)
			p->gate_error = attach(io, config, p);
		p->gated = p->gate_error == 0;
	}
}

int gate_io_watch(const struct gate_io *io)
{
	return io->programs ? bpf_program__fd(io->programs->progs.gate_watch) : io->failed;
}

const struct gate_lease *gate_io_lease(const struct gate_io *io, size_t group)
{
	return io->leases ? &io->leases[io->places[group]] : NULL;
}

void gate_io_set(struct gate_io *io, size_t group, uint64_t epoch, uint64_t deadline)
{
	if (io->leases && io->failed == 0)
		store(&io->leases[io->places[group]], io->leases[io->places[group]].key, epoch,
		      deadline);
}

void gate_io_clear(struct gate_io *io, size_t group)
{
	if (io->leases)
		((volatile struct gate_lease *)&io->leases[io->places[group]])->deadline = 0;
}
