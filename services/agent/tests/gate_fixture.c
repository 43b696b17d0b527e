// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/tests/gate_fixture.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/pkt_cls.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>

#include "agent/bpf/gate.skel.h"

char gate_folder[] = "/tmp/trireme-gate.XXXXXX";
struct gate_io gate;
struct config config;
struct config_node node = {.name = "r1", .n_ports = 2};
struct port_state ports[2];

static void add_alias(size_t group, const char *label, const char *address)
{
	struct config_group *g = &config.groups[group];
	struct config_alias *a = &g->aliases[g->n_aliases++];

	strcpy(a->label, label);
	memcpy(a->port, label, 4);
	assert_int_equal(inet_pton(AF_INET, address, &a->address), 1);
}

static void add_ipv6_alias(size_t group, const char *port, const char *address)
{
	struct config_group *g = &config.groups[group];
	struct config_ipv6_alias *a = &g->ipv6_aliases[g->n_ipv6_aliases++];

	strcpy(a->port, port);
	assert_int_equal(inet_pton(AF_INET6, address, &a->address), 1);
}

static void make_config(void)
{
	memset(&config, 0, sizeof(config));
	config.n_groups = 2;
	strcpy(config.groups[0].name, "main");
	strcpy(config.groups[1].name, "other");
	add_alias(0, "eth0:1", VIP);
	add_alias(0, "eth1:1", PRIVATE);
	add_alias(1, "eth0:2", OTHERS);
	add_ipv6_alias(0, "eth0", VIP6);
	strcpy(node.ports[0].name, "eth0");
	strcpy(node.ports[1].name, "eth1");
	for (size_t i = 0; i < 2; i++) {
		ports[i] = (struct port_state){.index = (int)if_nametoindex(node.ports[i].name)};
		strcpy(ports[i].name, node.ports[i].name);
		assert_true(ports[i].index > 0);
	}
}

int gate_set_up(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0 || !mkdtemp(gate_folder) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("bpf", gate_folder, "bpf", 0, NULL) < 0)
		return -1;
	return system(
		"set -e; cd /proc/sys/net; echo 1 >ipv4/ip_forward;"
		"echo 1 >ipv6/conf/all/forwarding; echo 0 >ipv6/conf/default/accept_dad;"
		"ip link add eth0 type veth peer name peer0;"
		"ip link add eth1 address 02:00:00:00:77:01 type veth peer name peer1;"
		"for i in eth0 eth1 peer0 peer1; do ip link set $i up; done;"
		"ip addr add " OWN "/24 dev eth0; ip addr add 10.77.0.11/24 dev eth1;"
		"ip addr add " OWN6 "/64 dev eth0 nodad;"
		"ip addr add fd00:77::11/64 dev eth1 nodad;"
		"ip route add default via 203.0.113.254;"
		"ip route add default via 2001:db8:113::fe;"
		/* The kernel makes an IPv6 address its own later than it takes it. */
		"for a in " OWN6 " fd00:77::11; do for n in $(seq 200); do"
		"  ip -6 route show table local | grep -q \"^local $a \" && break; sleep 0.02;"
		"done; done");
}

int gate_tear_down(void **state)
{
	(void)state;
	umount(gate_folder);
	return rmdir(gate_folder);
}

/* A life of its own for each test, with nothing left of another. */
int gate_begin(void **state)
{
	(void)state;
	make_config();
	assert_int_equal(gate_io_open(&gate, gate_folder), 0);
	assert_int_equal(gate_io_configure(&gate, &config, &node), 0);
	gate_io_clear(&gate, 0);
	gate_io_clear(&gate, 1);
	gate_io_attach(&gate, &config, ports, 2);
	assert_true(ports[0].gated && ports[1].gated);
	return 0;
}

int gate_end(void **state)
{
	(void)state;
	gate_io_close(&gate);
	return 0;
}

void gate_hold(bool held)
{
	gate_io_set(&gate, 0, 1, held ? FOREVER : 0);
}

int gate_run(enum gate_direction direction, const struct frame_bytes *f, size_t size, int repeat,
	     uint32_t *ret_ns)
{
	struct __sk_buff context = {.ifindex = (uint32_t)ports[1].index};
	const struct bpf_program *program = direction == GATE_INGRESS
						    ? gate.programs->progs.gate_ingress
						    : gate.programs->progs.gate_egress;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = f->bytes, .data_size_in = (uint32_t)size,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = repeat);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &options), 0);
	if (ret_ns)
		*ret_ns = options.duration;
	return (int)options.retval;
}

bool gate_passes(enum gate_direction direction, const struct frame_bytes *f)
{
	int verdict = gate_run(direction, f, f->size, 1, NULL);

	assert_true(verdict == TC_ACT_SHOT || verdict == TC_ACT_UNSPEC);
	return verdict == TC_ACT_UNSPEC;
}
